//! Whether the server can be talked to, in plain sight.

use std::time::Duration;

use leptos::leptos_dom::helpers::{IntervalHandle, set_interval_with_handle};
use leptos::prelude::*;
use partyline_engine::Connection;
use partyline_shared::Timestamp;

use crate::driver::use_driver;
use crate::time;
use crate::words::tr;

/// The state of the connection. Screen readers are told when it changes, not at each second of the countdown.
#[component]
pub(crate) fn ConnectionStatus() -> impl IntoView {
    let driver = use_driver();
    let connection = driver.view.connection;
    let state = move || {
        connection.with(|connection| match connection {
            Connection::Idle => "idle",
            Connection::Connecting => "connecting",
            Connection::Online => "online",
            Connection::Waiting { .. } => "waiting",
            Connection::Ended(_) => "ended",
        })
    };
    let why = move || {
        connection.with(|connection| match connection {
            Connection::Waiting { bye, .. } => bye.as_ref().map(|bye| bye.text.clone()),
            Connection::Ended(bye) => Some(bye.text.clone()),
            _ => None,
        })
    };
    // The header of a phone has room for a short word.
    let words = move || match state() {
        "online" => (tr!("connection-online"), tr!("connection-online")),
        "connecting" => (tr!("connection-connecting"), tr!("connection-connecting")),
        "waiting" => (tr!("connection-waiting"), tr!("connection-waiting-short")),
        "ended" => (tr!("connection-ended"), tr!("connection-ended-short")),
        _ => (tr!("connection-idle"), tr!("connection-idle-short")),
    };
    let until = Memo::new(move |_| {
        connection.with(|connection| match connection {
            Connection::Waiting { until, .. } => Some(*until),
            _ => None,
        })
    });
    view! {
        <div class="connection" data-testid="connection" data-state=state title=why>
            <span class="connection-dot" aria-hidden="true"></span>
            <span role="status">
                {move || {
                    let (long, short) = words();
                    view! {
                        <span class="long">{long}</span>
                        <span class="short">{short}</span>
                    }
                }}
                <span class="sr-only">{why}</span>
            </span>
            {move || until.get().map(|until| view! { <Countdown until /> })}
            {move || {
                let name = match state() {
                    "waiting" => tr!("connection-now"),
                    "ended" => tr!("connection-connect"),
                    _ => return None,
                };
                Some(
                    view! {
                        <button
                            class="connection-button"
                            type="button"
                            data-testid="connect-now"
                            aria-label=move || tr!("connection-connect-now")
                            on:click=move |_| driver.connect()
                        >
                            {name}
                        </button>
                    },
                )
            }}
        </div>
    }
}

/// Why there is no connection, where somebody said so: too long for the header.
#[component]
pub(crate) fn ConnectionReason() -> impl IntoView {
    let connection = use_driver().view.connection;
    let reason = Memo::new(move |_| {
        connection.with(|connection| match connection {
            Connection::Waiting { bye: Some(bye), .. } | Connection::Ended(bye) => Some(bye.text.clone()),
            _ => None,
        })
    });
    move || {
        reason.get().map(|reason| {
            view! {
                <p class="reason" data-testid="connection-reason" aria-hidden="true">
                    {reason}
                </p>
            }
        })
    }
}

#[component]
fn Countdown(until: Timestamp) -> impl IntoView {
    let left = move || until.since(time::now()).div_ceil(1000);
    let seconds = RwSignal::new(left());
    let tick = set_interval_with_handle(move || seconds.set(left()), Duration::from_millis(500)).ok();
    on_cleanup(move || {
        tick.as_ref().map(IntervalHandle::clear);
    });
    view! { <span class="connection-countdown" aria-hidden="true">{move || tr!("connection-countdown", seconds = seconds.get())}</span> }
}
