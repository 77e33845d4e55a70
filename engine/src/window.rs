//! Where a room's window lies: at the end, where it follows what is said, or further up, where the person reads.
//!
//! It holds a bounded number of messages wherever it is. What is put in at one side is taken away at the other; what
//! is taken away at the end while the window is there goes to [`Room::ahead`], so that coming back needs nobody.

use std::collections::VecDeque;

use partyline_shared::{HistoryPage, Message, Seq};

use crate::Unreachable;
use crate::room::{Loading, Room};
use crate::timeline::Track;

/// What the person wants to see of history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// So many messages before the window.
    Older(u32),
    /// A page after the window.
    Newer,
    /// This message, with what stands around it.
    Around {
        /// Its number.
        seq: Seq,
        /// It was found once, and lay after a gap that had to be filled first.
        seen: bool,
    },
}

/// What came of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The window is as it should be.
    Done,
    /// This message is in the window.
    Reached(Seq),
    /// It can't be.
    Unreachable(Seq, Unreachable),
}

impl Track {
    /// The first number of the window.
    pub(crate) fn first(&self, room: &Room) -> Seq {
        room.messages.front().map_or(self.base.next(), |message| message.seq)
    }

    /// A page came that the person wanted.
    pub(crate) fn granted(
        &mut self,
        room: &mut Room,
        page: HistoryPage,
        (wish, edge): (Wish, Seq),
        window: usize,
    ) -> Outcome {
        match wish {
            Wish::Older(_) => self.older(room, page, edge, window),
            Wish::Newer => self.newer(room, page.messages, edge, window),
            Wish::Around { seq, seen } => return self.around(room, page.messages, (seq, seen), edge, window),
        }
        Outcome::Done
    }

    /// The window is moved to a message, if that is here.
    pub(crate) fn turn_to(&mut self, room: &mut Room, seq: Seq, window: usize) -> bool {
        let holds = |messages: &VecDeque<Message>| {
            messages.front().is_some_and(|first| first.seq <= seq)
                && messages.back().is_some_and(|last| seq <= last.seq)
        };
        if holds(&room.messages) {
            return true;
        }
        let is_ahead = holds(&room.ahead);
        if is_ahead {
            self.go_to_end(room, window);
        }
        is_ahead
    }

    /// The window goes to the end.
    pub(crate) fn go_to_end(&mut self, room: &mut Room, window: usize) {
        if room.has_newer && !self.meet(room, window) {
            room.messages = std::mem::take(&mut room.ahead);
            room.has_newer = false;
            room.has_older = self.first(room) > Seq(1);
        }
    }

    /// Where the window has come to the live messages, it goes on with them. Returns whether it has.
    pub(crate) fn meet(&mut self, room: &mut Room, window: usize) -> bool {
        let Some(last) = room.messages.back().map(|message| message.seq).filter(|_| room.has_newer) else {
            return false;
        };
        let begins = room.ahead.front().map_or(self.base.next(), |message| message.seq);
        if begins > last.next() {
            return false;
        }
        room.messages.extend(std::mem::take(&mut room.ahead).into_iter().filter(|message| message.seq > last));
        room.has_newer = false;
        Self::trim_start(room, window);
        true
    }

    /// The window stays where it is, and what is said from now on is kept apart; `ahead` is the last of it.
    pub(super) fn detach(&mut self, room: &mut Room, ahead: VecDeque<Message>, window: usize) {
        self.base = self.last(room);
        (room.ahead, room.has_newer) = (ahead, true);
        Self::trim_ahead(room, window);
    }

    /// A quarter of the window, like a page: what the person sees stays in the window when the two are joined.
    pub(super) fn trim_ahead(room: &mut Room, window: usize) {
        let surplus = room.ahead.len().saturating_sub(window / 4);
        room.ahead.drain(..surplus);
    }

    pub(super) fn trim_start(room: &mut Room, window: usize) {
        let surplus = room.messages.len().saturating_sub(window);
        room.has_older |= surplus > 0;
        room.messages.drain(..surplus);
    }

    fn older(&mut self, room: &mut Room, page: HistoryPage, edge: Seq, window: usize) {
        room.loading = room.loading.filter(|loading| *loading != Loading::Older);
        let first = self.first(room);
        if edge != first {
            // The window has moved on since.
            return;
        }
        for message in page.messages.into_iter().rev() {
            // Who follows what is said must not have the end taken away.
            if room.followed && room.messages.len() >= window {
                break;
            }
            if message.seq.next() == self.first(room) {
                room.messages.push_front(message);
            }
        }
        let now = self.first(room);
        let cut_short = room.followed && room.messages.len() >= window;
        room.has_older = now < first && (page.more || cut_short) && now > Seq(1);
        if room.messages.len() > window {
            let mut cut = room.messages.split_off(window);
            let borders = |next: &Message| cut.back().is_some_and(|last| last.seq.next() == next.seq);
            if !room.has_newer {
                self.detach(room, cut, window);
            } else if room.ahead.front().is_some_and(borders) {
                cut.append(&mut room.ahead);
                room.ahead = cut;
                Self::trim_ahead(room, window);
            }
        }
    }

    fn newer(&mut self, room: &mut Room, messages: Vec<Message>, edge: Seq, window: usize) {
        room.loading = room.loading.filter(|loading| *loading != Loading::Newer);
        if !room.has_newer || room.messages.back().is_none_or(|last| last.seq != edge) {
            return;
        }
        let live = self.last(room);
        let messages = run(messages, live);
        if messages.front().is_none_or(|first| first.seq != edge.next()) {
            // What came after the window is no longer kept, nor is then what is in it.
            room.messages.clear();
            room.has_older = false;
        }
        room.messages.extend(messages);
        Self::trim_start(room, window);
        if room.messages.is_empty() {
            self.go_to_end(room, window);
        } else {
            self.meet(room, window);
        }
    }

    fn around(
        &mut self,
        room: &mut Room,
        messages: Vec<Message>,
        (seq, seen): (Seq, bool),
        edge: Seq,
        window: usize,
    ) -> Outcome {
        if room.loading != Some(Loading::Around(seq)) {
            // The person has gone elsewhere.
            return Outcome::Done;
        }
        let live = self.last(room);
        let found = messages.iter().any(|message| message.seq == seq);
        if found && seq > live && !seen {
            // There is a gap before it, which is filled first.
            self.wish = Some(Wish::Around { seq, seen: true });
            return Outcome::Done;
        }
        room.loading = None;
        if !found || seq > live {
            let why = if seq > room.head { Unreachable::NotYet } else { Unreachable::Gone };
            return Outcome::Unreachable(seq, why);
        }
        if !room.has_newer {
            room.has_newer = true;
            room.ahead = std::mem::take(&mut room.messages);
            Self::trim_ahead(room, window);
        }
        room.messages = run(messages, live);
        let begins = self.first(room);
        // It was asked for what comes after the edge: what isn't there isn't kept.
        room.has_older = begins > Seq(1) && begins == edge.next();
        room.followed = false;
        self.meet(room, window);
        Outcome::Reached(seq)
    }
}

/// What of a page goes into a window: a run of numbers, up to the last of the live messages. What has yet to be counted
/// as new comes the usual way.
fn run(messages: Vec<Message>, live: Seq) -> VecDeque<Message> {
    let begins = messages.first().map_or(0, |message| message.seq.0);
    let numbered = (begins..).zip(messages).take_while(|(number, message)| message.seq == Seq(*number));
    numbered.map(|(_, message)| message).filter(|message| message.seq <= live).collect()
}
