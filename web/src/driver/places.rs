//! Going somewhere: to a room, to a message, to what an address names.

use leptos::prelude::*;
use partyline_engine::{Action, Input, Saying, Unreachable};
use partyline_shared::light::check_name;
use partyline_shared::{Code, Limits, MemberId, Seq};

use super::{Driver, Step};
use crate::route::{self, Place};
use crate::storage;
use crate::view::{Barred, Stale, Target, View};
use crate::words::tr;

impl Driver {
    /// Shows a room or conversation, at its end.
    pub(crate) fn show(self, room: &str, step: Step) {
        self.view.drawer.set(None);
        if step != Step::Stay {
            route::show(room, step == Step::New);
        }
        self.turn_to(room);
    }

    /// Goes to a message, or to a room, of which one need not be a member yet.
    pub(crate) fn go(self, place: &Place, step: Step) {
        self.view.drawer.set(None);
        if step != Step::Stay {
            route::show_place(place, step == Step::New);
        }
        let known = self.with_engine(|engine| View::find(engine.model(), &place.room)).flatten();
        let is_new = known.is_none();
        let room = known.unwrap_or_else(|| place.room.clone());
        self.turn_to(&room);
        match place.seq {
            _ if is_new && !can_be(&room) => self.bar(Barred { room, code: Code::BadRoom, text: String::new() }),
            Some(seq) => self.act(Action::GoTo { room, seq }),
            None if !is_new => self.view.to_end.update(|times| *times = times.wrapping_add(1)),
            // Nobody enters a conversation.
            None if room.starts_with('@') => {}
            None => self.act(Action::Join(room)),
        }
    }

    /// Goes where the address says, after a step through the browser's history.
    pub(crate) fn follow_address(self) {
        if let Some(place) = route::current() {
            self.go(&place, Step::Stay);
        }
    }

    /// Goes to the first message that is new to the person.
    pub(crate) fn go_to_new(self) {
        if let Some(fresh) = self.view.fresh.get_untracked() {
            let room = self.view.current.get_untracked();
            self.act(Action::GoTo { room, seq: fresh.after.next() });
        }
    }

    /// The end of the room that is shown, to be followed from now on. An address that named a message names the room.
    pub(crate) fn go_to_end(self) {
        let room = self.view.current.get_untracked();
        if route::current().is_some_and(|place| place.seq.is_some()) {
            route::show_place(&Place { room: room.clone(), seq: None }, false);
        }
        self.act(Action::ToEnd(room));
    }

    /// A message that was gone to is there.
    pub(super) fn reached(self, room: String, seq: Seq) {
        if self.view.current.with_untracked(|current| *current == room) {
            self.view.target.set(Some(Target { room, seq }));
        }
    }

    /// A message that was gone to isn't there: that is said, and the end is shown instead.
    pub(super) fn unreachable(self, room: String, seq: Seq, why: Unreachable) {
        if self.view.current.with_untracked(|current| *current != room) {
            return;
        }
        self.handle(Input::User(Action::ToEnd(room)));
        self.view.to_end.update(|times| *times = times.wrapping_add(1));
        let text = match why {
            Unreachable::NotYet => tr!("timeline-no-such-message", number = seq.0),
            Unreachable::Gone => tr!("timeline-message-gone", number = seq.0),
        };
        self.tell(Saying::Words(text), true);
    }

    /// A room can't be entered. Where the address led there, that is told in the room's place.
    pub(super) fn bar(self, barred: Barred) {
        let is_here = self.view.current.with_untracked(|current| *current == barred.room);
        if is_here && !self.core().borrow().settled {
            self.view.barred.set(Some(barred));
        }
    }

    /// Whether the address leads to this room, which can't be entered.
    pub(super) fn is_barred(self, room: &str) -> bool {
        self.view.barred.with_untracked(|barred| barred.as_ref().is_some_and(|barred| barred.room == room))
    }

    /// What the address names at the start. A room that can't be is told of once there is a timeline.
    pub(super) fn start_place(self) -> Option<Place> {
        let place = route::current()?;
        if !can_be(&place.room) {
            self.view.current.set(place.room.clone());
            self.bar(Barred { room: place.room, code: Code::BadRoom, text: String::new() });
            return None;
        }
        Some(place)
    }

    /// Where the person is in the room that is shown, for when it is drawn anew.
    pub(crate) fn keep_place(self, seq: Seq, offset: f64) {
        let room = self.view.current.get_untracked();
        self.core().borrow_mut().kept_place = Some((room, seq, offset));
    }

    /// Where the person was in this room, if they weren't at its end.
    pub(crate) fn kept_place(self, room: &str) -> Option<(Seq, f64)> {
        let kept = self.core().borrow_mut().kept_place.take();
        let (_, seq, offset) = kept.filter(|(kept, ..)| kept == room && !self.view.at_end.get_untracked())?;
        Some((seq, offset))
    }

    /// Makes a room the one that is shown.
    fn turn_to(self, room: &str) {
        // Whoever was let in after all, or went elsewhere, needs no reason any more.
        if self.view.barred.with_untracked(Option::is_some) {
            self.view.barred.set(None);
        }
        let before = self.view.current.get_untracked();
        if before == room {
            return;
        }
        // Whoever comes back comes to the end.
        self.handle(Input::User(Action::ToEnd(before)));
        {
            let core = self.core();
            let mut core = core.borrow_mut();
            let shown = core.engine.as_ref().and_then(|engine| engine.model().rooms.get(room));
            let fresh = shown.and_then(super::reading::fresh_in);
            core.settled = shown.is_some();
            (core.fresh, core.had_unread, core.stale) = (fresh, fresh.is_some(), Stale::ALL);
        }
        self.view.notices.set(Vec::new());
        self.view.target.set(None);
        self.view.at_end.set(true);
        self.view.current.set(room.to_owned());
        if can_be(room) {
            storage::keep_last_room(room);
        }
        self.publish();
    }
}

/// Whether there can be a room or conversation of this name.
fn can_be(room: &str) -> bool {
    match room.strip_prefix('@') {
        Some(id) => id.parse::<MemberId>().is_ok(),
        None => check_name(room, Limits::default().room_chars).is_ok(),
    }
}
