//! The rooms in memory: those that somebody is in or about to enter, or whose messages are on their way to the
//! log. A room that nobody needs is forgotten; the log has it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use partyline_shared::{MemberId, MemberRef, Message, RoomName, Seq, Timestamp};

use crate::posting::Post;
use crate::presence::Presence;
use crate::{Entry, RoomId, SessionId};

/// Text kept for newcomers, in bytes: a page that greets somebody must not fill their queue. What doesn't fit is
/// to be had with `history`.
const RECENT_BYTES: usize = 64 * 1024;

/// Somebody who waits for a room to be loaded.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) session: SessionId,
    /// How it spells the room.
    pub(crate) asked: String,
    pub(crate) after: Option<Seq>,
}

/// Whether a room's last messages are known.
#[derive(Debug)]
pub(crate) enum RoomState {
    /// Asked of the log.
    Loading {
        /// Bounded by the sessions and what each may wait for.
        waiting: Vec<Waiting>,
        /// To be appended once it is loaded: while a message is on its way to the log, its room isn't read, so that
        /// the page holds what came before it and nothing after. Bounded by [`crate::Settings::posts_at_once`].
        posts: Vec<Post>,
    },
    /// Known.
    Ready,
}

/// A member who is in a room.
#[derive(Debug)]
pub(crate) struct Present {
    /// How many of its sessions are.
    sessions: u32,
    /// What it is called. [`crate::members::Members`] knows it too: here it is because whoever enters is told of all who
    /// are there, and looking each up among all members was a tenth of the work of ten thousand entering.
    nick: Box<str>,
}

#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) name: RoomName,
    pub(crate) state: RoomState,
    /// Who is in it.
    pub(crate) members: BTreeMap<MemberId, Present>,
    /// How many sessions are in it.
    pub(crate) readers: usize,
    /// What it has yet to be told of who is there.
    pub(crate) presence: Presence,
    pub(crate) head: Seq,
    /// What is lower is no longer in the log.
    first: Seq,
    /// The last messages without a gap, for whoever comes in: at most the setting `replay`, and no
    /// more text than [`RECENT_BYTES`].
    recent: VecDeque<Entry>,
    /// Their text, in bytes.
    recent_bytes: usize,
    /// Messages on their way to the log.
    pub(crate) appending: usize,
}

impl Room {
    /// A session of the member enters; `true` where it is the first of it.
    pub(crate) fn enter(&mut self, member: MemberRef) -> bool {
        self.readers += 1;
        let nick = member.nick.into();
        let present = self.members.entry(member.id).or_insert(Present { sessions: 0, nick });
        present.sessions += 1;
        present.sessions == 1
    }

    /// A member that is in it is called something else.
    pub(crate) fn rename(&mut self, member: MemberId, nick: &str) {
        if let Some(present) = self.members.get_mut(&member) {
            present.nick = nick.into();
        }
    }

    /// Who is in it: at most so many.
    pub(crate) fn list(&self, most: usize) -> Vec<MemberRef> {
        let present = self.members.iter().take(most);
        present.map(|(&id, present)| MemberRef { id, nick: present.nick.to_string() }).collect()
    }

    /// A session of the member leaves; `true` where that was the last of it.
    pub(crate) fn leave(&mut self, member: MemberId) -> bool {
        let Some(present) = self.members.get_mut(&member) else { return false };
        self.readers -= 1;
        present.sessions -= 1;
        let last = present.sessions == 0;
        if last {
            self.members.remove(&member);
        }
        last
    }

    /// The last messages, in order.
    pub(crate) fn recent(&self) -> impl Iterator<Item = &Entry> {
        self.recent.iter()
    }

