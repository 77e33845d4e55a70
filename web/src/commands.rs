//! What the keyboard's commands do.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlTextAreaElement, KeyboardEvent};

use crate::boxed::effect_since;
use crate::components::composer::COMPOSER;
use crate::components::timeline::TIMELINE;
use crate::driver::{Driver, Step};
use crate::focus;
use crate::keyboard::{self, Command, Focus, Press};
use crate::view::Drawer;

/// A page up or down leaves so much of what was in view, to go on reading from.
const OVERLAP: i32 = 48;

/// A key was pressed somewhere on the page, and nothing that has the keyboard has taken it.
pub(crate) fn pressed(driver: Driver, event: &KeyboardEvent) {
    let Some(press) = Press::of(event).filter(|_| !event.default_prevented()) else { return };
    let command = keyboard::command(&press, focus_now());
    if focus::in_dialog() {
        // What is behind a dialog isn't there. The list of places closes by what opened it.
        if command == Some(Command::Switch) && driver.view.switching.get_untracked() {
            event.prevent_default();
            driver.view.switching.set(false);
        }
        return;
    }
    match command {
        Some(command) => {
            event.prevent_default();
            carry_out(driver, command);
        }
        // The key goes to the field that has the keyboard when it acts, which is after this.
        None if press.types() && focus::current().is_none() => crate::page::focus(COMPOSER),
        None => {}
    }
}

fn carry_out(driver: Driver, command: Command) {
    let view = driver.view;
    match command {
        Command::Switch => view.switching.set(true),
        Command::Help => view.helping.set(true),
        Command::PreviousRoom => walk(driver, false, false),
        Command::NextRoom => walk(driver, true, false),
        Command::PreviousUnread => walk(driver, false, true),
        Command::NextUnread => walk(driver, true, true),
        Command::NextPane => focus::next_pane(true),
        Command::PreviousPane => focus::next_pane(false),
        Command::Back => back(driver),
        Command::PageUp => scroll(|pane| pane.scroll_top() - page_of(pane)),
        Command::PageDown => scroll(|pane| pane.scroll_top() + page_of(pane)),
        Command::Start => scroll(|_| 0),
        Command::End => to_end(driver),
    }
}

fn walk(driver: Driver, down: bool, unread: bool) {
    let current = driver.view.current.get_untracked();
    let next = driver.view.rooms.with_untracked(|rooms| {
        let rooms: Vec<_> = rooms.iter().map(|room| (room.name.as_str(), room.unread > 0)).collect();
        keyboard::neighbour(&rooms, &current, down, unread).map(str::to_owned)
    });
    if let Some(room) = next {
        driver.show(&room, Step::New);
    }
}

/// One thing at a time: a drawer, then what the page has told, and then the end of what was said.
fn back(driver: Driver) {
    let view = driver.view;
    if view.drawer.get_untracked().is_some() {
        view.drawer.set(None);
        return;
    }
    if view.notices.with_untracked(Vec::is_empty) {
        to_end(driver);
    } else {
        view.notices.set(Vec::new());
    }
    focus::home();
}

fn to_end(driver: Driver) {
    driver.view.to_end.update(|times| *times = times.wrapping_add(1));
}

fn page_of(pane: &HtmlElement) -> i32 {
    (pane.client_height() - OVERLAP).max(OVERLAP)
}

fn scroll(to: impl FnOnce(&HtmlElement) -> i32) {
    let pane = document().get_element_by_id(TIMELINE).and_then(|pane| pane.dyn_into::<HtmlElement>().ok());
    if let Some(pane) = pane {
        pane.set_scroll_top(to(&pane));
    }
}

fn focus_now() -> Focus {
    let Some(element) = focus::current() else { return Focus::default() };
    let composer = element.id() == COMPOSER;
    let text = element.dyn_ref::<HtmlTextAreaElement>().filter(|_| composer);
    Focus {
        field: focus::is_field(&element),
        composer,
        empty: text.is_some_and(|text| text.value().is_empty()),
        scrolls: text.is_some_and(|text| text.scroll_height() > text.client_height() + 1),
    }
}

/// Follows the drawers of a narrow screen: the keyboard goes into one that opens, and back to what opened it. Where the
/// screen gets wide there are none.
pub(crate) fn follow_drawer(driver: Driver) {
    let view = driver.view;
    effect_since(move |before: Option<Option<Drawer>>| {
        let drawer = view.drawer.get();
        match (drawer, before.flatten()) {
            (Some(drawer), _) => request_animation_frame(move || crate::page::focus(drawer.panel())),
            (None, Some(closed)) => request_animation_frame(move || {
                let inside = |element: &web_sys::Element| element.closest(".panel, .scrim").ok().flatten().is_some();
                if focus::current().is_none_or(|element| inside(&element)) {
                    crate::page::focus(closed.button());
                }
            }),
            (None, None) => {}
        }
        drawer
    });
    let _ = window_event_listener(leptos::ev::resize, move |_| {
        if view.drawer.get_untracked().is_some() && !crate::page::is_narrow() {
            view.drawer.set(None);
        }
    });
}
