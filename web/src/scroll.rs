//! Keeps the timeline where the person has it while rows come, go and change their height.
//!
//! The browser's own scroll anchoring doesn't help: one engine lacks it, and the others don't anchor at the top,
//! where older messages are put in. So it is off (style sheet), and done here, in all browsers alike.

use std::cell::{Cell, RefCell};

use js_sys::Array;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, ResizeObserver};

/// So close to the end counts as the end.
const END: i32 = 40;

/// So close to the top, older messages are wanted.
const TOP: i32 = 600;

/// How many rows the place is remembered by.
const ANCHORS: u32 = 5;

/// Watches a timeline: `scroller` scrolls, `rows` is its content.
pub(crate) struct Keeper {
    scroller: HtmlElement,
    rows: HtmlElement,
    sticks: Cell<bool>,
    /// Rows in view, and how far their tops are from the scroller's. Several, because the first one may go: a
    /// divider, or the start of a group, is something else once older messages stand before it.
    anchors: RefCell<Vec<(Element, f64)>>,
}

impl Keeper {
    /// A timeline that is at its end.
    pub(crate) fn new(scroller: HtmlElement, rows: HtmlElement) -> Self {
        Self { scroller, rows, sticks: Cell::new(true), anchors: RefCell::default() }
    }

    /// The end is in view, and stays so.
    pub(crate) fn sticks(&self) -> bool {
        self.sticks.get()
    }

    /// Older messages are wanted.
    pub(crate) fn is_near_top(&self) -> bool {
        self.scroller.scroll_top() < TOP
    }

    /// Newer messages are wanted, if there are any.
    pub(crate) fn is_near_end(&self) -> bool {
        self.scroller.scroll_height() - self.scroller.scroll_top() - self.scroller.client_height() < TOP
    }

    /// The person, or this, scrolled.
    pub(crate) fn scrolled(&self) {
        let below = self.scroller.scroll_height() - self.scroller.scroll_top() - self.scroller.client_height();
        self.sticks.set(below < END);
        self.take_anchors();
    }

    /// Something changed its size.
    pub(crate) fn resized(&self) {
        if self.sticks.get() {
            self.to_end();
            return;
        }
        let anchor = self.anchors.borrow().iter().find(|(row, _)| row.is_connected()).map(|(row, offset)| {
            #[expect(clippy::cast_possible_truncation, reason = "a difference of pixels on a screen")]
            let moved = (self.offset_of(row) - offset).round() as i32;
            moved
        });
        if let Some(moved) = anchor.filter(|moved| *moved != 0) {
            self.scroller.set_scroll_top(self.scroller.scroll_top() + moved);
        }
        self.take_anchors();
    }

    /// Goes to the end and stays there.
    pub(crate) fn to_end(&self) {
        self.sticks.set(true);
        self.scroller.set_scroll_top(self.scroller.scroll_height());
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
        let in_view = (low..rows.length().min(low + ANCHORS)).filter_map(|at| rows.item(at));
        *self.anchors.borrow_mut() = in_view.map(|row| (row.clone(), self.offset_of(&row))).collect();
    }

    fn offset_of(&self, row: &Element) -> f64 {
        row.get_bounding_client_rect().top() - self.scroller.get_bounding_client_rect().top()
    }
}

/// Calls back whenever one of some elements has changed its size, after layout and before it is painted.
pub(crate) struct SizeWatch {
    observer: Option<ResizeObserver>,
    _callback: Closure<dyn FnMut(Array)>,
}

impl SizeWatch {
    /// Watches these.
    pub(crate) fn new(elements: &[&HtmlElement], mut changed: impl FnMut() + 'static) -> Self {
        let callback = Closure::new(move |_: Array| changed());
        let function: &JsValue = callback.as_ref();
        let observer = ResizeObserver::new(function.unchecked_ref()).ok();
        for element in elements {
            if let Some(observer) = &observer {
                observer.observe(element);
            }
        }
        Self { observer, _callback: callback }
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