    /// Takes a message that got the next number.
    pub(crate) fn push(&mut self, message: Entry, keep: usize) {
        self.head = self.head.max(message.seq);
        if message.seq < self.first {
            // Read before it was removed.
            return;
        }
        // Somebody imported into a room that nothing had been said in: what came before isn't known here, and whoever
        // enters asks for it with `history`.
        if self.recent.back().is_some_and(|last| last.seq.next() != message.seq) {
            self.recent.clear();
            self.recent_bytes = 0;
        }
        self.recent_bytes += message.text.len();
        self.recent.push_back(message);
        while self.recent.len() > keep || self.recent_bytes > RECENT_BYTES {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.recent.pop_front() {
            self.recent_bytes -= oldest.text.len();
        }
    }

    /// What is lower than `first` is no longer in the log.
    fn trim(&mut self, first: Seq) {
        self.first = self.first.max(first);
        while self.recent.front().is_some_and(|message| message.seq < self.first) {
            self.forget_oldest();
        }
    }

    fn is_idle(&self) -> bool {
        let awaited = match &self.state {
            RoomState::Loading { waiting, posts } => !waiting.is_empty() || !posts.is_empty(),
            RoomState::Ready => false,
        };
        self.members.is_empty() && self.appending == 0 && !awaited
    }
}

#[derive(Debug, Default)]
pub(crate) struct Rooms {
    by_id: BTreeMap<RoomId, Room>,
    by_key: BTreeMap<String, RoomId>,
    /// Those that have something to be told of who is there, by when.
    due: BTreeSet<(Timestamp, RoomId)>,
    last: u64,
}

impl Rooms {
    pub(crate) fn get(&self, id: RoomId) -> Option<&Room> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: RoomId) -> Option<&mut Room> {
        self.by_id.get_mut(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn find(&self, key: &str) -> Option<RoomId> {
        self.by_key.get(key).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Room)> {
        self.by_key.iter().filter_map(|(key, id)| Some((key, self.by_id.get(id)?)))
    }

    /// A room that has yet to be loaded.
    pub(crate) fn add(&mut self, name: RoomName) -> RoomId {
        self.last += 1;
        let id = RoomId(self.last);
        self.by_key.insert(name.key(), id);
        let state = RoomState::Loading { waiting: Vec::new(), posts: Vec::new() };
        let room = Room {
            name,
            state,
            members: BTreeMap::new(),
            readers: 0,
            presence: Presence::default(),
            head: Seq::default(),
            first: Seq::default(),
            recent: VecDeque::new(),
            recent_bytes: 0,
            appending: 0,
        };
        self.by_id.insert(id, room);
        id
    }

    /// The log removed what is lower than `first`. A room that is being loaded remembers it: its page may have been read
    /// before.
    pub(crate) fn trimmed(&mut self, key: &str, first: Seq) {
        if let Some(room) = self.find(key).and_then(|id| self.by_id.get_mut(&id)) {
            room.trim(first);
        }
    }

    /// Nobody is in any room any more, or waits for one.
    pub(crate) fn empty(&mut self) {
        self.due.clear();
        let mut ready = Vec::new();
        for (id, room) in &mut self.by_id {
            room.members.clear();
            room.readers = 0;
            room.presence = Presence::default();
            match &mut room.state {
                // It goes when its page has come: the read is on its way. So do the posts, which are somebody's who
                // never was here.
                RoomState::Loading { waiting, .. } => waiting.clear(),
                RoomState::Ready => ready.push(*id),
            }
        }
        for id in ready {
            self.forget_if_idle(id);
        }
    }

    /// A room is to be told by then who is there, or not any more.
    pub(crate) fn set_due(&mut self, id: RoomId, due: Option<Timestamp>) {
        let Some(room) = self.by_id.get_mut(&id) else { return };
        let before = std::mem::replace(&mut room.presence.due, due);
        if before != due {
            if let Some(before) = before {
                self.due.remove(&(before, id));
            }
            self.due.extend(due.map(|due| (due, id)));
        }
    }

    /// One that is to be told by now.
    pub(crate) fn overdue(&self, now: Timestamp) -> Option<RoomId> {
        self.due.first().filter(|(due, _)| *due <= now).map(|&(_, id)| id)
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|&(due, _)| due)
    }

    /// Forgets a room if nobody needs it.
    pub(crate) fn forget_if_idle(&mut self, id: RoomId) {
        if self.by_id.get(&id).is_some_and(Room::is_idle)
            && let Some(room) = self.by_id.remove(&id)
        {
            self.by_key.remove(&room.name.key());
        }
    }
}

/// An entry of the log, as the members of a room see it.
pub(crate) fn message(room: &str, entry: Entry) -> Message {
    let Entry { seq, at, from, to, kind, text, via } = entry;
    Message { room: room.to_owned(), seq, at, from, to, kind, text, via }
}
