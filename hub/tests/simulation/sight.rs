//! What each session has been told of who is where: held against who is there.

use std::collections::{BTreeMap, BTreeSet};

use partyline_hub::{Hub, RoomId, SessionId};
use partyline_shared::{Change, Event, MemberId, MemberRef, Seq, Timestamp};

use crate::check::{Check, Checker, ensure};

/// A room, as a session was told of it.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    /// The last number it was shown.
    pub(crate) last: Seq,
    count: usize,
    /// Who is there, and what they are called. In a crowd it is some of them.
    members: BTreeMap<MemberId, String>,
}

impl Sight {
    fn list(&mut self, count: usize, members: &[MemberRef]) {
        self.count = count;
        self.members = members.iter().map(|member| (member.id, member.nick.clone())).collect();
    }

    /// A change must be one: nobody is told what they know.
    fn change(&mut self, member: &MemberRef, change: Change, was: Option<&str>) -> bool {
        let nick = self.members.get_mut(&member.id);
        match (change, nick) {
            (Change::Joined, None) => {
                self.members.insert(member.id, member.nick.clone());
                self.count += 1;
                true
            }
            (Change::Left, Some(_)) => {
                self.members.remove(&member.id);
                self.count -= 1;
                true
            }
            (Change::Renamed, Some(nick)) if was == Some(nick.as_str()) => {
                nick.clone_from(&member.nick);
                true
            }
            _ => false,
        }
    }
}

/// How a room has been told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    at: Timestamp,
    crowd: bool,
    /// How many changes it was told of then, one by one.
    changes: usize,
}

impl Checker {
    /// A session was told `joined`, and is to be subscribed.
    pub(crate) fn shown(&mut self, session: SessionId, key: &str, count: usize, members: &[MemberRef]) {
        if let Some(sight) = self.sessions.get_mut(&session).and_then(|seen| seen.rooms.get_mut(key)) {
            sight.list(count, members);
        }
    }

    /// A room is told something: those who entered it are to be subscribed first, unless it is a change that they
    /// were shown.
    pub(crate) fn telling(&mut self, room: RoomId, key: &str, event: &Event) -> Check {
        let is_change = matches!(event, Event::Presence { .. });
        let waits = self.awaiting.iter().find(|(_, awaited)| awaited == key);
        ensure!(is_change || waits.is_none(), "{waits:?} isn't subscribed yet, and misses {event:?}");
        let crowd = self.told.get(&room).is_some_and(|told| told.crowd);
        match event {
            Event::Presence { .. } | Event::Typing { .. } => {
                ensure!(!crowd, "{key} is a crowd, and was told {event:?}");
            }
            Event::Count { .. } => {
                let next = self.told.get(&room).filter(|told| told.crowd).map(|told| told.at);
                let next = next.map(|at| at.after(self.settings.count_every_ms));
                ensure!(next.is_none_or(|next| next <= self.step.now), "{key} is counted again before {next:?}");
            }
            _ => {}
        }
        let crowd = match event {
            Event::Count { .. } => true,
            Event::Members { .. } => false,
            Event::Presence { .. } => crowd,
            _ => return Ok(()),
        };
        self.changed.remove(key);
        self.step.told.insert(key.to_owned());
        let goes_on = self.step.telling.replace(room) == Some(room);
        let before = self.told.get(&room).filter(|_| goes_on).map_or(0, |told| told.changes);
        let changes = before + usize::from(is_change);
        self.told.insert(room, Told { at: self.step.now, crowd, changes });
        Ok(())
    }

    /// Somebody came, went or is called something else.
    pub(crate) fn changed(&mut self, key: &str) {
        self.changed.insert(key.to_owned());
    }

    /// Nobody is there any more.
    pub(crate) fn emptied(&mut self, key: &str) {
        self.changed.remove(key);
        if let Some(told) = self.room_of(key).and_then(|room| self.told.get_mut(&room)) {
            told.crowd = false;
        }
    }

