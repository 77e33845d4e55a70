//! The page as a whole.

use leptos::ev;
use leptos::prelude::*;

use crate::components::aloud::Aloud;
use crate::components::composer::{COMPOSER, Composer};
use crate::components::header::Header;
use crate::components::members::Members;
use crate::components::notice::Notices;
use crate::components::offers::Offers;
use crate::components::rename::Rename;
use crate::components::rooms::Rooms;
use crate::components::settings::SettingsDialog;
use crate::components::shortcuts::Shortcuts;
use crate::components::status::Status;
use crate::components::switcher::Switcher;
use crate::components::timeline::Timeline;
use crate::components::welcome::Welcome;
use crate::driver::{Driver, Step};
use crate::view::Drawer;
use crate::words::tr;
use crate::{commands, focus, notify, page, route, settings, storage, tab};

/// Everything below `<body>`.
#[component]
pub(crate) fn App() -> impl IntoView {
    settings::start();
    let driver = Driver::new();
    provide_context(driver);
    listen(driver);
    let view = driver.view;
    tab::keep(view);
    commands::follow_drawer(driver);
    focus::keep();
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
        <a class="skip" href=format!("#{COMPOSER}") inert=move || view.drawer.get().is_some() on:click=skip>
            {move || tr!("app-skip")}
        </a>
        <div
            class="app"
            class:rooms-open=move || drawer_is(Drawer::Rooms)
            class:members-open=move || drawer_is(Drawer::Members)
        >
            <Rooms />
            <main class="main" inert=move || view.drawer.get().is_some()>
                <Header />
                <Timeline />
                <div class="foot">
                    <Offers />
                    <Notices />
                    <Composer />
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
        <Aloud />
        <Welcome />
        <Rename />
        <SettingsDialog />
        <Switcher />
        <Shortcuts />
        <Status />
    }
}

/// What the window says. The page lives as long as the window, so nothing of this is ever taken back.
fn listen(driver: Driver) {
    let view = driver.view;
    let _ = window_event_listener(ev::popstate, move |_| driver.follow_address());
    let _ = window_event_listener(ev::online, move |_| driver.hurry());
    // It is the document's event, and bubbles.
    let _ = window_event_listener(ev::visibilitychange, move |_| driver.visibility_changed());
    let _ = window_event_listener(ev::keydown, move |event| commands::pressed(driver, &event));
    notify::on_chosen(move |path| {
        if let Some(place) = route::place_of_link(&path) {
            driver.go(&place, Step::New);
        }
    });
    // A browser says that there is no network where it knows; that there is one it may say of any cable.
    let _ = window_event_listener(ev::online, move |_| view.network.set(true));
    let _ = window_event_listener(ev::offline, move |_| view.network.set(false));
    let _ = window_event_listener(ev::pagehide, move |_| driver.keep_seen());
}
