//! Leaving rooms, and leaving altogether.

use partyline_shared::{Bye, ByeReason, Change, Code, Event, MemberId, Refused, RoomName, Timestamp};

use crate::joining::as_written;
use crate::rooms::RoomState;
use crate::sessions::Greeting;
use crate::{Effect, Hub, RoomId, SessionId};

impl Hub {
    pub(crate) fn part(&mut self, session: SessionId, member: MemberId, name: &str, now: Timestamp) {
        let Some(room) = self.room_of(session, name) else { return self.refuse(session, not_in_room(name)) };
        let (name, who) = (self.rooms.get(room).map(|room| room.name.to_string()), self.members.reference(member));
        self.leave(session, member, room, now);
        if let (Some(room), Some(member)) = (name, who) {
            self.send(session, Event::Presence { room, member, change: Change::Left, was: None });
        }
    }

    /// `quit`, or the end of what a client says: whatever was asked for before is answered first.
    pub(crate) fn finish(&mut self, session: SessionId, for_good: bool, now: Timestamp) {
        let Some(leaver) = self.sessions.get_mut(session) else { return };
        leaver.quitting = true;
        leaver.for_good |= for_good;
        if for_good {
            leaver.deferred.clear();
        }
        self.answered(session, now);
    }

    pub(crate) fn farewell(&mut self, session: SessionId, now: Timestamp) {
        let leaver = self.sessions.get(session).filter(|leaver| leaver.for_good);
        let for_good = leaver.and_then(|_| self.sessions.member(session));
        let bye = Bye { reason: ByeReason::Quit, text: "good-bye".to_owned(), return_after_ms: None };
        self.dismiss(session, bye, now);
        if let Some(member) = for_good {
            // Whoever says good-bye needs no nick kept, unless there in another session.
            self.members.retire(member);
        }
    }

    /// Ends a session from this side.
    pub(crate) fn dismiss(&mut self, session: SessionId, bye: Bye, now: Timestamp) {
        self.close(session, now);
        self.effects.push(Effect::Send { session, event: Event::Bye(bye) });
        self.effects.push(Effect::Close { session });
    }

    pub(crate) fn close(&mut self, session: SessionId, now: Timestamp) {
        let rooms: Vec<RoomId> = match self.sessions.get(session) {
            Some(session) => session.rooms.iter().collect(),
            None => return,
        };
        let member = self.sessions.member(session);
        if let Some(member) = member {
            for room in rooms {
                self.leave(session, member, room, now);
            }
        }
        let Some(gone) = self.sessions.remove(session) else { return };
        for id in gone.entering.iter() {
            if let Some(RoomState::Loading { waiting, .. }) = self.rooms.get_mut(id).map(|room| &mut room.state) {
                waiting.retain(|waiting| waiting.session != session);
            }
            // The room itself goes when its page has come: its read is still on its way.
        }
        let Greeting::Done(id) = gone.greeting else { return };
        let Some(member) = self.members.get_mut(id) else { return };
        member.sessions.remove(session);
        if member.sessions.is_empty() {
            self.write_marks(id);
        }
        let Some(member) = self.members.get(id) else { return };
        if member.sessions.is_empty() {
            if member.can_return {
                let until = now.after(self.settings.nick_hold_ms);
                self.members.hold(id, until, self.settings.held_members);
            } else {
                self.members.remove(id);
            }
        }
    }

    /// The room of this name that the session is in.
    pub(crate) fn room_of(&self, session: SessionId, name: &str) -> Option<RoomId> {
        self.room_called(session, &RoomName::new(name, &self.settings.limits).ok()?)
    }

    pub(crate) fn room_called(&self, session: SessionId, name: &RoomName) -> Option<RoomId> {
        let id = self.rooms.find(&name.key())?;
        self.sessions.get(session)?.rooms.contains(id).then_some(id)
    }

    fn leave(&mut self, session: SessionId, member: MemberId, room: RoomId, now: Timestamp) {
        if let Some(session) = self.sessions.get_mut(session) {
            session.rooms.remove(room);
        }
        let last = self.rooms.get_mut(room).is_some_and(|room| room.leave(member));
        self.went(room, session, last.then_some(member), now);
        self.rooms.forget_if_idle(room);
    }
}

pub(crate) fn not_in_room(name: &str) -> Refused {
    let shown: String = partyline_shared::clean_line(name).chars().take(64).collect();
    Refused::new(Code::NotInRoom, format!("you are not in {shown}: join it first")).room(as_written(name))
}
