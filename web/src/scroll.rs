//! Keeps the timeline where the person has it while rows come, go and change their height.
//!
//! The browser's own scroll anchoring doesn't help: one engine lacks it, and the others don't anchor at the top,
//! where older messages are put in. So it is off (style sheet), and done here, in all browsers alike.

use std::cell::{Cell, RefCell};

use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit, ResizeObserver};

/// So close to the end counts as the end.
const END: i32 = 40;

/// So close to the first or the last row, more are wanted.
const NEAR: i32 = 600;

/// How many rows the place is remembered by.
const ANCHORS: usize = 5;

/// The class of what the place is remembered by: a divider stands elsewhere once other messages are there.
const ANCHOR: &str = "message";

/// Where something is, seen from what is in view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Above it.
    Above,
    /// In view.
    Within,
    /// Below it.
    Below,
}

/// Watches a timeline: `scroller` scrolls, `rows` is its content.
pub(crate) struct Keeper {
    scroller: HtmlElement,
    rows: HtmlElement,
    sticks: Cell<bool>,
    /// Where this scrolled to last: an event that tells of that is no doing of the person.
    put_at: Cell<i32>,
    /// Rows in view, and how far their tops are from the scroller's. Several, because the first one may go: the start
    /// of a group is drawn anew once older messages stand before it. They are taken where the person scrolls only, so
    /// that what is rounded away doesn't add up.
    anchors: RefCell<Vec<(Element, f64)>>,
}

impl Keeper {
    /// A timeline that is at its end.
    pub(crate) fn new(scroller: HtmlElement, rows: HtmlElement) -> Self {
        let (sticks, put_at, anchors) = (Cell::new(true), Cell::new(-1), RefCell::default());
        Self { scroller, rows, sticks, put_at, anchors }
    }

    /// The end is in view, and stays so.
    pub(crate) fn sticks(&self) -> bool {
        self.sticks.get()
    }

    /// Older messages are wanted.
    pub(crate) fn is_near_top(&self) -> bool {
        self.scroller.scroll_top() < NEAR
    }

    /// Newer messages are wanted, if there are any.
    pub(crate) fn is_near_end(&self) -> bool {
        self.below() < NEAR
    }

    /// The person scrolled, or this did. What is at the bottom is the end unless there is more.
    pub(crate) fn scrolled(&self, has_newer: bool) {
        if self.scroller.scroll_top() == self.put_at.get() {
            return;
        }
        self.put_at.set(-1);
        self.sticks.set(!has_newer && self.below() < END);
        self.take_anchors();
    }

    /// Rows came or went, or something changed its size.
    pub(crate) fn settle(&self) {
        if self.sticks.get() {
            self.go_to_end();
            return;
        }
        let moved = self.anchors.borrow().iter().find(|(row, _)| row.is_connected()).map(|(row, offset)| {
            #[expect(clippy::cast_possible_truncation, reason = "a difference of pixels on a screen")]
            let moved = (self.offset_of(row) - offset).round() as i32;
            moved
        });
        match moved {
            Some(0) => {}
            Some(moved) => self.put(self.scroller.scroll_top() + moved),
            None => self.take_anchors(),
        }
    }

    /// Goes to the end and stays there.
    pub(crate) fn go_to_end(&self) {
        self.sticks.set(true);
        self.put(self.scroller.scroll_height());
    }

    /// Brings a row into view, some way down from the top, and keeps it there until the person scrolls.
    pub(crate) fn show(&self, row: &Element) {
        let height = f64::from(self.scroller.client_height());
        self.hold(row, (height - row.get_bounding_client_rect().height()).max(0.0) / 3.0);
    }

    /// Puts a row so far from the top, and keeps it there until the person scrolls.
    pub(crate) fn hold(&self, row: &Element, offset: f64) {
        self.sticks.set(false);
        *self.anchors.borrow_mut() = vec![(row.clone(), offset)];
        self.settle();
    }

    /// The first row in view, and how far its top is from the top of what is.
    pub(crate) fn place(&self) -> Option<(Element, f64)> {
        self.anchors.borrow().iter().find(|(row, _)| row.is_connected()).cloned()
    }

    /// Where a row is.
    pub(crate) fn side_of(&self, row: &Element) -> Side {
        let (top, height) = (self.offset_of(row), row.get_bounding_client_rect().height());
        if top + height <= 0.0 {
            Side::Above
        } else if top >= f64::from(self.scroller.client_height()) {
            Side::Below
        } else {
            Side::Within
        }
    }

    fn below(&self) -> i32 {
        self.scroller.scroll_height() - self.scroller.scroll_top() - self.scroller.client_height()
    }

    fn put(&self, top: i32) {
        self.scroller.set_scroll_top(top);
        self.put_at.set(self.scroller.scroll_top());
    }

    /// Rows are in order, so the first one that reaches below the top edge is found by halving.
    fn take_anchors(&self) {
        let rows = self.rows.children();
        let (mut low, mut high) = (0, rows.length());
        while low < high {
            let middle = low.midpoint(high);
            let ends_above = rows
                .item(middle)
                .is_some_and(|row| self.offset_of(&row) + row.get_bounding_client_rect().height() <= 0.0);
            if ends_above { low = middle + 1 } else { high = middle }
        }
        let in_view = (low..rows.length()).filter_map(|at| rows.item(at));
        let anchors = in_view.filter(|row| row.class_list().contains(ANCHOR)).take(ANCHORS);
        *self.anchors.borrow_mut() = anchors.map(|row| (row.clone(), self.offset_of(&row))).collect();
    }

    fn offset_of(&self, row: &Element) -> f64 {
        row.get_bounding_client_rect().top() - self.scroller.get_bounding_client_rect().top()
    }
}

/// Calls back whenever rows came or went, and whenever one of some elements has changed its size; before it is
/// painted. Rows that come and go may leave the size as it was, so neither tells of the other.
pub(crate) struct LayoutWatch {
    sizes: Option<ResizeObserver>,
    children: Option<MutationObserver>,
    _callback: Closure<dyn FnMut(Array)>,
}

impl LayoutWatch {
    /// Watches the sizes of both, and the children of `rows`.
    pub(crate) fn new(scroller: &HtmlElement, rows: &HtmlElement, mut changed: impl FnMut() + 'static) -> Self {
        let callback = Closure::new(move |_: Array| changed());
        let function: &JsValue = callback.as_ref();
        let sizes = ResizeObserver::new(function.unchecked_ref()).ok();
        if let Some(sizes) = &sizes {
            sizes.observe(scroller);
            sizes.observe(rows);
        }
        let children = MutationObserver::new(function.unchecked_ref()).ok();
        if let Some(children) = &children {
            let options = MutationObserverInit::new();
            options.set_child_list(true);
            let _ = children.observe_with_options(rows, &options);
        }
        Self { sizes, children, _callback: callback }
    }
}

impl Drop for LayoutWatch {
    fn drop(&mut self) {
        if let Some(sizes) = &self.sizes {
            sizes.disconnect();
        }
        if let Some(children) = &self.children {
            children.disconnect();
        }
    }
}
