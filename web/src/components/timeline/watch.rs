//! What happens between a timeline and who reads it: scrolling, loading, going to a message, the place of the keyboard.

use std::rc::Rc;
use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use partyline_engine::Action;
use partyline_shared::Seq;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

use super::cursor;
use crate::driver::Driver;
use crate::scroll::{Keeper, LayoutWatch, Side};
use crate::view::RoomState;

/// How long a message that was gone to stands out.
const STAND_OUT: Duration = Duration::from_millis(2500);

/// A timeline that is looked at. Copies of it are the same one.
#[derive(Clone, Copy)]
pub(crate) struct Watch {
    /// Runs the page.
    pub(crate) driver: Driver,
    /// What can be done with a message: moved to the one that is pointed at.
    pub(crate) toolbar: NodeRef<html::Div>,
    /// Where the first message that is new to the person is.
    pub(super) new_at: RwSignal<Option<Side>>,
    room: StoredValue<String>,
    running: StoredValue<Option<Running>, LocalStorage>,
    /// A message to be brought into view once it is drawn.
    wanted: StoredValue<Option<Seq>>,
    /// The message that has the keyboard, or has had it until it was drawn anew.
    pub(super) cursor: StoredValue<Option<Seq>>,
}

struct Running {
    keeper: Rc<Keeper>,
    rows: HtmlElement,
    _layout: LayoutWatch,
}

impl Watch {
    /// A timeline that isn't there yet.
    pub(super) fn new(driver: Driver, room: String) -> Self {
        Self {
            driver,
            toolbar: NodeRef::new(),
            new_at: RwSignal::new(None),
            room: StoredValue::new(room),
            running: StoredValue::new_local(None),
            wanted: StoredValue::new(None),
            cursor: StoredValue::new(None),
        }
    }

    /// It is there.
    pub(super) fn start(self, scroller: &HtmlElement, rows: &HtmlElement) {
        let keeper = Rc::new(Keeper::new(scroller.clone(), rows.clone()));
        let kept = self.room.with_value(|room| self.driver.kept_place(room));
        match kept.and_then(|(seq, offset)| Some((cursor::row_of(rows, seq)?, offset))) {
            Some((row, offset)) => keeper.hold(&row, offset),
            None => keeper.go_to_end(),
        }
        let layout = LayoutWatch::new(scroller, rows, move || self.settle());
        self.running.set_value(Some(Running { keeper, rows: rows.clone(), _layout: layout }));
        self.settle();
    }

    /// It goes. What is drawn anew, because the language changed, is drawn where it was.
    pub(super) fn end(self) {
        let place = self.with(|running| running.keeper.place()).flatten();
        if let Some((row, offset)) = place
            && let Some(seq) = cursor::seq_of(&row)
            && self.room.try_with_value(|room| *room == self.driver.view.current.get_untracked()) == Some(true)
        {
            self.driver.keep_place(seq, offset);
        }
    }

    /// The person scrolled, or this did.
    pub(super) fn scrolled(self) {
        let has_newer = self.state().is_some_and(|room| room.has_newer);
        let Some(keeper) = self.with(|running| Rc::clone(&running.keeper)) else { return };
        keeper.scrolled(has_newer);
        self.driver.scrolled(keeper.sticks());
        self.look_for_new();
        self.load();
    }

    /// Goes to the end, and stays there.
    pub(super) fn go_to_end(self) {
        self.wanted.set_value(None);
        self.driver.go_to_end();
        if let Some(keeper) = self.with(|running| Rc::clone(&running.keeper)) {
            keeper.go_to_end();
            self.driver.scrolled(true);
        }
    }

    /// Goes to a message, as soon as it is drawn.
    pub(super) fn go_to(self, seq: Seq) {
        self.wanted.set_value(Some(seq));
        // It may be there already. What is drawn in answer to the same event isn't yet.
        request_animation_frame(move || self.settle());
    }

    /// The rows of the timeline.
    pub(crate) fn rows(self) -> Option<HtmlElement> {
        self.with(|running| running.rows.clone())
    }

