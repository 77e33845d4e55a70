//! Where the keyboard is: never nowhere. What has it may go away (a button with its row, a drawer, a dialog); then it
//! is led on to where the person would look for it.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit};

use crate::components::composer::COMPOSER;
use crate::components::timeline::TIMELINE;
use crate::page;

/// The parts of the page that the keyboard is led through, by id, in their order.
const PANES: [&str; 4] = ["rooms", TIMELINE, COMPOSER, "members"];

/// Leads the keyboard to where one types. Where a field would bring a screen keyboard up that nobody asked for, to
/// what was said instead.
pub(crate) fn home() {
    page::focus(if page::is_touch() { TIMELINE } else { COMPOSER });
}

/// Leads the keyboard to where one types once what is open has closed: until then it couldn't go there.
pub(crate) fn home_soon() {
    request_animation_frame(home);
}

/// What has the keyboard; `None` where that is the page as a whole, so nothing.
pub(crate) fn current() -> Option<Element> {
    document().active_element().filter(|element| element.tag_name() != "BODY")
}

/// Whether somebody types into this.
pub(crate) fn is_field(element: &Element) -> bool {
    let is_button = |kind: &str| matches!(kind, "checkbox" | "radio" | "range" | "button" | "submit");
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => element.get_attribute("type").is_none_or(|kind| !is_button(&kind)),
        _ => element.has_attribute("contenteditable"),
    }
}

/// Whether a dialog is open: it keeps the keyboard to itself.
pub(crate) fn in_dialog() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some())
}

/// Leads the keyboard to the next part of the page that is to be seen, or the one before.
pub(crate) fn next_pane(forward: bool) {
    let now = current();
    let of = |id: &&str| document().get_element_by_id(id).filter(is_seen);
    let panes: Vec<Element> = PANES.iter().filter_map(of).collect();
    let at = now.and_then(|now| panes.iter().position(|pane| pane.contains(Some(&now))));
    let count = panes.len();
    let next = match (at, forward) {
        (Some(at), true) => (at + 1) % count,
        (Some(at), false) => (at + count - 1) % count,
        // From outside of all of them.
        (None, true) => 0,
        (None, false) => count.saturating_sub(1),
    };
    let Some(pane) = panes.get(next) else { return };
    // In a list the keyboard goes to where the person is in it.
    let inside = pane.query_selector("[aria-current], .item").ok().flatten().filter(is_seen);
    focus(inside.as_ref().filter(|_| pane.id() != TIMELINE).unwrap_or(pane));
}

/// Sees to it that the keyboard is never left nowhere, from now on.
pub(crate) fn keep() {
    // What had it last. It is looked at again only when that has gone.
    let last = StoredValue::new_local(None::<Element>);
    let _ = window_event_listener(leptos::ev::focusin, move |event| {
        last.set_value(event.target().and_then(|target| target.dyn_into().ok()));
    });
    let lost = move || {
        let gone = last.with_value(|last| last.as_ref().is_some_and(|last| !last.is_connected()));
        if gone && current().is_none() {
            last.set_value(None);
            lead_back();
        }
    };
    // By frame: one that replaces what has gone may take the keyboard itself.
    let look = Closure::<dyn FnMut()>::new(move || {
        if current().is_none() {
            request_animation_frame(lost);
        }
    });
    let function: &JsValue = look.as_ref();
    if let (Ok(observer), Some(body)) = (MutationObserver::new(function.unchecked_ref()), document().body()) {
        let options = MutationObserverInit::new();
        options.set_child_list(true);
        options.set_subtree(true);
        let _ = observer.observe_with_options(&body, &options);
    }
    // The page lives as long as the window.
    look.forget();
}

/// Leads the keyboard from a room of the list that is about to go to the one below it, or above.
pub(crate) fn leave_item(room: &str) {
    let links = document().query_selector_all("a[data-room]").ok();
    let links: Vec<Element> = links
        .map(|links| (0..links.length()).filter_map(|at| links.item(at)?.dyn_into().ok()).collect())
        .unwrap_or_default();
    let at = links.iter().position(|link| link.get_attribute("data-room").as_deref() == Some(room));
    let next = at.and_then(|at| links.get(at + 1).or_else(|| links.get(at.checked_sub(1)?)));
    if let Some(link) = next {
        focus(link);
    }
}

/// To the dialog or drawer that is open, and otherwise to where one types.
fn lead_back() {
    let open = "dialog[open] [autofocus], dialog[open] input, dialog[open] button, .panel.open";
    match document().query_selector(open).ok().flatten() {
        Some(element) => focus(&element),
        None => home(),
    }
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// It takes up space, and isn't hidden otherwise.
fn is_seen(element: &Element) -> bool {
    let style = window().get_computed_style(element).ok().flatten();
    let hidden = style.and_then(|style| style.get_property_value("visibility").ok()).is_some_and(|it| it == "hidden");
    !hidden && element.get_client_rects().length() > 0
}