    /// A session hears what its room is told.
    pub(crate) fn sees(&mut self, session: SessionId, room: RoomId, key: &str, event: &Event) -> Check {
        let crowd = self.told.get(&room).is_some_and(|told| told.crowd);
        let inside = |id: &MemberId| self.inside.get(key).is_some_and(|inside| inside.contains_key(id));
        let Some(sight) = self.sessions.get_mut(&session).and_then(|seen| seen.rooms.get_mut(key)) else {
            return Err(format!("{session:?} isn't in {key}, and heard {event:?}"));
        };
        match event {
            Event::Presence { member, change, was, .. } => {
                let known = sight.members.get(&member.id).cloned();
                let is_news = sight.change(member, *change, was.as_deref());
                ensure!(is_news, "{session:?} knows {known:?}, and was told {event:?}");
            }
            Event::Members { count, members, .. } => sight.list(*count, members),
            Event::Count { count, .. } => sight.count = *count,
            Event::Message(message) => {
                let known = crowd || sight.members.contains_key(&message.from.id) || !inside(&message.from.id);
                ensure!(known, "{session:?} never saw {} come, who says something", message.from.nick);
            }
            Event::Typing { member, .. } => {
                ensure!(
                    sight.members.contains_key(&member.id),
                    "{session:?} never saw {} come, who types",
                    member.nick
                );
            }
            _ => {}
        }
        Ok(())
    }

    /// One's own new nick, told to a session by itself.
    pub(crate) fn sees_own_nick(&mut self, session: SessionId, key: &str, who: &MemberRef, was: &str) -> Check {
        let crowd = self.room_of(key).and_then(|room| self.told.get(&room)).is_some_and(|told| told.crowd);
        if let Some(sight) = self.sessions.get_mut(&session).and_then(|seen| seen.rooms.get_mut(key)) {
            let is_news = sight.change(who, Change::Renamed, Some(was));
            ensure!(crowd || is_news, "{session:?} was told of {was}, who is {} now, out of turn", who.nick);
        }
        Ok(())
    }

    /// After a step: whoever was told knows, and whoever wasn't will be.
    pub(crate) fn presence(&self, hub: &Hub, other: Option<Timestamp>) -> Check {
        let crowd = self.settings.limits.crowd;
        let mut due = other;
        let mut may_be_due = BTreeSet::new();
        for (key, inside) in &self.inside {
            let room = self.room_of(key);
            let told = room.and_then(|room| self.told.get(&room));
            let (count, is_crowd) = (inside.len(), told.is_some_and(|told| told.crowd));
            ensure!(is_crowd || count <= crowd, "{count} in {key} are a crowd, and it wasn't told so");
            ensure!(
                !is_crowd || 4 * count > 3 * crowd,
                "{count} in {key} are a crowd no longer, and it wasn't told so"
            );
            let changed = self.changed.contains(key);
            if !changed && !self.step.told.contains(key) {
                continue;
            }
            let ignorant = self.ignorant(key, is_crowd);
            ensure!(changed || ignorant.is_none(), "{ignorant:?} was told of {key}, and is wrong");
            let every = match told {
                Some(Told { crowd: true, .. }) => self.settings.count_every_ms,
                Some(Told { changes: 8.., .. }) => self.settings.many_presence_every_ms,
                _ => self.settings.presence_every_ms,
            };
            let at = told.map_or(self.step.now, |told| told.at.after(every));
            may_be_due.insert(at);
            if ignorant.is_some() {
                due = due.into_iter().chain([at]).min();
            }
        }
        let asked = hub.next_deadline();
        let early = asked.is_some_and(|asked| due.is_none_or(|due| asked < due) && may_be_due.contains(&asked));
        // Or somebody has read something that isn't written yet.
        let marks = self.step.now.after(self.settings.marks_every_ms);
        let early = early || (asked.is_some_and(|asked| asked <= marks) && !self.unwritten.is_empty());
        ensure!(asked == due || early, "woken at {asked:?} instead of {due:?}");
        Ok(())
    }

    /// Everybody knows who is where, or in a crowd how many.
    pub(crate) fn everybody_knows(&self) -> Check {
        for key in self.inside.keys() {
            let is_crowd = self.room_of(key).and_then(|room| self.told.get(&room)).is_some_and(|told| told.crowd);
            let ignorant = self.ignorant(key, is_crowd);
            ensure!(ignorant.is_none(), "{ignorant:?} was never told who is in {key}");
        }
        Ok(())
    }

    /// Some session that doesn't know who is in the room.
    fn ignorant(&self, key: &str, is_crowd: bool) -> Option<(SessionId, &Sight)> {
        let inside = self.inside.get(key)?;
        let knows = |sight: &Sight| {
            sight.count == inside.len()
                && (is_crowd
                    || sight
                        .members
                        .iter()
                        .map(|(id, nick)| (id, Some(nick)))
                        .eq(inside.keys().map(|id| (id, self.members.get(id).map(|known| &known.nick)))))
        };
        let sights = self.sessions.iter().filter_map(|(session, seen)| Some((*session, seen.rooms.get(key)?)));
        sights.into_iter().find(|(_, sight)| !knows(sight))
    }
}
