//! `hello` and `nick`: who a session is, and what a member is called.

use partyline_shared::{
    Bye, ByeReason, Change, Code, Event, Hello, MemberId, MemberRef, Nick, PROTOCOL, Refused, ResumePoint, Seq,
    Timestamp, Token, Via, Welcome,
};

use crate::bucket::Bucket;
use crate::few::Few;
use crate::members::Member;
use crate::reading::PendingRead;
use crate::sessions::Greeting;
use crate::{Effect, Hub, Query, SessionId};

/// Conversations that a returning member is told of.
const CONVERSATIONS: usize = 100;

impl Hub {
    pub(crate) fn hello(&mut self, session: SessionId, hello: Hello, now: Timestamp) {
        if let Some(protocol) = hello.protocol
            && protocol != PROTOCOL
        {
            let text = format!("this server speaks protocol {PROTOCOL}, not {protocol}");
            self.refuse(session, Refused::new(Code::UnsupportedProtocol, text));
            return;
        }
        let Some((via, fresh)) = self.sessions.get(session).and_then(|s| match s.greeting {
            Greeting::Awaited(ref awaited) => Some((s.via, awaited.token)),
            Greeting::Done(_) => None,
        }) else {
            return;
        };
        let token = hello.token.unwrap_or(fresh);
        let member = token.member();
        if self.members.get(member).is_some_and(|m| m.sessions.len() >= self.settings.sessions_per_member) {
            let text = format!("you have {} sessions open already: close one", self.settings.sessions_per_member);
            self.dismiss(session, Bye { reason: ByeReason::TooMany, text, return_after_ms: None }, now);
            return;
        }
        // Of a newcomer the log has nothing.
        let returns = hello.token.is_some();
        let complaint = self.attach(session, member, via, hello.nick.as_deref(), now);
        self.welcome(session, member, token, now);
        if let Some(refused) = complaint {
            self.refuse(session, refused);
        }
        let same_log = hello.epoch.as_ref().is_none_or(|epoch| *epoch == self.settings.epoch);
        let mut resume = hello.resume;
        resume.truncate(self.settings.limits.rooms_per_member);
        if !same_log {
            // A number of another log is past every head: "afresh" follows from that.
            for point in &mut resume {
                point.seq = Seq(u64::MAX);
            }
        }
        if !returns {
            if let Some(known) = self.members.get_mut(member) {
                known.marks_known = true;
            }
            self.resume(session, member, resume, now);
        } else if self.members.get(member).is_some_and(|known| known.marks_known) {
            self.resume(session, member, resume, now);
            self.ask_for_conversations(session, member);
        } else {
            self.fetch_marks(session, member, resume);
        }
    }

    /// Enters the rooms that a session was in.
    pub(crate) fn resume(&mut self, session: SessionId, member: MemberId, resume: Vec<ResumePoint>, now: Timestamp) {
        for ResumePoint { room, seq } in resume {
            self.join(session, member, &room, Some(seq), now);
        }
    }

    /// Asks the log for the private conversations of a member that is back.
    pub(crate) fn ask_for_conversations(&mut self, session: SessionId, member: MemberId) {
        if let Some(reader) = self.sessions.get_mut(session) {
            reader.reads += 1;
            let read = self.next_read();
            self.reads.insert(read, PendingRead::Conversations { session });
            let query = Query::Conversations { member, limit: CONVERSATIONS };
            self.effects.push(Effect::Read { read, query });
        }
    }

    pub(crate) fn nick(&mut self, session: SessionId, member: MemberId, wanted: &str, now: Timestamp) {
        match self.free_nick(wanted, Some(member)) {
            Err(refused) => self.refuse(session, refused),
            Ok(nick) => {
                let shown = nick.to_string();
                let Some(old) = self.members.rename(member, nick) else { return };
                self.announce_rename(session, member, old.as_str(), &shown, now);
            }
        }
    }

