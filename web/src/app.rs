//! The page as a whole.

use leptos::ev;
use leptos::prelude::*;

use crate::components::composer::{COMPOSER, Composer};
use crate::components::header::Header;
use crate::components::members::Members;
use crate::components::notice::Notices;
use crate::components::rename::Rename;
use crate::components::rooms::Rooms;
use crate::components::timeline::Timeline;
use crate::components::typing::Typing;
use crate::components::welcome::Welcome;
use crate::driver::Driver;
use crate::view::{Drawer, View};
use crate::words::tr;
use crate::{page, settings, storage};

/// Everything below `<body>`.
#[component]
pub(crate) fn App() -> impl IntoView {
    settings::start();
    let driver = Driver::new();
    provide_context(driver);
    listen(driver);
    let view = driver.view;
    keep_title(view);
    follow_drawer(view);
    match storage::identity() {
        Some(identity) => driver.start(None, Some(identity)),
        None => view.first_visit.set(true),
    }
    let drawer_is = move |drawer| view.drawer.get() == Some(drawer);
    let skip = move |event: ev::MouseEvent| {
        event.prevent_default();
        page::focus(COMPOSER);
    };
    view! {
        <a class="skip" href=format!("#{COMPOSER}") on:click=skip>
            {move || tr!("app-skip")}
        </a>
        <div
            class="app"
            class:rooms-open=move || drawer_is(Drawer::Rooms)
            class:members-open=move || drawer_is(Drawer::Members)
        >
            <Rooms />
            <main class="main">
                <Header />
                <Timeline />
                <div class="foot">
                    <Notices />
                    <Composer />
                    <Typing />
                </div>
            </main>
            <Members />
            <button
                class="scrim"
                type="button"
                tabindex="-1"
                aria-hidden="true"
                on:click=move |_| view.drawer.set(None)
            ></button>
        </div>
        <Welcome />
        <Rename />
    }
}

/// What the window says. The page lives as long as the window, so nothing of this is ever taken back.
fn listen(driver: Driver) {
    let view = driver.view;
    let _ = window_event_listener(ev::popstate, move |_| driver.follow_address());
    let _ = window_event_listener(ev::online, move |_| driver.hurry());
    // It is the document's event, and bubbles.
    let _ = window_event_listener(ev::visibilitychange, move |_| driver.visibility_changed());
    let _ = window_event_listener(ev::keydown, move |event| {
        let types = event.key().chars().count() == 1 && !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        if event.key() == "Escape"
            && let Some(drawer) = view.drawer.get_untracked()
        {
            view.drawer.set(None);
            page::focus(if drawer == Drawer::Rooms { "open-rooms" } else { "open-members" });
        } else if types && !page::something_has_focus() {
            // The key goes to the field that has the keyboard when it acts, which is after this.
            page::focus(COMPOSER);
        }
    });
}

/// Takes the keyboard into a drawer that opens.
fn follow_drawer(view: View) {
    Effect::new(move |_| match view.drawer.get() {
        Some(Drawer::Rooms) => page::focus("rooms"),
        Some(Drawer::Members) => page::focus("members"),
        None => {}
    });
}

fn keep_title(view: View) {
    Effect::new(move |_| {
        let unread = view.rooms.with(|rooms| rooms.iter().map(|room| room.unread).sum());
        let (title, private) = view.room.with(|room| {
            room.as_ref().map_or_else(|| (String::new(), false), |room| (room.title.clone(), room.private))
        });
        document().set_title(&page::title(unread, &title, private));
    });
}
