//! Entering rooms.

use partyline_shared::{Code, Event, Joined, MemberId, MemberRef, Refused, RoomName, Seq, Timestamp};

use crate::reading::PendingRead;
use crate::rooms::{self, RoomState, Waiting};
use crate::{Effect, Hub, LogError, Page, Query, RoomId, SessionId, Stream};

/// Members that a list names at most; the count says how many there are.
pub(crate) const LISTED: usize = 500;

/// Characters of what can't be a room's name that a refusal repeats.
const ECHOED: usize = 256;

impl Hub {
    pub(crate) fn join(
        &mut self,
        session: SessionId,
        member: MemberId,
        name: &str,
        after: Option<Seq>,
        now: Timestamp,
    ) {
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
                joiner.entering.insert(id);
                // Asking twice waits once; under another spelling, that one is answered too. Only a `hello` can do so,
                // for as many rooms as it may resume: other commands wait until the room is entered.
                if !waiting.iter().any(|one| one.session == session && one.asked == name) {
                    waiting.push(Waiting { session, asked: name.to_owned(), after });
                }
            }
            RoomState::Ready => self.enter(session, member, id, name, after, now),
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
                room.push(entry, keep);
            }
            room.head = room.head.max(page.head);
        });
        for &Waiting { session, ref asked, after } in &waiting {
            let Some(joiner) = self.sessions.get_mut(session) else { continue };
            joiner.entering.remove(id);
            match (loaded, self.sessions.member(session)) {
                (Ok(()), Some(member)) => self.enter(session, member, id, asked, after, now),
                (Err(error), _) => self.refuse(session, log_refusal(error).room(asked)),
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

    /// How many are in a room, and who: at most so many of them.
    pub(crate) fn list_members(&self, room: RoomId, most: usize) -> (usize, Vec<MemberRef>) {
        self.rooms.get(room).map_or_else(|| (0, Vec::new()), |room| (room.members.len(), room.list(most)))
    }

    /// The rooms that a member is in, in any of its sessions.
    pub(crate) fn rooms_of(&self, member: MemberId) -> Vec<RoomId> {
        let sessions = self.members.get(member).into_iter().flat_map(|member| member.sessions.iter());
        let sessions = sessions.filter_map(|session| self.sessions.get(session));
        let mut rooms: Vec<RoomId> = sessions.flat_map(|session| session.rooms.iter()).collect();
        rooms.sort_unstable();
        rooms.dedup();
        rooms
    }

    /// Whether the member may be in one more room, or is in this one already.
    fn may_enter(&self, member: MemberId, room: Option<RoomId>) -> bool {
        let Some(known) = self.members.get(member) else { return false };
        let mut rooms = self.rooms_of(member);
        // Its other sessions may be entering rooms too: the bound is the member's, not the session's.
        let sessions = known.sessions.iter().filter_map(|session| self.sessions.get(session));
        rooms.extend(sessions.flat_map(|session| session.entering.iter()));
        rooms.sort_unstable();
        rooms.dedup();
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

    fn enter(
        &mut self,
        session: SessionId,
        member: MemberId,
        id: RoomId,
        asked: &str,
        after: Option<Seq>,
        now: Timestamp,
    ) {
        let Some(joiner) = self.sessions.get_mut(session) else { return };
        let newly = joiner.rooms.insert(id);
        if !newly {
            // It is shown who is there, and not told afterwards what it was shown.
            self.catch_up(id, now);
        }
        let (Some(room), Some(who)) = (self.rooms.get_mut(id), self.members.reference(member)) else { return };
        let first = newly && room.enter(who);
        let (count, members) = self.list_members(id, self.settings.limits.crowd.min(LISTED));
        let Some(room) = self.rooms.get(id) else { return };
        let afresh = after.is_some_and(|after| after > room.head);
        let after = after.filter(|_| !afresh).unwrap_or_default();
        let name = room.name.as_str();
        let missed = room.recent().filter(|entry| entry.seq > after).cloned();
        let messages = missed.map(|entry| rooms::message(name, entry)).collect();
        let asked = (asked != name).then(|| asked.to_owned());
        let (head, read) = (room.head, self.read_in_room(member, id));
        let joined = Joined { room: name.to_owned(), asked, count, members, head, messages, read, afresh };
        // Told first, subscribed next, and nothing is delivered in between that it should hear: what comes from here
        // on follows on.
        self.send(session, Event::Joined(joined));
        if newly {
            self.came(id, session, first.then_some(member), now);
        }
    }
}

pub(crate) fn bad_room(name: &str, error: &partyline_shared::InvalidName) -> Refused {
    Refused::new(Code::BadRoom, format!("that can't be a room's name: {error}")).room(as_written(name))
}

/// A room's name as whoever is answered wrote it, so that they know which of their requests it was: they may write what
/// no room can be called. As much of it as says that.
pub(crate) fn as_written(name: &str) -> String {
    name.chars().take(ECHOED).collect()
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
