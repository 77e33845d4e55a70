//! Who is known: those with a session, and for a while those whose last one ended.

use std::collections::{BTreeMap, BTreeSet};

use partyline_shared::{MemberId, MemberRef, Nick, Timestamp};

use crate::SessionId;
use crate::bucket::Bucket;
use crate::few::Few;
use crate::looks::{Look, folded, looks};
use crate::marks::Marks;

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) nick: Nick,
    pub(crate) sessions: Few<SessionId>,
    /// It has seen its token, and can come back with it.
    pub(crate) can_return: bool,
    /// The last session dropped: the nick is kept until then.
    pub(crate) held_until: Option<Timestamp>,
    /// What it says.
    pub(crate) speech: Bucket,
    /// What else it asks for.
    pub(crate) requests: Bucket,
    /// What it has read, if anything.
    pub(crate) marks: Option<Box<Marks>>,
    /// That is all that the log has of it.
    pub(crate) marks_known: bool,
}

/// Nicks are unique among the known: by what they look like, see [`looks`], and so by their key, see [`Nick::key`].
///
/// Bounded by the sessions, and those who are held by [`crate::Settings::held_members`].
#[derive(Debug, Default)]
pub(crate) struct Members {
    by_id: BTreeMap<MemberId, Member>,
    by_look: BTreeMap<Look, MemberId>,
    /// Those who said good-bye, and keep no nick: coming back doesn't fill up what they may do.
    retired: BTreeMap<MemberId, Retired>,
    /// Who is held, by the end of it.
    held: BTreeSet<(Timestamp, MemberId)>,
}

/// What is left of a member that said good-bye.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retired {
    until: Timestamp,
    pub(crate) speech: Bucket,
    pub(crate) requests: Bucket,
}

impl Members {
    pub(crate) fn get(&self, id: MemberId) -> Option<&Member> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: MemberId) -> Option<&mut Member> {
        self.by_id.get_mut(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len() + self.retired.len()
    }

    pub(crate) fn find(&self, nick: &Nick) -> Option<MemberId> {
        // What has the same key looks the same, and nobody else looks like it.
        let alike = *self.by_look.get(&Look::Folded(folded(nick)))?;
        self.by_id.get(&alike).is_some_and(|member| member.nick.key() == nick.key()).then_some(alike)
    }

    /// Whoever has this nick or one that looks like it, other than `owner`.
    pub(crate) fn find_alike(&self, nick: &Nick, owner: Option<MemberId>) -> Option<&Member> {
        let others = looks(nick).into_iter().filter_map(|look| self.by_look.get(&look));
        others.filter(|&&other| Some(other) != owner).find_map(|other| self.by_id.get(other))
    }

    /// A member as others see it; `None` if it isn't known.
    pub(crate) fn reference(&self, id: MemberId) -> Option<MemberRef> {
        self.by_id.get(&id).map(|member| MemberRef { id, nick: member.nick.to_string() })
    }

    /// Adds a member. Its nick must be free.
    pub(crate) fn add(&mut self, id: MemberId, member: Member) {
        self.index(id, &member.nick);
        self.by_id.insert(id, member);
    }

    /// Gives a member another nick, which must be free or look like its own. Returns the old one.
    pub(crate) fn rename(&mut self, id: MemberId, nick: Nick) -> Option<Nick> {
        let old = self.by_id.get(&id)?.nick.clone();
        self.unindex(id, &old);
        self.index(id, &nick);
        Some(std::mem::replace(&mut self.by_id.get_mut(&id)?.nick, nick))
    }

    /// Keeps a member without sessions until then. Of more than `most` the one that has been held longest is forgotten.
    pub(crate) fn hold(&mut self, id: MemberId, until: Timestamp, most: usize) {
        if let Some(member) = self.by_id.get_mut(&id) {
            member.held_until = Some(until);
            self.held.insert((until, id));
        }
        while self.held.len() > most
            && let Some(&(_, oldest)) = self.held.first()
        {
            self.remove(oldest);
        }
    }

    /// A held member gives up its nick. What it has used up of its rates stays known.
    pub(crate) fn retire(&mut self, id: MemberId) {
        let Some(until) = self.by_id.get(&id).and_then(|member| member.held_until) else { return };
        if let Some(Member { nick, speech, requests, .. }) = self.by_id.remove(&id) {
            self.unindex(id, &nick);
            self.retired.insert(id, Retired { until, speech, requests });
        }
    }

    /// A held member is back. Returns what is left of one that had said good-bye, and isn't known any more.
    pub(crate) fn release(&mut self, id: MemberId) -> Option<Retired> {
        if let Some(retired) = self.retired.remove(&id) {
            self.held.remove(&(retired.until, id));
            return Some(retired);
        }
        let until = self.by_id.get_mut(&id)?.held_until.take()?;
        self.held.remove(&(until, id));
        None
    }

    pub(crate) fn remove(&mut self, id: MemberId) {
        self.release(id);
        if let Some(member) = self.by_id.remove(&id) {
            self.unindex(id, &member.nick);
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

    fn index(&mut self, id: MemberId, nick: &Nick) {
        for look in looks(nick) {
            let other = self.by_look.insert(look, id);
            debug_assert_eq!(other, None, "two members look alike");
        }
    }

    fn unindex(&mut self, id: MemberId, nick: &Nick) {
        for look in looks(nick) {
            let owner = self.by_look.remove(&look);
            debug_assert_eq!(owner, Some(id), "a look is its member's");
        }
    }
}
