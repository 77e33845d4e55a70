//! Saying things: allowed, appended, and, once it has a number, told.

use partyline_shared::{
    ClientRef, Code, Event, Kind, MemberId, MemberRef, Message, Nick, Refused, Say, Sent, Target, Text, Timestamp, Via,
};

use crate::joining::{bad_room, log_refusal};
use crate::leaving::not_in_room;
use crate::rooms::message;
use crate::{AppendId, Committed, Effect, Entry, Hub, LogError, NewEntry, PostId, RoomId, SessionId, Stream};

/// Who is told what became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asker {
    Session(SessionId),
    Post(PostId),
}

impl Asker {
    fn session(self) -> Option<SessionId> {
        match self {
            Self::Session(session) => Some(session),
            Self::Post(_) => None,
        }
    }
}

/// Something on its way to the log.
#[derive(Debug)]
pub(crate) struct PendingAppend {
    pub(crate) asker: Asker,
    /// The room; `None` in a private conversation.
    pub(crate) room: Option<RoomId>,
    pub(crate) from: MemberRef,
    pub(crate) to: Option<MemberRef>,
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// It isn't quite what was sent: its sender is told what is kept of it.
    pub(crate) amended: bool,
    pub(crate) via: Via,
    pub(crate) reference: Option<ClientRef>,
}

impl Hub {
    pub(crate) fn say(&mut self, session: SessionId, member: MemberId, say: Say, now: Timestamp) {
        let kind = if say.action { Kind::Action } else { Kind::Text };
        let refuse = |hub: &mut Self, refused: Refused| hub.refuse(session, refused.reference(say.reference.clone()));
        match Target::new(&say.room, &self.settings.limits) {
            Err(error) => refuse(self, bad_room(&say.room, &error)),
            Ok(Target::Member(peer)) => match self.members.reference(peer) {
                Some(to) if peer != member => {
                    self.append(session, member, None, Some(to), kind, &say.text, say.reference, now);
                }
                _ => refuse(self, absent("they")),
            },
            Ok(Target::Room(name)) => match self.room_called(session, &name) {
                Some(room) => self.append(session, member, Some(room), None, kind, &say.text, say.reference, now),
                None => refuse(self, not_in_room(&say.room)),
            },
        }
    }

    pub(crate) fn tell(
        &mut self,
        session: SessionId,
        member: MemberId,
        to: &str,
        text: &str,
        reference: Option<ClientRef>,
        now: Timestamp,
    ) {
        let peer = Nick::new(to, &self.settings.limits).ok().and_then(|nick| self.members.find(&nick));
        match peer.filter(|&peer| peer != member).and_then(|peer| self.members.reference(peer)) {
            Some(to) => self.append(session, member, None, Some(to), Kind::Text, text, reference, now),
            None if peer == Some(member) => {
                let refused = Refused::new(Code::NoSuchMember, "that is you yourself");
                self.refuse(session, refused.reference(reference));
            }
            None => {
                let nick: String = partyline_shared::clean_line(to).chars().take(32).collect();
                self.refuse(session, absent(&nick).reference(reference));
            }
        }
    }

    pub(crate) fn typing(&mut self, session: SessionId, member: MemberId, name: &str, now: Timestamp) {
        // Not answered, so not refused either. A crowd isn't told: each would be told of each.
        if let Some(room) = self.room_of(session, name)
            && let Some(known) = self.rooms.get(room).filter(|room| !room.presence.is_crowd())
            && let Some(member) = self.members.reference(member)
        {
            let name = known.name.to_string();
            self.catch_up(room, now);
            let event = Event::Typing { room: name, member };
            self.effects.push(Effect::Deliver { room, event, except: Some(session) });
        }
    }

    /// The log answered. Only now is anybody told.
    pub(crate) fn committed(&mut self, append: AppendId, outcome: Result<Committed, LogError>, now: Timestamp) {
        let Some(pending) = self.appends.remove(&append) else { return };
        let asker = pending.asker;
        if let Some(session) = asker.session().and_then(|session| self.sessions.get_mut(session)) {
            session.appends -= 1;
        }
        match (outcome, pending.room) {
            (Ok(committed), Some(room)) => self.told_room(pending, room, committed, now),
            (Ok(committed), None) => self.told_privately(pending, committed),
            (Err(error), room) => {
                if let Some(room) = room {
                    if let Some(room) = self.rooms.get_mut(room) {
                        room.appending -= 1;
                    }
                    self.rooms.forget_if_idle(room);
                }
                self.answer(asker, Err(log_refusal(error).reference(pending.reference)));
            }
        }
        if let Some(session) = asker.session() {
            self.answered(session, now);
        }
    }

    /// Asks the log to write something, which is then neither said nor kept: its number is to come.
    pub(crate) fn write(&mut self, stream: Stream, pending: PendingAppend) {
        let entry = NewEntry {
            stream,
            from: pending.from.clone(),
            to: pending.to.clone(),
            kind: pending.kind,
            text: pending.text.clone(),
            via: pending.via,
            reference: pending.reference.clone(),
        };
        let append = self.next_append();
        self.appends.insert(append, pending);
        self.effects.push(Effect::Append { append, entry });
    }

