//! The keyboard in the timeline: arrow keys go from message to message, Enter to what can be done with one. And the
//! pointer, and the finger.

use leptos::ev::{FocusEvent, KeyboardEvent, MouseEvent, PointerEvent};
use leptos::prelude::*;
use partyline_shared::Seq;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

use super::watch::Watch;
use crate::driver::Step;
use crate::route;
use crate::words::tr;

/// What can have the keyboard in a timeline.
const MESSAGE: &str = ".message";

/// The row of a message.
pub(super) fn row_of(rows: &HtmlElement, seq: Seq) -> Option<Element> {
    rows.query_selector(&format!("[data-seq='{seq}']")).ok().flatten()
}

/// The row of the first message with this number or a higher one.
pub(super) fn row_from(rows: &HtmlElement, seq: Seq) -> Option<Element> {
    messages(rows).find(|row| seq_of(row).is_some_and(|its| its >= seq))
}

/// The row that is nearest to where a message is or was.
pub(super) fn nearest(rows: &HtmlElement, seq: Seq) -> Option<Element> {
    row_from(rows, seq).or_else(|| messages(rows).filter(|row| seq_of(row).is_some()).last())
}

/// The number of the first message that is drawn.
pub(super) fn first_seq(rows: &HtmlElement) -> Option<Seq> {
    messages(rows).find_map(|row| seq_of(&row))
}

/// The number of the message in a row; none where that is on its way.
pub(crate) fn seq_of(row: &Element) -> Option<Seq> {
    row.get_attribute("data-seq")?.parse().ok().map(Seq)
}

fn messages(rows: &HtmlElement) -> impl Iterator<Item = Element> {
    let rows = rows.children();
    (0..rows.length()).filter_map(move |at| rows.item(at)).filter(is_message)
}

fn is_message(element: &Element) -> bool {
    element.matches(MESSAGE).unwrap_or(false)
}

/// The row that something of the page is in.
fn row_around(target: Option<web_sys::EventTarget>) -> Option<Element> {
    target?.dyn_into::<Element>().ok()?.closest(MESSAGE).ok().flatten()
}

impl Watch {
    /// A key was pressed in the timeline.
    pub(super) fn key_pressed(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key() {
            return;
        }
        let (Some(rows), Some(target)) = (self.rows(), event.target()) else { return };
        let Some(target) = target.dyn_ref::<Element>() else { return };
        let in_toolbar = target.closest("[role='toolbar']").ok().flatten().is_some();
        let row = row_around(Some(target.clone().into()));
        let next = match (event.key().as_str(), &row) {
            ("Escape", Some(row)) if in_toolbar => Some(row.clone()),
            _ if in_toolbar => return self.key_in_toolbar(event),
            ("ArrowUp", Some(row)) => step(row, Element::previous_element_sibling),
            ("ArrowDown", Some(row)) => step(row, Element::next_element_sibling),
            ("ArrowUp" | "ArrowDown", None) => self.entry(&rows),
            ("Home", Some(_)) => messages(&rows).next(),
            ("End", Some(_)) => messages(&rows).last(),
            ("Enter", Some(row)) if target.is_same_node(Some(row.as_ref())) => return self.enter_toolbar(row, event),
            _ => None,
        };
        if let Some(next) = next {
            event.prevent_default();
            self.focus(&next, false);
        }
    }

    /// Where the keyboard comes in: where it was, or at the last message in view.
    fn entry(self, rows: &HtmlElement) -> Option<Element> {
        let before = self.cursor.get_value().and_then(|seq| row_of(rows, seq));
        let bottom = rows.parent_element()?.get_bounding_client_rect().bottom();
        let in_view = |row: &Element| row.get_bounding_client_rect().top() < bottom;
        before.or_else(|| messages(rows).take_while(in_view).last())
    }

    /// Says what a row is, for who hears it rather than sees it. It is said where it is asked for: to say it of each
    /// row would double the page.
    pub(super) fn name(self, row: &HtmlElement) {
        let Some(message) = seq_of(row).and_then(|seq| self.driver.message(seq)) else { return };
        let time = crate::time::hour_minute(message.at);
        let name = tr!("timeline-row", nick = message.from.nick, time = time, text = message.text);
        let _ = row.set_attribute("aria-label", &name);
    }

    /// Something in the timeline has got the keyboard.
    pub(super) fn focused(self, event: &FocusEvent) {
        if let Some(row) = row_around(event.target()) {
            self.cursor.set_value(seq_of(&row));
            self.offer_actions(&row);
        }
    }

    /// Something in the timeline has lost it. What was taken away has lost it too, but doesn't say so here.
    pub(super) fn unfocused(self, event: &FocusEvent) {
        let stays =
            event.target().and_then(|target| target.dyn_into::<Node>().ok()).is_some_and(|node| node.is_connected());
        let within = row_around(event.related_target()).is_some();
        if stays && !within {
            self.cursor.set_value(None);
            self.withdraw_actions();
        }
    }

    /// A mouse points at something in the timeline. A finger doesn't point: what it taps gets the keyboard.
    pub(super) fn pointed(self, event: &PointerEvent) {
        let held = document()
            .active_element()
            .is_some_and(|element| element.closest("[role='toolbar']").ok().flatten().is_some());
        if event.pointer_type() == "mouse"
            && !held
            && let Some(row) = row_around(event.target())
        {
            self.offer_actions(&row);
        }
    }

    /// It no longer does. What has the keyboard keeps its actions.
    pub(super) fn left(self) {
        let held = document().active_element().and_then(|element| element.closest(MESSAGE).ok().flatten());
        match held {
            Some(row) => self.offer_actions(&row),
            None => self.withdraw_actions(),
        }
    }

    /// Something in the timeline was clicked. A link to a message is followed here, unless another tab was asked for.
    pub(super) fn clicked(self, event: &MouseEvent) {
        let elsewhere = event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0;
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
        let place = link.and_then(|link| route::place_of_link(&link.get_attribute("href")?));
        if let Some(place) = place.filter(|_| !elsewhere && !event.default_prevented()) {
            event.prevent_default();
            self.driver.go(&place, Step::New);
        }
    }
}

fn step(row: &Element, next: fn(&Element) -> Option<Element>) -> Option<Element> {
    let mut row = next(row)?;
    while !is_message(&row) {
        row = next(&row)?;
    }
    Some(row)
}