    /// Makes the session one of the member's. Returns what there is to say about the nick it asked for.
    fn attach(
        &mut self,
        session: SessionId,
        id: MemberId,
        via: Via,
        wanted: Option<&str>,
        now: Timestamp,
    ) -> Option<Refused> {
        let wanted = wanted.map(|wanted| self.free_nick(wanted, Some(id))).transpose();
        let (nick, mut complaint) = wanted.map_or_else(|refused| (None, Some(refused)), |nick| (nick, None));
        let retired = self.members.release(id);
        if let Some(sessions) = self.members.get(id).map(|member| member.sessions.len()) {
            if sessions > 0 {
                // Another session may have renamed the member: what an older one remembers counts for nothing.
                complaint = None;
            } else if let Some(nick) = nick {
                self.members.rename(id, nick);
            }
        } else {
            let member = Member {
                nick: nick.unwrap_or_else(|| self.guest_nick(id)),
                sessions: Few::default(),
                can_return: false,
                held_until: None,
                speech: retired.map_or_else(|| Bucket::new(self.settings.limits.burst, now), |one| one.speech),
                requests: retired.map_or_else(|| Bucket::new(self.settings.request_burst, now), |one| one.requests),
                marks: None,
                marks_known: false,
            };
            self.members.add(id, member);
        }
        if let Some(member) = self.members.get_mut(id) {
            member.sessions.insert(session);
            // Plain text never shows the token, so nobody could come back with it.
            member.can_return |= !matches!(via, Via::Tcp | Via::Unix);
        }
        self.sessions.greeted(session, id);
        complaint
    }

    fn welcome(&mut self, session: SessionId, member: MemberId, token: Token, now: Timestamp) {
        let Some(you) = self.members.reference(member) else { return };
        let welcome = Welcome {
            protocol: PROTOCOL,
            server: self.settings.server.clone(),
            you,
            token,
            epoch: self.settings.epoch.clone(),
            default_room: self.settings.default_room.clone(),
            now,
            limits: self.settings.limits.clone(),
        };
        self.send(session, Event::Welcome(welcome));
    }

    /// Reads a nick that nobody else has, and that isn't like anybody else's or the server's.
    pub(crate) fn free_nick(&self, wanted: &str, owner: Option<MemberId>) -> Result<Nick, Refused> {
        let nick = Nick::new(wanted, &self.settings.limits)
            .map_err(|error| Refused::new(Code::BadNick, format!("that can't be a nick: {error}")))?;
        if self.reserved.has(&nick) {
            let text = format!("{nick} would look like the server: choose another nick");
            return Err(Refused::new(Code::BadNick, text));
        }
        let Some(other) = self.members.find_alike(&nick, owner) else { return Ok(nick) };
        let text = if other.nick.key() == nick.key() {
            format!("somebody is called {nick} already: choose another nick")
        } else {
            format!("{nick} looks too much like {}, which is taken: choose another nick", other.nick)
        };
        Err(Refused::new(Code::NickTaken, text))
    }

    /// `guest-` and as much of the member's id as it takes to be the only one.
    fn guest_nick(&self, id: MemberId) -> Nick {
        let id = id.to_string();
        let prefixes = (1..=id.len() / 2).map(|bytes| Nick::guest(&id[..2 * bytes]));
        // Somebody may have chosen the very nicks that spell out this id, or ones that look like them.
        let numbered = (1u64..).map(|n| Nick::guest(format!("{}-{n}", &id[..2])));
        let mut candidates = prefixes.chain(numbered);
        // No two candidates look alike, and a member's nick looks like two of them at most. They don't end and the
        // members do, so the default is never taken.
        candidates.find(|nick| self.members.find_alike(nick, None).is_none()).unwrap_or_else(|| Nick::guest(&id))
    }

    fn announce_rename(&mut self, session: SessionId, id: MemberId, was: &str, nick: &str, now: Timestamp) {
        let Some(member) = self.members.get(id) else { return };
        let sessions: Vec<_> = member.sessions.iter().collect();
        let who = || MemberRef { id, nick: nick.to_owned() };
        let event =
            |room: String| Event::Presence { room, member: who(), change: Change::Renamed, was: Some(was.to_owned()) };
        let rooms = self.rooms_of(id);
        for &room in &rooms {
            if let Some(room) = self.rooms.get_mut(room) {
                room.rename(id, nick);
            }
            if self.rooms.get(room).is_some_and(|room| room.presence.owes_nick(id, session)) {
                // Otherwise it would be told of the older nick after its answer.
                self.catch_up(room, now);
            }
        }
        for room in rooms {
            let Some(name) = self.rooms.get(room).map(|room| room.name.to_string()) else { continue };
            // Whoever asked is answered, not told: a session whose answers are awaited can tell the two apart.
            if self.sessions.get(session).is_some_and(|s| s.rooms.contains(room)) {
                self.send(session, event(name));
            }
            self.renamed(room, who(), was.to_owned(), session, now);
        }
        // A session that is in no room hears of it too: its own nick is what changed.
        for session in sessions {
            if self.sessions.get(session).is_some_and(|s| s.rooms.is_empty()) {
                self.send(session, event(String::new()));
            }
        }
    }
}
