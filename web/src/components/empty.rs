//! What stands where nothing was said yet, or nothing is here yet.

use leptos::prelude::*;
use partyline_shared::DEFAULT_PORT;

use crate::view::RoomState;
use crate::words::{tr, tr_view};

/// A room in which nothing was said.
pub(crate) fn quiet(room: &RoomState) -> impl IntoView + use<> {
    let title = room.title.clone();
    if room.private {
        let text = move || tr_view!("empty-conversation", nick = view! { <bdi class="strong">{title.clone()}</bdi> });
        return view! { <p class="empty">{text}</p> }.into_any();
    }
    view! {
        <div class="empty" data-testid="empty">
            <p>
                {move || tr_view!("empty-room", room = view! { <bdi class="strong">"#" {title.clone()}</bdi> })}
            </p>
            <p>{move || tr_view!("empty-room-hint", command = view! { <code>{netcat()}</code> })}</p>
        </div>
    }
    .into_any()
}

/// A conversation that the address names and that isn't one of this person's.
pub(crate) fn unknown_conversation() -> impl IntoView {
    view! { <p class="empty">{move || tr!("empty-unknown-conversation")}</p> }
}

/// A room of which nothing was kept, while the server can't be reached.
pub(crate) fn out_of_reach() -> impl IntoView {
    view! { <p class="empty">{move || tr!("empty-out-of-reach")}</p> }
}

/// Rows that are still on their way.
pub(crate) fn skeleton() -> impl IntoView {
    let row = |_| {
        view! {
            <div class="bone">
                <span class="bone-avatar"></span>
                <span class="bone-lines">
                    <i></i>
                    <i></i>
                </span>
            </div>
        }
    };
    view! { <div class="skeleton" aria-hidden="true" data-testid="skeleton">{(0..6).map(row).collect_view()}</div> }
}

/// More rows that are on their way or can be had: as high as a few of them, so that one sees where they will be.
pub(crate) fn more() -> impl IntoView {
    let bone = |_| view! { <span class="bone-line"></span> };
    view! { <div class="more" aria-hidden="true">{(0..3).map(bone).collect_view()}</div> }
}

/// How to talk to this server from a terminal.
fn netcat() -> String {
    let location = location();
    let host = location.hostname().unwrap_or_default();
    let secure = location.protocol().is_ok_and(|protocol| protocol == "https:");
    // Behind a proxy that speaks TLS the page's port isn't the one for plain text.
    let port =
        location.port().ok().filter(|port| !port.is_empty() && !secure).unwrap_or_else(|| DEFAULT_PORT.to_string());
    format!("nc {} {port}", host.trim_start_matches('[').trim_end_matches(']'))
}
