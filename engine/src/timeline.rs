//! A room's window of what was said: strictly in order, without a gap, nothing twice.
//!
//! Live messages, the page that comes with `joined`, pages of history and one's own acknowledged messages all go
//! through [`Track::accept`]. What comes after a gap waits in `early` until history has filled the gap, or has shown that
//! the log no longer keeps what lies in it.

use std::collections::BTreeMap;

use partyline_shared::{HistoryPage, Joined, Kind, MemberId, Message, Seq, Timestamp};

use crate::Room;

/// What has been asked of history to catch up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The first page after this number.
    After(Seq),
    /// The latest page: nothing is known, or more was missed than the window holds.
    Latest,
}

/// What merging has to know of its surroundings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
    /// Who one is: what one said oneself is never unread.
    pub(crate) me: Option<MemberId>,
    /// How many messages the window holds.
    pub(crate) window: usize,
}

/// Where a room's window lies in the log, and what is missing of it.
#[derive(Debug, Default)]
pub(crate) struct Track {
    /// The window has a place in the log.
    pub(crate) known: bool,
    /// Catching up has been asked for on this connection.
    pub(crate) asked: Option<Ask>,
    /// The log couldn't be read: ask again at this time.
    pub(crate) retry_at: Option<Timestamp>,
    /// The last number before the window; it is what places an empty one.
    base: Seq,
    /// What came after a gap. Bounded by the window: what doesn't fit is had from history like the gap itself.
    early: BTreeMap<Seq, Message>,
    /// How long the window may be while the person reads up.
    grown: usize,
}

impl Track {
    /// The last number without a gap.
    pub(crate) fn last(&self, room: &Room) -> Seq {
        room.messages.back().map_or(self.base, |message| message.seq)
    }

    /// The first number of the window.
    pub(crate) fn first(&self, room: &Room) -> Seq {
        room.messages.front().map_or(self.base.next(), |message| message.seq)
    }

    /// The connection is gone: what it had been asked for won't come, and what it brought ahead of a gap comes
    /// again.
    pub(crate) fn drop_connection(&mut self) {
        (self.asked, self.retry_at) = (None, None);
        self.early.clear();
    }

    /// The log is another one: nothing of this room is true any more.
    pub(crate) fn forget(&mut self, room: &mut Room) {
        *self = Self::default();
        room.messages.clear();
        (room.head, room.read, room.unread) = (Seq(0), Seq(0), 0);
        (room.has_older, room.loading) = (false, false);
    }

    /// What to ask history for, if anything is missing.
    pub(crate) fn missing(&self, room: &Room, window: usize) -> Option<Ask> {
        let last = self.last(room);
        if !room.is_open() || self.asked.is_some() || self.retry_at.is_some() || room.head <= last {
            None
        } else if !self.known || room.head.0 - last.0 > window as u64 {
            Some(Ask::Latest)
        } else {
            Some(Ask::After(last))
        }
    }

    /// The room was entered. Returns whether what was there before had to be dropped.
    pub(crate) fn joined(&mut self, room: &mut Room, joined: Joined, context: Context) -> bool {
        let last = self.last(room);
        let first = joined.messages.first().map(|message| message.seq);
        if !self.known || joined.afresh || joined.head < last {
            let dropped = !room.messages.is_empty();
            self.forget(room);
            self.place_at(room, first.unwrap_or(joined.head.next()));
            // What was said before one came isn't unread.
            (room.head, room.read) = (joined.head, joined.head);
            self.accept(room, joined.messages, context);
            return dropped;
        }
        room.head = room.head.max(joined.head);
        if let Some(first) = first {
            let missed = first.0.saturating_sub(last.next().0);
            if missed.saturating_add(joined.messages.len() as u64) > context.window as u64 {
                self.skip_to(room, first);
            }
        }
        self.accept(room, joined.messages, context);
        false
    }

    /// Takes messages in the order of their numbers, wherever they come from.
    pub(crate) fn accept(&mut self, room: &mut Room, messages: Vec<Message>, context: Context) {
        for message in messages {
            room.head = room.head.max(message.seq);
            if !self.known && message.seq == Seq(1) {
                self.known = true;
            }
            let next = self.last(room).next();
            if self.known && message.seq == next {
                self.append(room, message, context);
            } else if !self.known || message.seq > next {
                self.early.insert(message.seq, message);
                if self.early.len() > context.window {
                    self.early.pop_last();
                }
            }
        }
        while self.known
            && let Some(message) = self.early.remove(&self.last(room).next())
        {
            self.append(room, message, context);
        }
        if self.known {
            self.early = self.early.split_off(&self.last(room).next());
        }
    }

