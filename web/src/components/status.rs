//! What a screen reader is told beside what is said in the room.

use leptos::prelude::*;
use partyline_engine::PendingState;

use crate::boxed::{effect_since, memo};
use crate::components::connection::{Trouble, trouble};
use crate::driver::use_driver;
use crate::rows::Row;
use crate::words::tr;

/// A live region of its own: what it says isn't among the messages, and is heard whatever has the keyboard. It is there
/// from the start, since a region that comes with its text isn't read by all screen readers.
#[component]
pub(crate) fn Status() -> impl IntoView {
    let view = use_driver().view;
    let said = RwSignal::new(String::new());
    // A region is read when it changes: what is said twice differs by a space that nobody hears.
    let say = move |text: String| said.update(|said| *said = if *said == text { text + "\u{a0}" } else { text });
    let trouble = trouble(view);
    effect_since(move |before: Option<Option<Trouble>>| {
        let now = trouble.get();
        match (&now, before.flatten()) {
            // That it tries is no news: it said that it would.
            (Some(Trouble::Trying), _) => {}
            (Some(now), before) if before.as_ref().is_none_or(|before| before.text() != now.text()) => say(now.text()),
            (None, Some(_)) => say(tr!("status-connected")),
            _ => {}
        }
        now
    });
    let place = memo(move || {
        view.room.with(|room| room.as_ref().filter(|room| room.entered).map(|room| (room.title.clone(), room.private)))
    });
    effect_since(move |before: Option<Option<(String, bool)>>| {
        let before = before.flatten();
        let Some((title, private)) = place.get() else { return before };
        // Where one is when the page starts, its title says.
        if before.as_ref().is_some_and(|(its, of)| *its != title || *of != private) {
            say(if private {
                tr!("status-in-conversation", nick = title)
            } else {
                tr!("status-in-room", room = title)
            });
        }
        Some((title, private))
    });
    let failed = memo(move || {
        let is_failed =
            |row: &Row| matches!(row, Row::Pending { pending, .. } if matches!(pending.state, PendingState::Failed(_)));
        view.rows.with(|rows| rows.iter().filter(|row| is_failed(row)).count())
    });
    effect_since(move |before: Option<usize>| {
        let now = failed.get();
        if before.is_some_and(|before| before < now) {
            say(tr!("status-not-sent"));
        }
        now
    });
    view! {
        <p class="sr-only" role="status" data-testid="status">
            {said}
        </p>
    }
}
