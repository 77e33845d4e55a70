//! The state machine: what happened in, what is to be done out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use partyline_shared::{Bye, ByeReason, Code, Command, Epoch, Event, Limits, MemberId, Refused, Timestamp, Token, Via};

use crate::looks::Reserved;
use crate::members::Members;
use crate::reading::PendingRead;
use crate::rooms::Rooms;
use crate::sessions::Sessions;
use crate::speaking::PendingAppend;
use crate::{AppendId, Effect, Input, ReadId, SessionId};

/// What a hub is told at its start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The server's name and version, for people.
    pub server: String,
    /// The log that the numbers are of.
    pub epoch: Epoch,
    /// The room that newcomers are led to.
    pub default_room: String,
    /// What clients are held to.
    pub limits: Limits,
    /// How long a connection may wait with its `hello`, in milliseconds; in plain text as long as it likes.
    pub hello_timeout_ms: u64,
    /// How long a nick is kept for a member whose last session dropped, in milliseconds.
    pub nick_hold_ms: u64,
    /// Members without a session that are kept in mind at a time, with their nicks and their rates; of more, the one
    /// that has been kept longest is forgotten.
    pub held_members: usize,
    /// Sessions that one member may have at a time.
    pub sessions_per_member: usize,
    /// Requests other than messages (joins, nicks, history …) that a member may make at once. Those that tell or bring
    /// much count as several: see `requests.rs`.
    pub request_burst: u32,
    /// Requests a second after that; 0 for no limit.
    pub requests_per_second: u32,
    /// Messages of one session that may be on their way to the log at a time.
    pub appends_per_session: usize,
    /// Reads of one session that may be on their way at a time.
    pub reads_per_session: usize,
    /// Commands of one session that may wait until a room is entered.
    pub deferred_per_session: usize,
    /// How long after a room was told who came, went or is called something else what changes is gathered, in
    /// milliseconds; 0 tells all at once.
    pub presence_every_ms: u64,
    /// The same after eight changes or more were told together, in milliseconds; not less than `presence_every_ms`.
    pub many_presence_every_ms: u64,
    /// How often a crowd ([`Limits::crowd`]) is told how many are there, in milliseconds.
    pub count_every_ms: u64,
    /// How long what a member has read may wait to be written down, in milliseconds: it is written at most that often.
    pub marks_every_ms: u64,
    /// Messages of those who aren't there that may be on their way to the log at a time; more are refused.
    pub posts_at_once: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            server: "Partyline".to_owned(),
            epoch: Epoch(String::new()),
            default_room: "lobby".to_owned(),
            limits: Limits::default(),
            hello_timeout_ms: 10_000,
            nick_hold_ms: 120_000,
            held_members: 10_000,
            sessions_per_member: 20,
            request_burst: 100,
            requests_per_second: 20,
            appends_per_session: 256,
            reads_per_session: 8,
            deferred_per_session: 64,
            presence_every_ms: 250,
            many_presence_every_ms: 1000,
            count_every_ms: 5000,
            marks_every_ms: 5000,
            posts_at_once: 256,
        }
    }
}

/// The chat.
///
/// Deterministic: the same inputs at the same times give the same effects.
#[derive(Debug)]
pub struct Hub {
    pub(crate) settings: Settings,
    /// Bounded by whoever accepts connections; what waits in each by `deferred_per_session`.
    pub(crate) sessions: Sessions,
    /// Bounded by the sessions, and `held_members`.
    pub(crate) members: Members,
    pub(crate) reserved: Reserved,
    /// Bounded by the members and the rooms that each may be in or wait for, and `posts_at_once`; one that nobody is in
    /// any more goes, at the latest when the log has answered what was asked for it.
    pub(crate) rooms: Rooms,
    /// Bounded by the sessions and `appends_per_session`, and `posts_at_once`. Those of sessions that have gone stay
    /// until the log answers; it refuses at once what its queue has no room for.
    pub(crate) appends: BTreeMap<AppendId, PendingAppend>,
    /// Bounded by the sessions and `reads_per_session`, one for the conversations of each, and one for each room that
    /// is being loaded. Those of sessions that have gone stay until the log answers, as with the appends.
    pub(crate) reads: BTreeMap<ReadId, PendingRead>,
    /// Whose marks are to be written by when. Bounded by the members with a session.
    pub(crate) marks_due: BTreeSet<(Timestamp, MemberId)>,
    /// Posts that have yet to be answered: they wait for the room, or for the log.
    pub(crate) posts: usize,
    /// Of one input; empty between two.
    pub(crate) effects: Vec<Effect>,
    last_append: u64,
    last_read: u64,
    pub(crate) stopped: Option<Bye>,
}