    #[expect(clippy::too_many_arguments, reason = "what a message is made of, in one place")]
    fn append(
        &mut self,
        session: SessionId,
        member: MemberId,
        room: Option<RoomId>,
        to: Option<MemberRef>,
        kind: Kind,
        text: &str,
        reference: Option<ClientRef>,
        now: Timestamp,
    ) {
        let checked = Text::new(text, &self.settings.limits)
            .map_err(|error| Refused::new(Code::BadText, error.to_string()))
            .and_then(|text| self.take_speech(session, member, now).map(|()| text));
        let (text, amended) = match checked {
            Ok(checked) => (checked.as_str().to_owned(), checked.as_str() != text),
            Err(refused) => return self.refuse(session, refused.reference(reference)),
        };
        let Some(from) = self.members.reference(member) else { return };
        let stream = match (room.and_then(|room| self.rooms.get_mut(room)), &to) {
            (Some(room), _) => {
                room.appending += 1;
                Stream::Room(room.name.clone())
            }
            (None, Some(to)) => Stream::private(member, to.id),
            (None, None) => return,
        };
        let Some(speaker) = self.sessions.get_mut(session) else { return };
        speaker.appends += 1;
        let (asker, via) = (Asker::Session(session), speaker.via);
        self.write(stream, PendingAppend { asker, room, from, to, kind, text, amended, via, reference });
    }

    fn answer(&mut self, asker: Asker, outcome: Result<Sent, Refused>) {
        match (asker, outcome) {
            (Asker::Session(session), Ok(sent)) => self.send(session, Event::Sent(sent)),
            (Asker::Session(session), Err(refused)) => self.refuse(session, refused),
            (Asker::Post(post), outcome) => self.answer_post(post, outcome),
        }
    }

    fn take_speech(&mut self, session: SessionId, member: MemberId, now: Timestamp) -> Result<(), Refused> {
        let allowed = self.settings.appends_per_session;
        if self.sessions.get(session).is_none_or(|session| session.appends >= allowed) {
            let text = format!("{allowed} of your messages are still being written: wait for them");
            return Err(Refused::new(Code::Busy, text).retry_after(500));
        }
        let (burst, per_second) = (self.settings.limits.burst, self.settings.limits.per_second);
        let Some(member) = self.members.get_mut(member) else { return Ok(()) };
        member.speech.take(burst, per_second, now).map_err(|millis| {
            let text = format!("too fast: {per_second} messages a second are allowed, {burst} at once");
            Refused::new(Code::RateLimited, text).retry_after(millis)
        })
    }

    fn told_room(&mut self, pending: PendingAppend, id: RoomId, committed: Committed, now: Timestamp) {
        let keep = self.settings.limits.replay;
        if !committed.duplicate {
            self.catch_up(id, now);
        }
        // A room isn't forgotten while something of it is being appended.
        let Some(room) = self.rooms.get_mut(id) else { return };
        room.appending -= 1;
        let PendingAppend { asker, from, kind, text, amended, via, reference, .. } = pending;
        let name = room.name.to_string();
        let Committed { seq, at, duplicate } = committed;
        let kept = amended.then(|| text.clone());
        let event = (!duplicate).then(|| {
            let entry = Entry { seq, at, from, to: None, kind, text, via };
            let said = message(&name, entry.clone());
            room.push(entry, keep);
            Event::Message(said)
        });
        self.answer(asker, Ok(Sent { reference, room: name, seq, at, to: None, text: kept }));
        if let Some(event) = event {
            self.effects.push(Effect::Deliver { room: id, event, except: asker.session() });
        }
        self.rooms.forget_if_idle(id);
    }

    fn told_privately(&mut self, pending: PendingAppend, committed: Committed) {
        let PendingAppend { asker, from, to, kind, text, amended, via, reference, .. } = pending;
        let Some(to) = to else { return };
        let Committed { seq, at, duplicate } = committed;
        let kept = amended.then(|| text.clone());
        let sent = Sent { reference, room: format!("@{}", to.id), seq, at, to: Some(to.clone()), text: kept };
        self.answer(asker, Ok(sent));
        if duplicate {
            return;
        }
        // Each side knows the conversation by the other: one event for all sessions of a side.
        for (owner, other) in [(to.id, from.id), (from.id, to.id)] {
            let room = format!("@{other}");
            let (from, to, text) = (from.clone(), Some(to.clone()), text.clone());
            let message = Message { room, seq, at, from, to, kind, text, via };
            let Some(member) = self.members.get(owner) else { continue };
            for session in member.sessions.iter().filter(|&other| Some(other) != asker.session()) {
                self.effects.push(Effect::Send { session, event: Event::Message(message.clone()) });
            }
        }
    }
}

fn absent(who: &str) -> Refused {
    Refused::new(Code::NoSuchMember, format!("{who} can't be reached: nobody of that name is here now"))
}
