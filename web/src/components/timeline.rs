//! What was said in the room that is shown.

use std::rc::Rc;

use leptos::html;
use leptos::prelude::*;
use partyline_engine::{Action, Connection};
use web_sys::HtmlElement;

use crate::components::connection::TroubleNotice;
use crate::components::icon::Icon;
use crate::components::{empty, message};
use crate::driver::{Driver, use_driver};
use crate::scroll::{Keeper, SizeWatch};
use crate::settings::use_settings;
use crate::view::RoomState;
use crate::words::tr;

/// The id of what scrolls.
pub(crate) const TIMELINE: &str = "timeline";

/// The timeline. It is made anew for each room, so that none inherits another's place.
#[component]
pub(crate) fn Timeline() -> impl IntoView {
    let current = use_driver().view.current;
    let settings = use_settings();
    move || {
        // Rows are drawn once. What they say in another language, or by another clock, they say drawn anew.
        settings.follow();
        let room = current.get();
        view! { <RoomTimeline room /> }
    }
}

#[component]
fn RoomTimeline(room: String) -> impl IntoView {
    let driver = use_driver();
    let view = driver.view;
    let (scroller, rows) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let is_conversation = room.starts_with('@');
    let online = Memo::new(move |_| view.connection.with(|connection| *connection == Connection::Online));
    let watch = Watch::new(driver, room);
    Effect::new(move |_| {
        if let (Some(scroller), Some(rows)) = (scroller.get(), rows.get()) {
            watch.start(&scroller, &rows);
        }
    });
    Effect::new(move |before: Option<u32>| {
        let times = view.to_end.get();
        if before.is_some_and(|before| before != times) {
            watch.to_end();
        }
        times
    });
    let state = Memo::new(move |_| view.room.with(|room| room.as_ref().map(|room| room.entered)));
    let has_rows = Memo::new(move |_| view.rows.with(|rows| !rows.is_empty()));
    let nothing = move || match (state.get(), has_rows.get()) {
        (_, true) => ().into_any(),
        (Some(true), false) => view.room.get_untracked().map(|room| empty::quiet(&room)).into_any(),
        (None, false) if is_conversation && online.get() => empty::unknown_conversation().into_any(),
        _ => empty::skeleton().into_any(),
    };
    // What is there when the room opens isn't read out, nor what is loaded while somebody reads up.
    let live = RwSignal::new(false);
    Effect::new(move |_| {
        if state.get() == Some(true) {
            request_animation_frame(move || {
                // Unless another room is shown by then.
                let _ = live.try_set(true);
            });
        }
    });
    let label = move || view.room.with(|room| room.as_ref().map(|room| tr!("timeline-label", room = room.title)));
    view! {
        <div class="timeline">
            <div
                class="scroller"
                node_ref=scroller
                id=TIMELINE
                role="log"
                aria-live=move || if live.get() && view.at_end.get() { "polite" } else { "off" }
                aria-label=label
                tabindex="0"
                data-testid="timeline"
                on:scroll=move |_| watch.scrolled()
            >
                <div class="rows" node_ref=rows>
                    {nothing}
                    <For each=move || view.rows.get() key=|row| row.key() let:row>
                        {message::draw(&row, driver)}
                    </For>
                </div>
            </div>
            <TroubleNotice />
            <JumpToEnd watch />
        </div>
    }
}

/// The way back to the end for whoever has scrolled up.
#[component]
fn JumpToEnd(watch: Watch) -> impl IntoView {
    let view = watch.driver.view;
    let unread = Memo::new(move |_| view.room.with(|room| room.as_ref().map_or(0, |room| room.unread)));
    let words = move || match unread.get() {
        0 => tr!("timeline-latest"),
        count => tr!("timeline-new-messages", count = count),
    };
    move || {
        (!view.at_end.get()).then(|| {
            view! {
                <button
                    class="jump"
                    class:quiet=move || unread.get() == 0
                    type="button"
                    data-testid="jump"
                    on:click=move |_| watch.to_end()
                >
                    {words}
                    {Icon::Down.draw()}
                </button>
            }
        })
    }
}

/// What keeps the timeline in its place. Copies of it are the same one.
#[derive(Clone, Copy)]
struct Watch {
    driver: Driver,
    room: StoredValue<String>,
    running: StoredValue<Option<(Rc<Keeper>, SizeWatch)>, LocalStorage>,
}

impl Watch {
    fn new(driver: Driver, room: String) -> Self {
        Self { driver, room: StoredValue::new(room), running: StoredValue::new_local(None) }
    }

    fn start(self, scroller: &HtmlElement, rows: &HtmlElement) {
        let keeper = Rc::new(Keeper::new(scroller.clone(), rows.clone()));
        keeper.to_end();
        let watched = Rc::clone(&keeper);
        let sizes = SizeWatch::new(&[scroller, rows], move || {
            watched.resized();
            self.load(&watched);
        });
        self.running.set_value(Some((keeper, sizes)));
    }

    fn scrolled(self) {
        if let Some(keeper) = self.keeper() {
            keeper.scrolled();
            let is_end = keeper.sticks() && !self.state().is_some_and(|room| room.has_newer);
            self.driver.scrolled(is_end);
            self.load(&keeper);
        }
    }

    fn to_end(self) {
        if let Some(keeper) = self.keeper() {
            self.driver.act(Action::ToEnd(self.room.get_value()));
            keeper.to_end();
            self.driver.scrolled(true);
        }
    }

    fn load(self, keeper: &Keeper) {
        let Some(state) = self.state() else { return };
        if state.can_load_older && keeper.is_near_top() {
            self.driver.act(Action::LoadOlder(self.room.get_value()));
        } else if state.can_load_newer && keeper.is_near_end() {
            self.driver.act(Action::LoadNewer(self.room.get_value()));
        }
    }

    fn state(self) -> Option<RoomState> {
        self.driver.view.room.get_untracked()
    }

    fn keeper(self) -> Option<Rc<Keeper>> {
        self.running.try_with_value(|running| running.as_ref().map(|(keeper, _)| Rc::clone(keeper))).flatten()
    }
}
