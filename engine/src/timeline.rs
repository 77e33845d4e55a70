//! What a room said up to now: strictly in order, without a gap, nothing twice.
//!
//! Live messages, the page that comes with `joined`, pages of history that fill a gap and one's own acknowledged
//! messages all go through [`Track::accept`]. What comes after a gap waits in `early` until history has filled the gap, or
//! has shown that the log no longer keeps what lies in it. They go to the room's window, or where that lies elsewhere
//! (`window.rs`) to [`Room::ahead`]: what is true of the one is true of the other.

use std::collections::{BTreeMap, VecDeque};

use partyline_shared::{HistoryPage, Joined, Kind, MemberId, Message, Seq, Timestamp};

use crate::Room;
use crate::window::Wish;

/// What has been asked of history. For each room one thing at a time: a page doesn't say which question it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// To catch up: the first page after this number.
    After(Seq),
    /// To catch up: the latest page, as nothing is known, or more was missed than the window holds.
    Latest,
    /// For the person.
    Wish {
        /// What they want.
        wish: Wish,
        /// The edge of the window that it was asked from.
        edge: Seq,
    },
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
    /// What was said up to now has a place in the log.
    pub(crate) known: bool,
    /// This has been asked for on this connection.
    pub(crate) asked: Option<Ask>,
    /// The log couldn't be read: ask again at this time.
    pub(crate) retry_at: Option<Timestamp>,
    /// What the person wants to see, and hasn't been asked for.
    pub(crate) wish: Option<Wish>,
    /// The server knows that the person has read up to there.
    pub(crate) told: Seq,
    /// The last number before the live messages; it is what places them where there are none.
    pub(super) base: Seq,
    /// What came after a gap. Bounded by the window: what doesn't fit is had from history like the gap itself.
    early: BTreeMap<Seq, Message>,
}

impl Track {
    /// The last number without a gap.
    pub(crate) fn last(&self, room: &Room) -> Seq {
        room.live().back().map_or(self.base, |message| message.seq)
    }

    /// The log is another one: nothing of this room is true any more.
    pub(crate) fn forget(&mut self, room: &mut Room) {
        *self = Self::default();
        room.messages.clear();
        room.ahead.clear();
        (room.head, room.read, room.unread, room.marked) = (Seq(0), Seq(0), 0, false);
        (room.has_older, room.has_newer, room.loading) = (false, false, None);
    }

    /// What to ask history for, if anything is missing.
    pub(crate) fn missing(&self, room: &Room, window: usize) -> Option<Ask> {
        let last = self.last(room);
        if room.head <= last {
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
            let dropped = !room.live().is_empty();
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

    /// A page came that was asked for to catch up. Returns how many messages it showed to be gone: after what is here,
    /// and no longer kept.
    pub(crate) fn caught_up(&mut self, room: &mut Room, page: HistoryPage, asked: Ask, context: Context) -> u64 {
        let first = page.messages.first().map(|message| message.seq);
        let end = page.messages.last().map(|message| message.seq);
        let before = self.last(room);
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
        if let Some(first) = self.early.keys().next().copied() {
            self.skip_to(room, first);
            self.accept(room, Vec::new(), context);
        } else if !self.known {
            self.place_at(room, room.head.next());
        }
        room.head = self.last(room);
    }

    /// The connection is gone: what it had been asked for won't come, and what it brought ahead of a gap comes again.
    /// Where the person wants to go, they still want to.
    pub(crate) fn drop_connection(&mut self, room: &mut Room) {
        self.retry_at = None;
        self.early.clear();
        let asked =
            self.asked.take().and_then(|asked| if let Ask::Wish { wish, .. } = asked { Some(wish) } else { None });
        self.wish = self.wish.or(asked).filter(|wish| matches!(wish, Wish::Around { .. }));
        room.loading = room.loading.filter(|_| self.wish.is_some());
    }

    /// The person has seen the end. Returns whether that changed anything.
    pub(crate) fn mark_read(&self, room: &mut Room) -> bool {
        let changed = room.unread > 0;
        (room.read, room.unread) = (room.read.max(self.last(room)), 0);
        changed
    }

    fn append(&mut self, room: &mut Room, message: Message, context: Context) {
        let own = Some(message.from.id) == context.me;
        if own && room.unread == 0 {
            room.read = room.read.max(message.seq);
        } else if !own && message.kind != Kind::Unknown && message.seq > room.read {
            room.unread += 1;
        }
        if !room.has_newer && !room.followed && room.messages.len() >= context.window {
            self.detach(room, VecDeque::new(), context.window);
        }
        if room.has_newer {
            room.ahead.push_back(message);
            Self::trim_ahead(room, context.window);
        } else {
            room.messages.push_back(message);
            Self::trim_start(room, context.window);
        }
    }

    /// What comes next is `first`. What that skips over counts as missed.
    fn skip_to(&mut self, room: &mut Room, first: Seq) {
        if self.known {
            let skipped = first.0.saturating_sub(self.last(room).next().0);
            room.unread = room.unread.saturating_add(usize::try_from(skipped).unwrap_or(usize::MAX));
        }
        self.place_at(room, first);
    }

    /// What comes next is `first`, as what that skips over is no longer there. Nobody can read that, so it doesn't
    /// count as unread. Returns how much it is, where something was here before.
    fn jump_to(&mut self, room: &mut Room, first: Seq) -> u64 {
        let gone = if self.known { first.0.saturating_sub(self.last(room).next().0) } else { 0 };
        self.place_at(room, first);
        if !room.has_newer {
            // What is kept has no gap: before it there is nothing.
            room.has_older = false;
        }
        gone
    }

    /// There are no live messages, and the first will be `first`. The window goes there too, unless the person reads in
    /// it.
    fn place_at(&mut self, room: &mut Room, first: Seq) {
        self.known = true;
        if !room.has_newer && !room.followed && !room.messages.is_empty() {
            room.has_newer = true;
        }
        room.ahead.clear();
        self.base = Seq(first.0.saturating_sub(1));
        if !room.has_newer {
            room.messages.clear();
            room.has_older = self.base > Seq(0);
        }
    }
}
