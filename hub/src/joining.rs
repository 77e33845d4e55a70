//! Entering rooms.

use std::collections::BTreeSet;

use partyline_shared::{Change, Code, Event, Joined, MemberId, MemberRef, Message, Refused, RoomName, Seq, Timestamp};

use crate::reading::PendingRead;
use crate::rooms::{self, RoomState, Waiting};
use crate::{Effect, Hub, LogError, Page, Query, RoomId, SessionId, Stream};

/// Members that a list names; the count says how many there are.
const LISTED: usize = 500;

impl Hub {
    pub(crate) fn join(&mut self, session: SessionId, member: MemberId, name: &str, after: Option<Seq>) {
        let room = match RoomName::new(name, &self.settings.limits) {
            Ok(room) => room,
            Err(error) => return self.refuse(session, bad_room(name, &error)),
        };
        let known = self.rooms.find(&room.key());
        if !self.may_enter(member, known) {
            let text =
                format!("you may be in {} rooms at a time: leave one first", self.settings.limits.rooms_per_member);
            return self.refuse(session, Refused::new(Code::TooManyRooms, text).room(name));
        }
        let id = known.unwrap_or_else(|| self.fetch(room));
        let Some(room) = self.rooms.get_mut(id) else { return };
        match &mut room.state {
            RoomState::Loading { waiting, .. } => {
                let Some(joiner) = self.sessions.get_mut(session) else { return };
                // Asking twice waits once.
                if joiner.entering.insert(id) {
                    waiting.push(Waiting { session, after });
                }
            }
            RoomState::Ready => self.enter(session, member, id, after),
        }
    }

    /// A room's last messages came from the log, or didn't.
    pub(crate) fn loaded(&mut self, id: RoomId, page: Result<Page, LogError>, now: Timestamp) {
        let keep = self.settings.limits.replay;
        let limits = &self.settings.limits;
        let Some(room) = self.rooms.get_mut(id) else { return };
        let state = std::mem::replace(&mut room.state, RoomState::Ready);
        let RoomState::Loading { waiting, posts } = state else { return };
        let loaded = page.map(|page| {
            // The spelling under which something was said first stays.
            if let Some(name) = page.name.and_then(|name| RoomName::new(&name, limits).ok()) {
                room.name = name;
            }
            for entry in page.entries {
                let message = rooms::message(room.name.as_str(), entry);
                room.push(message, keep);
            }
            room.head = room.head.max(page.head);
        });
        let name = room.name.to_string();
        for &Waiting { session, after } in &waiting {
            let Some(joiner) = self.sessions.get_mut(session) else { continue };
            joiner.entering.remove(&id);
            match (loaded, self.sessions.member(session)) {
                (Ok(()), Some(member)) => self.enter(session, member, id, after),
                (Err(error), _) => self.refuse(session, log_refusal(error).room(&name)),
                (Ok(()), None) => {}
            }
        }
        for post in posts {
            match loaded {
                Ok(()) => self.append_post(id, post),
                Err(error) => self.answer_post(post.id, Err(log_refusal(error))),
            }
        }
        // Also where loading failed: nobody got in, and whoever comes next tries again.
        self.rooms.forget_if_idle(id);
        // Only now: what one of them said meanwhile may be that it leaves, and the room must outlast the others.
        for Waiting { session, .. } in waiting {
            self.answered(session, now);
        }
    }

    /// The members of a room, as a list shows them.
    pub(crate) fn list_members(&self, room: RoomId) -> (usize, Vec<MemberRef>) {
        let Some(room) = self.rooms.get(room) else { return (0, Vec::new()) };
        let listed = room.members.keys().filter_map(|&id| self.members.reference(id)).take(LISTED).collect();
        (room.members.len(), listed)
    }

    /// Whether the member may be in one more room, or is in this one already.
    fn may_enter(&self, member: MemberId, room: Option<RoomId>) -> bool {
        let Some(member) = self.members.get(member) else { return false };
        // Its other sessions may be entering rooms too: the bound is the member's, not the session's.
        let sessions = member.sessions.iter().filter_map(|&session| self.sessions.get(session));
        let mut rooms: BTreeSet<RoomId> = sessions.flat_map(|session| session.entering.iter().copied()).collect();
        rooms.extend(member.rooms.keys());
        room.is_some_and(|room| rooms.contains(&room)) || rooms.len() < self.settings.limits.rooms_per_member
    }

    pub(crate) fn fetch(&mut self, name: RoomName) -> RoomId {
        let query = Query::Page {
            stream: Stream::Room(name.clone()),
            before: None,
            after: None,
            limit: self.settings.limits.replay.max(1),
        };
        let id = self.rooms.add(name);
        let read = self.next_read();
        self.reads.insert(read, PendingRead::Room(id));
        self.effects.push(Effect::Read { read, query });
        id
    }

    fn enter(&mut self, session: SessionId, member: MemberId, id: RoomId, after: Option<Seq>) {
        let Some(joiner) = self.sessions.get_mut(session) else { return };
        let newly = joiner.rooms.insert(id);
        if newly {
            if let Some(member) = self.members.get_mut(member) {
                *member.rooms.entry(id).or_default() += 1;
            }
            if let Some(room) = self.rooms.get_mut(id) {
                *room.members.entry(member).or_default() += 1;
            }
        }
        let (count, members) = self.list_members(id);
        let Some(room) = self.rooms.get(id) else { return };
        let name = room.name.to_string();
        let afresh = after.is_some_and(|after| after > room.head);
        let after = after.filter(|_| !afresh).unwrap_or_default();
        let messages: Vec<Message> = room.recent.iter().filter(|message| message.seq > after).cloned().collect();
        let (head, first) = (room.head, newly && room.members.get(&member) == Some(&1));
        let joined = Joined { room: name.clone(), count, members, head, messages, afresh };
        // Told first, subscribed next, with nothing in between: what is delivered from here on follows on.
        self.send(session, Event::Joined(joined));
        if newly {
            self.effects.push(Effect::Subscribe { session, room: id });
        }
        if first && let Some(member) = self.members.reference(member) {
            let event = Event::Presence { room: name, member, change: Change::Joined, was: None };
            self.effects.push(Effect::Deliver { room: id, event, except: Some(session) });
        }
    }
}

pub(crate) fn bad_room(name: &str, error: &partyline_shared::InvalidName) -> Refused {
    let shown: String = partyline_shared::clean_line(name).chars().take(64).collect();
    Refused::new(Code::BadRoom, format!("that can't be a room's name: {error}")).room(shown)
}

pub(crate) fn log_refusal(error: LogError) -> Refused {
    let (code, text, millis) = match error {
        LogError::Unavailable => (
            Code::LogUnavailable,
            "the server can't use its log now, so nothing can be kept: try again in a moment",
            5000,
        ),
        LogError::Busy => (Code::Busy, "the server has more to write than it can: try again in a moment", 1000),
    };
    Refused::new(code, text).retry_after(millis)
}
