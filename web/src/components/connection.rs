//! Whether the server can be talked to, in plain sight; and where it can't, why, and what to do.

use std::time::Duration;

use leptos::leptos_dom::helpers::{IntervalHandle, set_interval_with_handle};
use leptos::prelude::*;
use partyline_engine::Connection;
use partyline_shared::{Bye, ByeReason, Timestamp};

use crate::boxed::memo;
use crate::driver::use_driver;
use crate::time;
use crate::view::View;
use crate::words::tr;

/// The state of the connection, in a word. What is wrong is said over the timeline, and to screen readers by
/// [`Status`](crate::components::status::Status).
#[component]
pub(crate) fn ConnectionStatus() -> impl IntoView {
    let view = use_driver().view;
    let state = move || {
        view.connection.with(|connection| match connection {
            Connection::Idle => "idle",
            Connection::Connecting => "connecting",
            Connection::Online => "online",
            Connection::Waiting { .. } => "waiting",
            Connection::Ended(_) => "ended",
        })
    };
    let word = move || match state() {
        "online" => tr!("status-online"),
        "ended" => tr!("status-ended"),
        _ if !view.network.get() => tr!("status-offline"),
        "connecting" => tr!("status-connecting"),
        "waiting" => tr!("status-reconnecting"),
        _ => tr!("status-idle"),
    };
    view! {
        <div class="connection" data-testid="connection" data-state=state>
            <span class="connection-dot" aria-hidden="true"></span>
            <span class="connection-word">{word}</span>
        </div>
    }
}

/// What keeps the server from being talked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The machine has no network.
    Offline,
    /// It is tried again at `until`.
    Waiting {
        /// When.
        until: Timestamp,
        /// Why the connection ended, where the server said so.
        bye: Option<Bye>,
    },
    /// It is tried again now.
    Trying,
    /// It isn't tried again.
    Ended(Bye),
}

impl Trouble {
    /// What is wrong, and what becomes of what one writes.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Offline => tr!("status-trouble-offline"),
            Self::Trying => tr!("status-trouble-trying"),
            Self::Waiting { bye: None, .. } => tr!("status-trouble-lost"),
            Self::Waiting { bye: Some(bye), .. } | Self::Ended(bye) => match bye.reason {
                ByeReason::Shutdown => tr!("status-trouble-restart"),
                ByeReason::TooSlow => tr!("status-trouble-slow"),
                ByeReason::TooMany => tr!("status-trouble-many"),
                ByeReason::Quit => tr!("status-trouble-quit"),
                // What a later server says, this page can't say better.
                ByeReason::NoHello | ByeReason::Protocol | ByeReason::Unknown => {
                    tr!("status-trouble-ended", why = bye.text)
                }
            },
        }
    }

    /// Nothing changes before the person does something.
    fn is_final(&self) -> bool {
        matches!(self, Self::Ended(_))
    }
}

/// What keeps the server from being talked to; nothing while it is, and at the first attempt.
pub(crate) fn trouble(view: View) -> Memo<Option<Trouble>> {
    Memo::new(move |before: Option<&Option<Trouble>>| {
        let network = view.network.get();
        let before = before.and_then(Option::as_ref);
        view.connection.with(|connection| match connection {
            Connection::Idle | Connection::Online => None,
            Connection::Ended(bye) => Some(Trouble::Ended(bye.clone())),
            _ if !network => Some(Trouble::Offline),
            Connection::Waiting { until, bye, .. } => Some(Trouble::Waiting { until: *until, bye: bye.clone() }),
            Connection::Connecting => before.map(|_| Trouble::Trying),
        })
    })
}

/// What is wrong and what to do, over the timeline: it takes no room from it, so that nothing moves.
#[component]
pub(crate) fn TroubleNotice() -> impl IntoView {
    let driver = use_driver();
    let trouble = trouble(driver.view);
    let there = memo(move || trouble.with(Option::is_some));
    let text = move || trouble.with(|trouble| trouble.as_ref().map(Trouble::text));
    let is_final = move || trouble.with(|trouble| trouble.as_ref().is_some_and(Trouble::is_final));
    let trying = move || trouble.with(|trouble| *trouble == Some(Trouble::Trying));
    let until = memo(move || {
        trouble.with(|trouble| match trouble {
            Some(Trouble::Waiting { until, .. }) => Some(*until),
            _ => None,
        })
    });
    let notice = move || {
        view! {
            <div class="trouble" class:final=is_final data-testid="trouble">
                <p class="trouble-text">
                    {text} " "
                    {move || until.get().map(|until| view! { <Countdown until /> })}
                </p>
                <button
                    class="button small"
                    type="button"
                    data-testid="connect-now"
                    aria-disabled=move || trying().to_string()
                    on:click=move |_| driver.connect()
                >
                    {move || if is_final() { tr!("status-connect") } else { tr!("status-now") }}
                </button>
            </div>
        }
    };
    move || there.get().then(notice)
}

/// Screen readers are told that the state changed, not each second.
#[component]
fn Countdown(until: Timestamp) -> impl IntoView {
    let left = move || until.since(time::now()).div_ceil(1000);
    let seconds = RwSignal::new(left());
    let tick = set_interval_with_handle(move || seconds.set(left()), Duration::from_millis(500)).ok();
    on_cleanup(move || {
        tick.as_ref().map(IntervalHandle::clear);
    });
    view! {
        <span class="countdown" aria-hidden="true" data-testid="countdown">
            {move || tr!("status-countdown", seconds = seconds.get())}
        </span>
    }
}
