//! Telling a room who comes, who goes and who is called something else, without telling each to each.
//!
//! In time: the first change in a quiet room is told at once. What changes in [`Settings::presence_every_ms`] after
//! that is gathered and told together, and before anything else is told there: nobody speaks who wasn't seen to come.
//! Where many changed at once, more is gathered the next time ([`Settings::many_presence_every_ms`]): when everybody comes
//! back after a restart, what is written to each of them for each of the others is most of the work.
//! Whoever enters meanwhile is subscribed where they stand among the changes, so that they are told what comes after
//! their `joined` and nothing that it shows already.
//!
//! In number: a room with more than [`Limits::crowd`] members is a crowd, and told only how many there are, at most
//! every [`Settings::count_every_ms`]. Once no more than three quarters of that are left, it is as any other again, and
//! told who is there.
//!
//! So a storm of `n` joins costs each reader as many changes as the bound on crowds, then a count now and then.
//!
//! [`Settings::presence_every_ms`]: crate::Settings::presence_every_ms
//! [`Settings::many_presence_every_ms`]: crate::Settings::many_presence_every_ms
//! [`Settings::count_every_ms`]: crate::Settings::count_every_ms
//! [`Limits::crowd`]: partyline_shared::Limits::crowd

use partyline_shared::{Change, Event, MemberId, MemberRef, Timestamp};

use crate::joining::LISTED;
use crate::{Effect, Hub, RoomId, SessionId, Settings};

/// So many changes at once are many.
const MANY: usize = 8;

/// What a room has yet to be told of who is there.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    telling: Telling,
    /// When it was told something last.
    told_at: Option<Timestamp>,
    /// It was told of at least [`MANY`] changes then, one by one.
    told_many: bool,
    /// When it is to be told what there is to tell.
    pub(crate) due: Option<Timestamp>,
}

/// In which way a room is told.
#[derive(Debug)]
enum Telling {
    /// One by one. The first of these is a change. Bounded by twice what makes a crowd: of more, all at once.
    Each(Vec<Step>),
    /// All at once: more changed than is worth telling one by one.
    Whole,
    /// It is a crowd.
    Count,
}

/// What happens in a room when what was gathered is told.
#[derive(Debug)]
enum Step {
    Tell {
        member: MemberRef,
        change: Change,
        was: Option<String>,
        /// The session that was answered.
        except: Option<SessionId>,
    },
    Subscribe(SessionId),
}

impl Default for Telling {
    fn default() -> Self {
        Self::Each(Vec::new())
    }
}

impl Presence {
    /// Whether a session has entered, and isn't subscribed yet.
    pub(crate) fn awaits(&self, session: SessionId) -> bool {
        self.position(session).is_some()
    }

    /// Whether the room is a crowd.
    pub(crate) fn is_crowd(&self) -> bool {
        matches!(self.telling, Telling::Count)
    }

    /// Whether a session has yet to be told that another one of its member asked for another nick.
    pub(crate) fn owes_nick(&self, of: MemberId, session: SessionId) -> bool {
        let Telling::Each(steps) = &self.telling else { return false };
        steps.iter().any(|step| {
            matches!(step, Step::Tell { member, change: Change::Renamed, except, .. }
                if member.id == of && *except != Some(session))
        })
    }

    fn position(&self, session: SessionId) -> Option<usize> {
        let Telling::Each(steps) = &self.telling else { return None };
        steps.iter().position(|step| step.subscribes(session))
    }

    /// A session leaves; `true` where it needn't be unsubscribed.
    fn withdraw(&mut self, session: SessionId) -> bool {
        match (self.position(session), &mut self.telling) {
            (Some(at), Telling::Each(steps)) => {
                steps.remove(at);
                true
            }
            _ => false,
        }
    }

    /// A member leaves. `true` where nobody has seen it come, and nobody need be told that it did. Who entered after it
    /// was shown it, and is told that it left.
    fn leaves_unseen(&mut self, member: MemberId) -> bool {
        let Telling::Each(steps) = &mut self.telling else { return false };
        let newest = steps.iter().rposition(|step| matches!(step, Step::Subscribe(_))).map_or(0, |at| at + 1);
        let came = steps[newest..].iter().rposition(|step| step.is_of(member, Some(Change::Joined)));
        let Some(came) = came.map(|at| newest + at) else { return false };
        let mut at = 0;
        steps.retain(|step| {
            at += 1;
            at <= came || !step.is_of(member, None)
        });
        true
    }
}

