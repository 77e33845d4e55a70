//! Who is known: those with a session, and for a while those whose last one dropped.

use std::collections::{BTreeMap, BTreeSet};

use partyline_shared::{MemberId, MemberRef, Nick, Timestamp};

use crate::bucket::Bucket;
use crate::{RoomId, SessionId};

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) nick: Nick,
    pub(crate) sessions: BTreeSet<SessionId>,
    /// How many of its sessions are in each room.
    pub(crate) rooms: BTreeMap<RoomId, usize>,
    /// It has seen its token, and can come back with it.
    pub(crate) can_return: bool,
    /// The last session dropped: the nick is kept until then.
    pub(crate) held_until: Option<Timestamp>,
    /// What it says.
    pub(crate) speech: Bucket,
    /// What else it asks for.
    pub(crate) requests: Bucket,
}

/// Nicks are unique among the known: by their key, see [`Nick::key`].
#[derive(Debug, Default)]
pub(crate) struct Members {
    by_id: BTreeMap<MemberId, Member>,
    by_nick: BTreeMap<String, MemberId>,
    /// Who is held, by the end of it.
    held: BTreeSet<(Timestamp, MemberId)>,
}

impl Members {
    pub(crate) fn get(&self, id: MemberId) -> Option<&Member> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: MemberId) -> Option<&mut Member> {
        self.by_id.get_mut(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn find(&self, nick: &Nick) -> Option<MemberId> {
        self.by_nick.get(&nick.key()).copied()
    }

    /// A member as others see it; `None` if it isn't known.
    pub(crate) fn reference(&self, id: MemberId) -> Option<MemberRef> {
        self.by_id.get(&id).map(|member| MemberRef { id, nick: member.nick.to_string() })
    }

    /// Adds a member. Its nick must be free.
    pub(crate) fn add(&mut self, id: MemberId, member: Member) {
        debug_assert!(!self.by_nick.contains_key(&member.nick.key()), "two members of one nick");
        self.by_nick.insert(member.nick.key(), id);
        self.by_id.insert(id, member);
    }

    /// Gives a member another nick, which must be free or its own. Returns the old one.
    pub(crate) fn rename(&mut self, id: MemberId, nick: Nick) -> Option<Nick> {
        let member = self.by_id.get_mut(&id)?;
        self.by_nick.remove(&member.nick.key());
        self.by_nick.insert(nick.key(), id);
        Some(std::mem::replace(&mut member.nick, nick))
    }

    /// Keeps a member without sessions until then.
    pub(crate) fn hold(&mut self, id: MemberId, until: Timestamp) {
        if let Some(member) = self.by_id.get_mut(&id) {
            member.held_until = Some(until);
            self.held.insert((until, id));
        }
    }

    /// A held member is back.
    pub(crate) fn release(&mut self, id: MemberId) {
        if let Some(until) = self.by_id.get_mut(&id).and_then(|member| member.held_until.take()) {
            self.held.remove(&(until, id));
        }
    }

    pub(crate) fn remove(&mut self, id: MemberId) {
        self.release(id);
        if let Some(member) = self.by_id.remove(&id) {
            self.by_nick.remove(&member.nick.key());
        }
    }

    /// Forgets those who have been held long enough.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        while let Some(&(until, id)) = self.held.first()
            && until <= now
        {
            self.remove(id);
        }
    }

    /// When [`Members::expire`] has something to do.
    pub(crate) fn next_expiry(&self) -> Option<Timestamp> {
        self.held.first().map(|&(until, _)| until)
    }
}