    /// Rows came or went, or have another size.
    fn settle(self) {
        let Some(keeper) = self.with(|running| Rc::clone(&running.keeper)) else { return };
        keeper.settle();
        self.arrive(&keeper);
        self.keep_cursor();
        self.look_for_new();
        self.load();
    }

    fn arrive(self, keeper: &Keeper) {
        let (Some(seq), Some(rows)) = (self.wanted.try_get_value().flatten(), self.rows()) else { return };
        // An entry of a kind that isn't shown has a number too: what comes after it is as near as can be.
        let is_loaded = self.driver.view.rows.with_untracked(|rows| {
            let mut seqs = rows.iter().filter_map(|row| row.seq());
            seqs.next().is_some_and(|first| first <= seq) && seqs.next_back().is_some_and(|last| seq <= last)
        });
        let row = cursor::row_of(&rows, seq).or_else(|| is_loaded.then(|| cursor::row_from(&rows, seq)).flatten());
        let Some(row) = row else { return };
        self.wanted.set_value(None);
        keeper.show(&row);
        self.driver.scrolled(false);
        stand_out(&row);
        // Whatever else wants the keyboard in answer to the same event has had it by then.
        request_animation_frame(move || self.focus(&row, true));
    }

    /// Gives the keyboard to a message. `still`: it is in view already.
    pub(super) fn focus(self, row: &Element, still: bool) {
        let Some(row) = row.dyn_ref::<HtmlElement>() else { return };
        self.name(row);
        let options = FocusOptions::new();
        options.set_prevent_scroll(still);
        let _ = row.focus_with_options(&options);
    }

    /// A message that had the keyboard was drawn anew, or was taken away with others.
    fn keep_cursor(self) {
        let (Some(seq), Some(rows)) = (self.cursor.try_get_value().flatten(), self.rows()) else { return };
        let lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if let Some(row) = lost.then(|| cursor::nearest(&rows, seq)).flatten() {
            self.focus(&row, true);
        }
    }

    /// Finds out where the first message that is new is: what is shown may stay the same while others talk.
    pub(super) fn look_for_new(self) {
        let fresh = self.driver.view.fresh.get_untracked();
        let side = fresh.and_then(|fresh| {
            let rows = self.rows()?;
            let divider = rows.query_selector(".divider.new").ok().flatten();
            let loaded = divider.and_then(|divider| self.with(|running| running.keeper.side_of(&divider)));
            let above = || cursor::first_seq(&rows).is_some_and(|first| first > fresh.after);
            loaded.or_else(|| Some(if above() { Side::Above } else { Side::Below }))
        });
        if side == Some(Side::Within) {
            self.driver.saw_new();
        }
        if self.new_at.try_get_untracked().is_some_and(|old| old != side) {
            self.new_at.set(side);
        }
    }

    fn load(self) {
        let Some(state) = self.state() else { return };
        let near = |is: fn(&Keeper) -> bool| self.with(|running| is(&running.keeper)) == Some(true);
        let room = || self.room.get_value();
        if state.can_load_older && near(Keeper::is_near_top) {
            self.driver.act(Action::LoadOlder(room()));
        } else if state.can_load_newer && near(Keeper::is_near_end) {
            self.driver.act(Action::LoadNewer(room()));
        }
    }

    /// The room, while it is the one that is shown.
    fn state(self) -> Option<RoomState> {
        let view = self.driver.view;
        let is_shown = self.room.try_with_value(|room| view.current.with_untracked(|current| current == room));
        if is_shown == Some(true) { view.room.get_untracked() } else { None }
    }

    fn with<T>(self, look: impl FnOnce(&Running) -> T) -> Option<T> {
        self.running.try_with_value(|running| running.as_ref().map(look)).flatten()
    }
}

/// Makes a message stand out for a moment.
fn stand_out(row: &Element) {
    let classes = row.class_list();
    let _ = classes.add_1("target");
    set_timeout(
        move || {
            let _ = classes.remove_1("target");
        },
        STAND_OUT,
    );
}