impl Step {
    fn subscribes(&self, session: SessionId) -> bool {
        matches!(self, Self::Subscribe(one) if *one == session)
    }

    fn is_of(&self, of: MemberId, what: Option<Change>) -> bool {
        matches!(self, Self::Tell { member, change, .. } if member.id == of && what.is_none_or(|what| *change == what))
    }
}

impl Hub {
    /// A session entered a room and was told so: it is to be told what happens there from now on. `newcomer` is its
    /// member, where that wasn't there before.
    pub(crate) fn came(&mut self, id: RoomId, session: SessionId, newcomer: Option<MemberId>, now: Timestamp) {
        let alone = self.rooms.get(id).is_some_and(|room| room.readers == 1);
        if let Some(member) = newcomer.filter(|_| !alone).and_then(|newcomer| self.members.reference(newcomer)) {
            self.gather(id, Step::Tell { member, change: Change::Joined, was: None, except: None });
        }
        self.gather(id, Step::Subscribe(session));
        self.told_or_due(id, newcomer.is_some(), now);
    }

    /// A session left a room. `leaver` is its member, where that isn't there any more.
    pub(crate) fn went(&mut self, id: RoomId, session: SessionId, leaver: Option<MemberId>, now: Timestamp) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        if !room.presence.withdraw(session) {
            self.effects.push(Effect::Unsubscribe { session, room: id });
        }
        if let Some(leaver) = leaver
            && !room.presence.leaves_unseen(leaver)
            && let Some(member) = self.members.reference(leaver)
        {
            self.gather(id, Step::Tell { member, change: Change::Left, was: None, except: None });
        }
        self.told_or_due(id, leaver.is_some(), now);
    }

    /// A member of a room is called something else. The session that asked for it is answered, and not told.
    pub(crate) fn renamed(&mut self, id: RoomId, member: MemberRef, was: String, asked: SessionId, now: Timestamp) {
        self.gather(id, Step::Tell { member, change: Change::Renamed, was: Some(was), except: Some(asked) });
        self.told_or_due(id, false, now);
    }

    /// Something is about to be told in a room, or somebody in it is shown who is there: first comes what was gathered.
    pub(crate) fn catch_up(&mut self, id: RoomId, now: Timestamp) {
        let Some(room) = self.rooms.get_mut(id).filter(|room| !room.presence.is_crowd()) else { return };
        let changes = match std::mem::take(&mut room.presence.telling) {
            Telling::Each(steps) if steps.is_empty() => return,
            Telling::Each(steps) => {
                let changes = steps.iter().filter(|step| matches!(step, Step::Tell { .. })).count();
                let name = room.name.as_str();
                self.effects.extend(steps.into_iter().map(|step| match step {
                    Step::Tell { member, change, was, except } => {
                        let event = Event::Presence { room: name.to_owned(), member, change, was };
                        Effect::Deliver { room: id, event, except }
                    }
                    Step::Subscribe(session) => Effect::Subscribe { session, room: id },
                }));
                changes
            }
            Telling::Whole | Telling::Count => {
                self.tell_whole(id);
                1
            }
        };
        self.told(id, changes, now);
    }

    /// Tells the rooms that have waited long enough.
    pub(crate) fn tell_due(&mut self, now: Timestamp) {
        while let Some(id) = self.rooms.overdue(now) {
            if self.rooms.get(id).is_some_and(|room| room.presence.is_crowd()) {
                self.tell_count(id, now);
            } else {
                self.catch_up(id, now);
            }
        }
    }

    /// Keeps a step until it is time, where the room is told one by one. Otherwise a change isn't told by itself, except
    /// to the other sessions of who is renamed: it is their own nick.
    fn gather(&mut self, id: RoomId, step: Step) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        match (&mut room.presence.telling, step) {
            (Telling::Each(steps), step) if !(steps.is_empty() && matches!(step, Step::Subscribe(_))) => {
                steps.push(step);
            }
            (_, Step::Subscribe(session)) => self.effects.push(Effect::Subscribe { session, room: id }),
            (_, Step::Tell { member, change: Change::Renamed, was, except }) => {
                for session in self.sessions_here(member.id, id).into_iter().filter(|one| Some(*one) != except) {
                    self.tell_own_nick(session, id, member.clone(), was.clone());
                }
            }
            (_, Step::Tell { .. }) => {}
        }
    }

    /// After a change: in which way the room is told from now on, and whether now.
    fn told_or_due(&mut self, id: RoomId, counted: bool, now: Timestamp) {
        let crowd = self.settings.limits.crowd;
        let Some(room) = self.rooms.get_mut(id) else { return };
        let count = room.members.len();
        let ready = |every| room.presence.told_at.map_or(now, |told| told.after(every)).max(now);
        let Settings { presence_every_ms, many_presence_every_ms, count_every_ms, .. } = self.settings;
        let told_next = ready(if room.presence.told_many { many_presence_every_ms } else { presence_every_ms });
        let counted_next = ready(count_every_ms);
        match &room.presence.telling {
            _ if room.readers == 0 => {
                room.presence.telling = Telling::default();
                self.rooms.set_due(id, None);
            }
            Telling::Count if count <= crowd - crowd.div_ceil(4) => {
                room.presence.telling = Telling::default();
                self.tell_whole(id);
                self.told(id, 1, now);
            }
            Telling::Count if !counted => {}
            Telling::Count if counted_next <= now => self.tell_count(id, now),
            Telling::Count => self.rooms.set_due(id, Some(counted_next)),
            Telling::Each(_) | Telling::Whole if count > crowd => {
                self.tell_no_longer_each(id, Telling::Count);
                self.tell_count(id, now);
            }
            Telling::Each(steps) if steps.is_empty() => self.rooms.set_due(id, None),
            Telling::Each(_) | Telling::Whole if told_next <= now => self.catch_up(id, now),
            Telling::Each(steps) => {
                if steps.len() > crowd.saturating_mul(2) {
                    self.tell_no_longer_each(id, Telling::Whole);
                }
                self.rooms.set_due(id, Some(told_next));
            }
            Telling::Whole => self.rooms.set_due(id, Some(told_next)),
        }
    }

    /// What was gathered is told in another way; those who wait for it are subscribed.
    fn tell_no_longer_each(&mut self, id: RoomId, telling: Telling) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        let Telling::Each(steps) = std::mem::replace(&mut room.presence.telling, telling) else { return };
        // Who isn't called what their own session knows any more, and what that knows.
        let mut known: Vec<(SessionId, MemberId, String)> = Vec::new();
        let mut rest = steps.as_slice();
        while let Some((step, later)) = rest.split_first() {
            rest = later;
            match step {
                Step::Subscribe(session) => self.effects.push(Effect::Subscribe { session: *session, room: id }),
                Step::Tell { member, change: Change::Renamed, was: Some(was), except } => {
                    for session in self.sessions_here(member.id, id) {
                        // Whoever entered after it was shown the new nick.
                        let knows = Some(session) == *except || later.iter().any(|step| step.subscribes(session));
                        if !knows && known.iter().all(|(told, ..)| *told != session) {
                            known.push((session, member.id, was.clone()));
                        }
                    }
                }
                Step::Tell { .. } => {}
            }
        }
        for (session, member, was) in known {
            if let Some(member) = self.members.reference(member).filter(|member| member.nick != was) {
                self.tell_own_nick(session, id, member, Some(was));
            }
        }
    }

    /// The sessions of a member that are in a room.
    fn sessions_here(&self, member: MemberId, room: RoomId) -> Vec<SessionId> {
        let Some(known) = self.members.get(member) else { return Vec::new() };
        let is_here = |id: &SessionId| self.sessions.get(*id).is_some_and(|session| session.rooms.contains(room));
        known.sessions.iter().filter(is_here).collect()
    }

    fn tell_own_nick(&mut self, session: SessionId, id: RoomId, member: MemberRef, was: Option<String>) {
        let Some(room) = self.rooms.get(id).map(|room| room.name.to_string()) else { return };
        let event = Event::Presence { room, member, change: Change::Renamed, was };
        self.effects.push(Effect::Send { session, event });
    }

    fn tell_count(&mut self, id: RoomId, now: Timestamp) {
        let Some(room) = self.rooms.get(id) else { return };
        let event = Event::Count { room: room.name.to_string(), count: room.members.len() };
        self.effects.push(Effect::Deliver { room: id, event, except: None });
        self.told(id, 1, now);
    }

    fn tell_whole(&mut self, id: RoomId) {
        let Some(room) = self.rooms.get(id).map(|room| room.name.to_string()) else { return };
        let (count, members) = self.list_members(id, LISTED);
        self.effects.push(Effect::Deliver { room: id, event: Event::Members { room, count, members }, except: None });
    }

    fn told(&mut self, id: RoomId, changes: usize, now: Timestamp) {
        if let Some(room) = self.rooms.get_mut(id) {
            (room.presence.told_at, room.presence.told_many) = (Some(now), changes >= MANY);
        }
        self.rooms.set_due(id, None);
    }
}