    /// A page of history came. Nothing in it says which question it answers: its numbers do. Returns how many messages
    /// it showed to be gone: after what is here, and no longer kept.
    pub(crate) fn page(&mut self, room: &mut Room, page: HistoryPage, context: Context) -> u64 {
        let first = page.messages.first().map(|message| message.seq);
        let end = page.messages.last().map(|message| message.seq);
        // Two empty pages may be due, one for what lies before the window and one for what lies after it. Where the
        // latter is empty the log has nothing at all, so whichever comes first may pass for the former.
        if room.loading && end.is_none_or(|end| self.known && end < self.first(room)) {
            self.prepend(room, page, context);
            return 0;
        }
        let before = self.last(room);
        room.head = room.head.max(page.head);
        let Some(asked) = self.asked.take() else {
            self.accept(room, page.messages, context);
            return 0;
        };
        let mut gone = 0;
        if let Some(first) = first.filter(|first| !self.known || *first > before.next()) {
            if self.known && asked != Ask::Latest {
                // The log no longer has what lies between.
                gone = self.jump_to(room, first);
            } else {
                // More was missed than the window holds.
                self.skip_to(room, first);
            }
        } else if first.is_none() && self.known && page.head > before {
            // Nor has it anything else up to its head.
            let next = page.head.next();
            gone = self.jump_to(room, self.early.keys().next().map_or(next, |early| next.min(*early)));
        }
        self.accept(room, page.messages, context);
        let after = if let Ask::After(after) = asked { after } else { before };
        if self.last(room) <= after && end.is_none_or(|end| end <= after) {
            // The server has nothing to fill the gap with. Asking again would go on for ever.
            self.give_up(room, context);
        }
        gone
    }

    /// History was refused for good, or doesn't get any further.
    pub(crate) fn give_up(&mut self, room: &mut Room, context: Context) {
        self.asked = None;
        if let Some(first) = self.early.keys().next().copied() {
            self.skip_to(room, first);
            self.accept(room, Vec::new(), context);
        } else if !self.known {
            self.place_at(room, room.head.next());
        }
        room.head = self.last(room);
    }

    /// The person is at the end again: the window is as long as it should be.
    pub(crate) fn mark_read(&mut self, room: &mut Room, window: usize) -> bool {
        let last = self.last(room);
        let (changed, full) = (room.unread > 0, room.messages.len() > window);
        (room.read, room.unread) = (room.read.max(last), 0);
        self.grown = 0;
        self.trim(room, window);
        changed || full
    }

    fn prepend(&mut self, room: &mut Room, page: HistoryPage, context: Context) {
        let first = self.first(room);
        room.loading = false;
        room.has_older = page.more;
        for message in page.messages.into_iter().rev() {
            if message.seq.next() == self.first(room) {
                room.messages.push_front(message);
            }
        }
        if self.first(room) < first {
            room.has_older &= self.first(room) > Seq(1);
            self.grown = room.messages.len().max(context.window);
        } else {
            // Nothing, or the window has moved on since the page was asked for.
            room.has_older = page.more && first > Seq(1);
        }
    }

    fn append(&mut self, room: &mut Room, message: Message, context: Context) {
        let own = Some(message.from.id) == context.me;
        if own && room.unread == 0 {
            room.read = room.read.max(message.seq);
        } else if !own && message.kind != Kind::Unknown && message.seq > room.read {
            room.unread += 1;
        }
        room.messages.push_back(message);
        self.trim(room, context.window);
    }

    fn trim(&self, room: &mut Room, window: usize) {
        while room.messages.len() > window.max(self.grown) {
            room.messages.pop_front();
            room.has_older = true;
        }
    }

    /// The window goes on at `first`. What it skips over counts as missed.
    fn skip_to(&mut self, room: &mut Room, first: Seq) {
        if self.known {
            let skipped = first.0.saturating_sub(self.last(room).next().0);
            room.unread = room.unread.saturating_add(usize::try_from(skipped).unwrap_or(usize::MAX));
        }
        self.place_at(room, first);
    }

    /// The window goes on at `first`, as what it skips over is no longer there. Nobody can read that, so it doesn't
    /// count as unread. Returns how much it is, where there was a window.
    fn jump_to(&mut self, room: &mut Room, first: Seq) -> u64 {
        let gone = if self.known { first.0.saturating_sub(self.last(room).next().0) } else { 0 };
        self.place_at(room, first);
        // What is kept has no gap: before it there is nothing.
        room.has_older = false;
        gone
    }

    /// The window is empty, and starts at `first`.
    fn place_at(&mut self, room: &mut Room, first: Seq) {
        room.messages.clear();
        self.known = true;
        self.base = Seq(first.0.saturating_sub(1));
        self.grown = 0;
        room.has_older = self.base > Seq(0);
    }
}
