//! What was said in the room that is shown.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use partyline_engine::Connection;

use crate::boxed::{Entry, effect, effect_since, list, memo};
use crate::components::actions::Actions;
use crate::components::barred::Barred;
use crate::components::connection::TroubleNotice;
use crate::components::{empty, message};
use crate::driver::use_driver;
use crate::rows::Row;
use crate::settings::use_settings;
use crate::words::tr;

/// The id of what scrolls.
pub(crate) const TIMELINE: &str = "timeline";

mod cursor;
mod watch;
mod ways;

pub(crate) use cursor::seq_of;
pub(crate) use watch::Watch;
use ways::{WayDown, WayUp};

/// The timeline. It is made anew for each room, so that none inherits another's place.
#[component]
pub(crate) fn Timeline() -> impl IntoView {
    let view = use_driver().view;
    let settings = use_settings();
    move || {
        // Rows are drawn once. What they say in another language, or by another clock, they say drawn anew.
        settings.follow();
        let room = view.current.get();
        match view.barred.get() {
            Some(barred) => view! {
                <div class="timeline">
                    <Barred barred />
                </div>
            }
            .into_any(),
            None => view! { <RoomTimeline room /> }.into_any(),
        }
    }
}

#[component]
fn RoomTimeline(room: String) -> impl IntoView {
    let driver = use_driver();
    let view = driver.view;
    let (scroller, rows) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let is_conversation = room.starts_with('@');
    let online = memo(move || view.connection.with(|connection| *connection == Connection::Online));
    let away = memo(move || {
        view.connection.with(|connection| matches!(connection, Connection::Waiting { .. } | Connection::Ended(_)))
    });
    let here = StoredValue::new(room.clone());
    let watch = Watch::new(driver, room);
    effect(move || {
        if let (Some(scroller), Some(rows)) = (scroller.get(), rows.get()) {
            watch.start(&scroller, &rows);
        }
    });
    on_cleanup(move || watch.end());
    effect(move || {
        view.fresh.track();
        watch.look_for_new();
    });
    effect_since(move |before: Option<u32>| {
        let times = view.to_end.get();
        if before.is_some_and(|before| before != times) {
            watch.go_to_end();
        }
        times
    });
    effect(move || {
        let target = view.target.get();
        if let Some(target) = target.filter(|target| here.with_value(|here| *here == target.room)) {
            view.target.set(None);
            watch.go_to(target.seq);
        }
    });
    let entry = move |row: Arc<Row>| Entry::new(row.key(), move || message::draw(&row, driver));
    let state = memo(move || view.room.with(|room| room.as_ref().map(|room| (room.entered, room.loading.is_some()))));
    let has_rows = memo(move || view.rows.with(|rows| !rows.is_empty()));
    let nothing = move || match (state.get(), has_rows.get()) {
        (_, true) => ().into_any(),
        (Some((true, false)), false) => view.room.get_untracked().map(|room| empty::quiet(&room)).into_any(),
        (None, false) if is_conversation && online.get() => empty::unknown_conversation().into_any(),
        _ if away.get() => empty::out_of_reach().into_any(),
        _ => empty::skeleton().into_any(),
    };
    let more = move |is_more: fn(&crate::view::RoomState) -> bool| {
        memo(move || has_rows.get() && view.room.with(|room| room.as_ref().is_some_and(is_more)))
    };
    let (older, newer) = (more(|room| room.has_older), more(|room| room.has_newer));
    let label = move || view.room.with(|room| room.as_ref().map(|room| tr!("timeline-label", room = room.title)));
    view! {
        <div class="timeline">
            <div
                class="scroller"
                node_ref=scroller
                id=TIMELINE
                role="log"
                aria-live="off"
                aria-label=label
                aria-busy=move || (older.get() && state.get().is_some_and(|(_, loading)| loading)).then_some("true")
                tabindex="0"
                data-testid="timeline"
                on:scroll=move |_| watch.scrolled()
                on:keydown=move |event| watch.key_pressed(&event)
                on:focusin=move |event| watch.focused(&event)
                on:focusout=move |event| watch.unfocused(&event)
                on:pointerover=move |event| watch.pointed(&event)
                on:pointerleave=move |_| watch.left()
                on:click=move |event| watch.clicked(&event)
            >
                <div class="rows" node_ref=rows>
                    {nothing}
                    {move || older.get().then(empty::more)}
                    {list(move || view.rows.get().into_iter().map(entry).collect())}
                    {move || newer.get().then(empty::more)}
                </div>
            </div>
            <TroubleNotice />
            <WayUp watch />
            <WayDown watch />
            <Brief />
            <Actions watch />
        </div>
    }
}

/// Small news of what the person has just done, for a moment.
#[component]
fn Brief() -> impl IntoView {
    let brief = use_driver().view.brief;
    move || brief.get().map(|text| view! { <p class="brief" data-testid="brief" aria-hidden="true">{text}</p> })
}
