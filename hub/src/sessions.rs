//! The connections, and how far each has come.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use partyline_shared::{Command, MemberId, Timestamp, Token, Via};

use crate::few::Few;
use crate::{RoomId, SessionId};

#[derive(Debug)]
pub(crate) enum Greeting {
    /// It hasn't said `hello`. In a box: most sessions have, and each would hold its place.
    Awaited(Box<Awaited>),
    /// It is one of this member's.
    Done(MemberId),
}

#[derive(Debug)]
pub(crate) struct Awaited {
    /// The secret it gets should it be a newcomer.
    pub(crate) token: Token,
    /// How long it may still wait.
    until: Option<Timestamp>,
}

#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) via: Via,
    pub(crate) greeting: Greeting,
    pub(crate) rooms: Few<RoomId>,
    /// Rooms that it waits for.
    pub(crate) entering: Few<RoomId>,
    /// It came back, and what it has read isn't known yet.
    pub(crate) awaits_marks: bool,
    /// Reads that haven't been answered.
    pub(crate) reads: usize,
    /// Messages that haven't been answered.
    pub(crate) appends: usize,
    /// What it said while it waited for a room: carried out in order once it is in. Bounded by
    /// [`crate::Settings::deferred_per_session`].
    pub(crate) deferred: VecDeque<Command>,
    /// It has said its last, and goes once everything it asked for is answered.
    pub(crate) quitting: bool,
    /// It has said `quit`: it won't be back.
    pub(crate) for_good: bool,
}

impl Session {
    /// Whether what it says has to wait: it means rooms that it is about to enter.
    pub(crate) fn waits(&self) -> bool {
        self.awaits_marks || !self.entering.is_empty()
    }

    /// Whether everything it asked for is answered.
    pub(crate) fn is_answered(&self) -> bool {
        self.entering.is_empty() && self.reads == 0 && self.appends == 0 && self.deferred.is_empty()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Sessions {
    by_id: BTreeMap<SessionId, Session>,
    awaited: BTreeSet<(Timestamp, SessionId)>,
}

impl Sessions {
    pub(crate) fn get(&self, id: SessionId) -> Option<&Session> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: SessionId) -> Option<&mut Session> {
        self.by_id.get_mut(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn ids(&self) -> Vec<SessionId> {
        self.by_id.keys().copied().collect()
    }

    pub(crate) fn open(&mut self, id: SessionId, via: Via, token: Token, until: Option<Timestamp>) {
        self.awaited.extend(until.map(|until| (until, id)));
        let greeting = Greeting::Awaited(Box::new(Awaited { token, until }));
        let session = Session {
            via,
            greeting,
            rooms: Few::default(),
            entering: Few::default(),
            awaits_marks: false,
            reads: 0,
            appends: 0,
            deferred: VecDeque::new(),
            quitting: false,
            for_good: false,
        };
        self.by_id.insert(id, session);
    }

    /// The session has said `hello` and is this member's.
    pub(crate) fn greeted(&mut self, id: SessionId, member: MemberId) {
        if let Some(session) = self.by_id.get_mut(&id)
            && let Greeting::Awaited(awaited) = std::mem::replace(&mut session.greeting, Greeting::Done(member))
            && let Some(until) = awaited.until
        {
            self.awaited.remove(&(until, id));
        }
    }

    pub(crate) fn remove(&mut self, id: SessionId) -> Option<Session> {
        let session = self.by_id.remove(&id)?;
        if let Greeting::Awaited(awaited) = &session.greeting
            && let Some(until) = awaited.until
        {
            self.awaited.remove(&(until, id));
        }
        Some(session)
    }

    /// The member whose session this is, once it has said `hello`.
    pub(crate) fn member(&self, id: SessionId) -> Option<MemberId> {
        match self.by_id.get(&id)?.greeting {
            Greeting::Done(member) => Some(member),
            Greeting::Awaited(_) => None,
        }
    }

    /// The next one that has waited too long with its `hello`.
    pub(crate) fn overdue(&self, now: Timestamp) -> Option<SessionId> {
        self.awaited.first().filter(|(until, _)| *until <= now).map(|&(_, id)| id)
    }

    pub(crate) fn next_overdue(&self) -> Option<Timestamp> {
        self.awaited.first().map(|&(until, _)| until)
    }
}