impl Hub {
    /// A hub without anybody.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            sessions: Sessions::default(),
            members: Members::default(),
            reserved: Reserved::new(),
            rooms: Rooms::default(),
            appends: BTreeMap::new(),
            reads: BTreeMap::new(),
            marks_due: BTreeSet::new(),
            posts: 0,
            effects: Vec::new(),
            last_append: 0,
            last_read: 0,
            stopped: None,
        }
    }

    /// Takes what happened at `now`, and returns what is to be done, in this order.
    ///
    /// `now` is the time of day by a clock that never steps back.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        match input {
            Input::Open { session, via, token } => self.open(session, via, token, now),
            Input::Command { session, command } => self.command(session, command, now),
            Input::HalfClose { session } => self.finish(session, false, now),
            Input::Close { session } => self.close(session, now),
            Input::Post { post, author, via, text } => self.post(post, author, via, &text),
            Input::Committed { append, outcome } => self.committed(append, outcome, now),
            Input::Read { read, outcome } => self.was_read(read, outcome, now),
            Input::Trimmed { key, first } => self.rooms.trimmed(&key, first),
            Input::Wake => self.wake(now),
            Input::Stop(bye) => self.stop(bye),
        }
        std::mem::take(&mut self.effects)
    }

    /// When to call with [`Input::Wake`], if nothing happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let rooms = self.rooms.next_due();
        let marks = self.marks_due.first().map(|&(due, _)| due);
        [self.members.next_expiry(), self.sessions.next_overdue(), rooms, marks].into_iter().flatten().min()
    }

    fn open(&mut self, session: SessionId, via: Via, token: Token, now: Timestamp) {
        if let Some(bye) = self.stopped.clone() {
            return self.dismiss(session, bye, now);
        }
        // In plain text nobody says hello: the transport does, with the first thing that is said, and a person whose
        // telnet negotiates at once may take their time over that.
        let patient = matches!(via, Via::Tcp | Via::Unix);
        let until = (!patient).then(|| now.after(self.settings.hello_timeout_ms));
        self.sessions.open(session, via, token, until);
    }

    /// Everybody goes at once: nobody is told of anybody's leaving, which would be a word for each pair of them.
    fn stop(&mut self, bye: Bye) {
        self.write_all_marks();
        let sessions = std::mem::take(&mut self.sessions);
        for session in sessions.ids() {
            let rooms = sessions.get(session).into_iter().flat_map(|session| session.rooms.iter());
            let awaits = |room| self.rooms.get(room).is_some_and(|room| room.presence.awaits(session));
            let subscribed = rooms.filter(|room| !awaits(*room));
            self.effects.extend(subscribed.map(|room| Effect::Unsubscribe { session, room }));
            self.effects.push(Effect::Send { session, event: Event::Bye(bye.clone()) });
            self.effects.push(Effect::Close { session });
        }
        self.members = Members::default();
        self.rooms.empty();
        self.stopped = Some(bye);
    }

    fn command(&mut self, session: SessionId, command: Command, now: Timestamp) {
        let allowed = self.settings.deferred_per_session;
        // A session that was dismissed may still have commands on their way.
        let Some(speaker) = self.sessions.get_mut(session) else { return };
        if speaker.quitting {
            return;
        }
        // Entering a room takes a read of the log. A program that joins and speaks in one breath means that room.
        if speaker.waits() {
            let last = usize::from(matches!(command, Command::Quit));
            if speaker.deferred.len() < allowed + last {
                speaker.deferred.push_back(command);
            } else {
                let text = format!("{allowed} of your commands wait for a room to be entered: wait for its joined");
                self.refuse(session, with_context(Refused::new(Code::Busy, text).retry_after(500), &command));
            }
            return;
        }
        self.carry_out(session, command, now);
    }

    fn carry_out(&mut self, session: SessionId, command: Command, now: Timestamp) {
        let Some(member) = self.sessions.member(session) else {
            match command {
                Command::Hello(hello) => self.hello(session, hello, now),
                Command::Ping { nonce } => self.send(session, Event::Pong { nonce }),
                Command::Quit => self.finish(session, true, now),
                _ => self.refuse(session, Refused::new(Code::HelloFirst, r#"say hello first: {"type":"hello"}"#)),
            }
            return;
        };
        if let Err(millis) = self.pay(session, member, &command, now) {
            // These aren't answered, whether they were passed on or not.
            if !matches!(command, Command::Typing { .. } | Command::Read { .. }) {
                let refused = Refused::new(Code::RateLimited, "too many requests: slow down").retry_after(millis);
                self.refuse(session, with_context(refused, &command));
            }
            return;
        }
        match command {
            Command::Hello(_) => {
                self.refuse(session, Refused::new(Code::HelloFirst, "hello is said once, at the start"));
            }
            Command::Join(join) => self.join(session, member, &join.room, join.after, now),
            Command::Part { room } => self.part(session, member, &room, now),
            Command::Say(say) => self.say(session, member, say, now),
            Command::Tell { to, text, reference } => self.tell(session, member, &to, &text, reference, now),
            Command::Nick { nick } => self.nick(session, member, &nick, now),
            Command::History(history) => self.history(session, member, &history),
            Command::Who { room } => self.who(session, &room, now),
            Command::Rooms => self.list_rooms(session),
            Command::Typing { room } => self.typing(session, member, &room, now),
            Command::Read { room, seq } => self.read_up_to(session, member, &room, seq, now),
            Command::Ping { nonce } => self.send(session, Event::Pong { nonce }),
            Command::Quit => self.finish(session, true, now),
        }
    }

    /// Something that a session asked for is answered: goes on with what waited for it.
    pub(crate) fn answered(&mut self, session: SessionId, now: Timestamp) {
        while let Some(speaker) = self.sessions.get_mut(session)
            && !speaker.waits()
            && let Some(command) = speaker.deferred.pop_front()
        {
            if speaker.deferred.is_empty() {
                // It may be idle for days, and keeps no room for what it said while it waited.
                speaker.deferred = VecDeque::new();
            }
            self.carry_out(session, command, now);
        }
        if self.sessions.get(session).is_some_and(|speaker| speaker.quitting && speaker.is_answered()) {
            self.farewell(session, now);
        }
    }

    fn wake(&mut self, now: Timestamp) {
        self.members.expire(now);
        self.tell_due(now);
        self.write_due_marks(now);
        while let Some(session) = self.sessions.overdue(now) {
            let text = "no hello came in time".to_owned();
            self.dismiss(session, Bye { reason: ByeReason::NoHello, text, return_after_ms: None }, now);
        }
    }

    /// Tells a session something. The log's answer may come when whoever asked has gone.
    pub(crate) fn send(&mut self, session: SessionId, event: Event) {
        if self.sessions.get(session).is_some() {
            self.effects.push(Effect::Send { session, event });
        }
    }

    pub(crate) fn refuse(&mut self, session: SessionId, refused: Refused) {
        self.send(session, Event::Refused(refused));
    }

    pub(crate) fn next_append(&mut self) -> AppendId {
        self.last_append += 1;
        AppendId(self.last_append)
    }

    pub(crate) fn next_read(&mut self) -> ReadId {
        self.last_read += 1;
        ReadId(self.last_read)
    }
}

/// A refusal names what the command was about, so that a client knows which of its requests it was.
fn with_context(refused: Refused, command: &Command) -> Refused {
    match command {
        Command::Join(join) => refused.room(&join.room),
        Command::History(history) => refused.room(&history.room),
        Command::Part { room } | Command::Who { room } => refused.room(room),
        Command::Say(say) => refused.room(&say.room).reference(say.reference.clone()),
        Command::Tell { reference, .. } => refused.reference(reference.clone()),
        _ => refused,
    }
}
