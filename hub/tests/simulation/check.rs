//! What must hold after every step: a simple model of who is where, fed with what goes into the hub and what comes
//! out of it. It knows the rules, and nothing of how the hub keeps them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use partyline_hub::{
    AppendId, Committed, Effect, Hub, Input, Load, LogError, NewEntry, Outcome, PostId, Query, ReadId, RoomId,
    SessionId, Settings, Stream,
};
use partyline_shared::{
    ByeReason, Command, Event, Hello, Limits, MemberId, Nick, Refused, RoomName, Sent, Seq, Target, Timestamp, Token,
    Via,
};

use crate::log::Log;
use crate::sight::{Sight, Told};

/// `Err` says which rule was broken, and how.
pub(crate) type Check<T = ()> = Result<T, String>;

macro_rules! ensure {
    ($holds:expr, $($why:tt)+) => {
        if !$holds {
            return Err(format!($($why)+));
        }
    };
}
pub(crate) use ensure;

thread_local! {
    /// Names are few, and working out a key takes longer than all the rest of a step.
    static KEYS: RefCell<BTreeMap<(&'static str, String), Option<String>>> = const { RefCell::new(BTreeMap::new()) };
}

fn cached(sort: &'static str, name: &str, key: impl FnOnce() -> Option<String>) -> Option<String> {
    KEYS.with_borrow_mut(|keys| keys.entry((sort, name.to_owned())).or_insert_with(key).clone())
}

/// What two spellings of a room are compared by.
pub(crate) fn key_of(room: &str) -> Option<String> {
    cached("room", room, || RoomName::new(room, &Limits::default()).ok().map(|name| name.key()))
}

/// What two spellings of a nick are compared by.
pub(crate) fn nick_key(nick: &str) -> Option<String> {
    cached("nick", nick, || Nick::new(nick, &Limits::default()).ok().map(|nick| nick.key()))
}

/// What a nick looks like, as far as the nicks of the simulation go.
pub(crate) fn look_of(nick: &str) -> Option<String> {
    let like = |c| match c {
        '0' => 'o',
        '1' => 'l',
        'а' => 'a',
        'с' => 'c',
        'ѕ' => 's',
        c => c,
    };
    let key = nick_key(nick)?;
    cached("look", nick, || Some(key.chars().map(like).collect()))
}

/// Whether nobody may be called that, though it is a name.
pub(crate) fn is_reserved(nick: &str) -> bool {
    look_of(nick).is_some_and(|look| look == "server")
}

/// A connection, by what went in and out.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) via: Via,
    pub(crate) token: Token,
    /// Until when it may wait with its `hello`.
    until: Option<Timestamp>,
    pub(crate) hello: Option<Hello>,
    pub(crate) member: Option<MemberId>,
    /// The rooms it is in, as it was told of each.
    pub(crate) rooms: BTreeMap<String, Sight>,
    /// The last number it was shown of each private conversation.
    pub(crate) private: BTreeMap<String, Seq>,
    /// What it wants to enter: after which number, and whether that is of another log.
    pub(crate) asked: BTreeMap<String, Vec<(Option<Seq>, bool)>>,
    /// How many answers of each kind it may get.
    pub(crate) awaited: BTreeMap<&'static str, usize>,
    /// It says nothing any more, and may be back.
    half_closed: bool,
    /// It has said that it leaves: what it says after that isn't listened to.
    pub(crate) leaving: bool,
    pub(crate) bye: Option<ByeReason>,
}

/// A member: somebody with a session, or who is kept in mind.
#[derive(Debug)]
pub(crate) struct Known {
    /// Empty for one that said good-bye.
    pub(crate) nick: String,
    pub(crate) sessions: BTreeSet<SessionId>,
    can_return: bool,
    pub(crate) held_until: Option<Timestamp>,
    since: Timestamp,
    said: u64,
}

/// What happened in one step.
#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) now: Timestamp,
    pub(crate) command: Option<(SessionId, Command)>,
    /// An answer of the log: who had asked for what, and what came of it.
    pub(crate) committed: Option<(Option<SessionId>, NewEntry, Result<Committed, LogError>)>,
    pub(crate) read: Option<Result<Outcome, LogError>>,
    pub(crate) delivered: usize,
    pub(crate) sent: usize,
    /// Sessions that still have to be shown a private message.
    pub(crate) untold: BTreeSet<SessionId>,
    pub(crate) refused: BTreeSet<SessionId>,
    /// The session that was told `joined` last.
    pub(crate) entered: Option<(SessionId, String)>,
    /// The rooms that were told of who is there.
    pub(crate) told: BTreeSet<String>,
    /// The room that is being told one by one what changed.
    pub(crate) telling: Option<RoomId>,
    /// The hub was woken.
    pub(crate) woken: bool,
}

#[derive(Debug)]
pub(crate) struct Checker {
    pub(crate) settings: Settings,
    pub(crate) sessions: BTreeMap<SessionId, Seen>,
    pub(crate) members: BTreeMap<MemberId, Known>,
    /// The names of the rooms that the hub has numbers for.
    pub(crate) room_keys: BTreeMap<RoomId, String>,
    /// The other way round; the latest.
    rooms: BTreeMap<String, RoomId>,
    /// How many sessions of each member are in each room.
    pub(crate) inside: BTreeMap<String, BTreeMap<MemberId, usize>>,
    /// Who was told `joined`, and isn't subscribed.
    pub(crate) awaiting: BTreeSet<(SessionId, String)>,
    pub(crate) told: BTreeMap<RoomId, Told>,
    /// The rooms in which something changed since they were told.
    pub(crate) changed: BTreeSet<String>,
    pub(crate) spelling: BTreeMap<String, String>,
    /// The highest number of each room in memory that the log told the hub of.
    pub(crate) heads: BTreeMap<String, Seq>,
    /// The lowest number of each room that the hub may still show to whoever enters.
    pub(crate) firsts: BTreeMap<String, Seq>,
    /// Who asked for what; and the room, where it is one.
    appends: BTreeMap<AppendId, (Option<SessionId>, NewEntry, Option<String>)>,
    /// What is read; the room, where that is to load it.
    reads: BTreeMap<ReadId, Option<String>>,
    /// What was said by those who aren't there, and isn't answered.
    pub(crate) posts: BTreeMap<PostId, (MemberId, String)>,
    /// The highest number that each member said it had read, by room.
    pub(crate) read: BTreeMap<(MemberId, String), Seq>,
    /// Who said so since it was written down.
    pub(crate) unwritten: BTreeSet<MemberId>,
    /// Those of whom the log couldn't say it.
    pub(crate) unknown: BTreeSet<MemberId>,
    /// Which sessions wait for what they have read to be known.
    mark_reads: BTreeMap<ReadId, SessionId>,
    /// Who used a reference last.
    references: BTreeMap<String, SessionId>,
    pub(crate) step: Step,
}

impl Checker {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            sessions: BTreeMap::new(),
            members: BTreeMap::new(),
            room_keys: BTreeMap::new(),
            rooms: BTreeMap::new(),
            inside: BTreeMap::new(),
            awaiting: BTreeSet::new(),
            told: BTreeMap::new(),
            changed: BTreeSet::new(),
            spelling: BTreeMap::new(),
            heads: BTreeMap::new(),
            firsts: BTreeMap::new(),
            appends: BTreeMap::new(),
            reads: BTreeMap::new(),
            posts: BTreeMap::new(),
            read: BTreeMap::new(),
            unwritten: BTreeSet::new(),
            unknown: BTreeSet::new(),
            mark_reads: BTreeMap::new(),
            references: BTreeMap::new(),
            step: Step::default(),
        }
    }

    /// Something is about to happen.
    pub(crate) fn before(&mut self, input: &Input, now: Timestamp) {
        self.step = Step { now, ..Step::default() };
        match input {
            Input::Open { session, via, token } => {
                let seen = Seen {
                    via: *via,
                    token: *token,
                    until: (!matches!(via, Via::Tcp | Via::Unix)).then(|| now.after(self.settings.hello_timeout_ms)),
                    hello: None,
                    member: None,
                    rooms: BTreeMap::new(),
                    private: BTreeMap::new(),
                    asked: BTreeMap::new(),
                    awaited: BTreeMap::new(),
                    half_closed: false,
                    leaving: false,
                    bye: None,
                };
                self.sessions.insert(*session, seen);
            }
            Input::Command { session, command } => self.asked(*session, command),
            Input::Close { session } => self.gone(*session),
            Input::Post { post, author, text, .. } => {
                self.posts.insert(*post, (*author, text.clone()));
            }
            Input::Committed { append, outcome } => {
                if let Some((session, entry, _)) = self.appends.remove(append) {
                    let session = session.filter(|session| self.sessions.contains_key(session));
                    if let Ok(committed) = outcome {
                        self.numbered(session, &entry, *committed);
                    }
                    self.step.committed = Some((session, entry, *outcome));
                }
            }
            Input::Read { read, outcome } => {
                if let Some(session) = self.mark_reads.remove(read)
                    && outcome.is_err()
                    && let Some(member) = self.sessions.get(&session).and_then(|seen| seen.member)
                {
                    self.unknown.insert(member);
                }
                if let Some(Some(key)) = self.reads.remove(read)
                    && let Ok(Outcome::Page(page)) = outcome
                {
                    let first = page.entries.first().map_or(page.head.next(), |entry| entry.seq);
                    self.trimmed(&key, first);
                    self.heads.insert(key, page.head);
                }
                self.step.read = Some(outcome.clone());
            }
            Input::Trimmed { key, first } => self.trimmed(key, *first),
            Input::Wake => {
                self.step.woken = true;
                self.members.retain(|_, member| member.held_until.is_none_or(|until| until > now));
            }
            Input::HalfClose { session } => {
                if let Some(seen) = self.sessions.get_mut(session) {
                    // After a quit it is one for good.
                    seen.half_closed |= !seen.leaving;
                    seen.leaving = true;
                }
            }
            // Everybody goes at once: nobody is told of anybody's leaving, and no nick is kept.
            Input::Stop(_) => {
                self.members.retain(|_, member| member.held_until.is_none());
            }
        }
    }

    fn trimmed(&mut self, key: &str, first: Seq) {
        let known = self.firsts.entry(key.to_owned()).or_default();
        *known = first.max(*known);
    }

    /// The hub wants something done.
    pub(crate) fn effect(&mut self, effect: &Effect, log: &Log) -> Check {
        if !matches!(effect, Effect::Subscribe { .. } | Effect::Deliver { event: Event::Presence { .. }, .. }) {
            self.step.telling = None;
        }
        match effect {
            Effect::Send { session, event } => self.sent_to(*session, event, log),
            Effect::Subscribe { session, room } => {
                // The first to enter a room is subscribed next.
                if let Some((_, key)) = self.step.entered.take().filter(|(entered, _)| entered == session)
                    && !self.room_keys.contains_key(room)
                {
                    self.room_keys.insert(*room, key.clone());
                    self.rooms.insert(key, *room);
                }
                let key = self.room_keys.get(room).ok_or_else(|| format!("{session:?} was subscribed to {room:?}"))?;
                let awaited = self.awaiting.remove(&(*session, key.clone()));
                ensure!(awaited, "{session:?} was subscribed to {key} without having joined");
                Ok(())
            }
            Effect::Unsubscribe { session, room } => self.left(*session, *room),
            Effect::Deliver { room, event, except } => {
                let Some(key) = self.room_keys.get(room).cloned() else {
                    // Said by somebody who isn't there either.
                    if self.step.committed.as_ref().is_some_and(|(_, entry, _)| entry.via == Via::Udp) {
                        self.step.delivered += 1;
                        return Ok(());
                    }
                    return Err(format!("{room:?} was told something, and nobody was ever in it"));
                };
                self.telling(*room, &key, event)?;
                self.delivered(&key, event, *except, log)
            }
            Effect::Posted { post, outcome } => self.posted(*post, outcome),
            Effect::Mark { member, marks } => {
                self.unwritten.remove(member);
                ensure!(!marks.is_empty(), "nothing is written of what {member} has read");
                let said =
                    |(key, seq): &(String, Seq)| self.read.get(&(*member, key.clone())).is_some_and(|said| seq <= said);
                ensure!(marks.iter().all(said), "{member} never said that it read that: {marks:?}");
                Ok(())
            }
            Effect::Append { append, entry } if entry.via == Via::Udp => self.appended_post(*append, entry),
            Effect::Append { append, entry } => self.appended(*append, entry),
            Effect::Read { read, query } => {
                if let (Query::Marks { .. }, Some((session, Command::Hello(_)))) = (query, &self.step.command) {
                    self.mark_reads.insert(*read, *session);
                }
                let key = self.loads(query);
                if let Some(key) = &key {
                    let twice = self.reads.values().flatten().any(|loading| loading == key);
                    ensure!(!twice, "{key} is loaded twice at a time");
                    ensure!(!self.inside.contains_key(key), "{key} is loaded while somebody is in it");
                }
                self.reads.insert(*read, key);
                Ok(())
            }
            Effect::Close { session } => {
                let seen = self.sessions.get(session).ok_or_else(|| format!("{session:?} is closed twice"))?;
                ensure!(seen.bye.is_some(), "{session:?} is closed without a bye");
                ensure!(seen.rooms.is_empty(), "{session:?} is closed and still in {:?}", seen.rooms);
                self.gone(*session);
                Ok(())
            }
        }
    }

    /// All effects of a step were carried out.
    pub(crate) fn after(&self, hub: &Hub) -> Check {
        let step = &self.step;
        ensure!(step.untold.is_empty(), "a private message didn't reach {:?}", step.untold);
        if let Some((session, entry, outcome)) = &step.committed {
            let told = usize::from(session.is_some());
            ensure!(step.sent == told || outcome.is_err(), "{session:?} was told sent {} times", step.sent);
            ensure!(
                outcome.is_ok() || session.is_none_or(|session| step.refused.contains(&session)),
                "{session:?} never heard that the log failed"
            );
            let fresh = outcome.is_ok_and(|committed| !committed.duplicate) && entry.to.is_none();
            ensure!(step.delivered == usize::from(fresh), "{} deliveries of one message", step.delivered);
        }
        for seen in self.sessions.values() {
            ensure!(seen.bye.is_none(), "a bye without a close");
        }
        if let Some((session, Command::Nick { nick })) = &step.command
            && !self.mark_reads.values().any(|waits| waits == session)
            && let Some(seen) =
                self.sessions.get(session).filter(|seen| !seen.leaving && seen.asked.values().all(Vec::is_empty))
            && let Some(member) = seen.member.and_then(|member| self.members.get(&member))
        {
            let taken = nick_key(nick) == nick_key(&member.nick) && nick_key(nick).is_some();
            let answered = taken || step.refused.contains(session);
            ensure!(answered, "asked to be called {nick}, {} it stayed, and not a word", member.nick);
        }
        self.bounds(hub)
    }

    /// What is held is what is needed, no more; and the hub asks to be woken when there is something to do.
    fn bounds(&self, hub: &Hub) -> Check {
        let rooms: BTreeSet<&String> = (self.inside.keys())
            .chain(self.appends.values().filter_map(|(.., key)| key.as_ref()))
            .chain(self.reads.values().flatten())
            .collect();
        let expected = Load {
            sessions: self.sessions.len(),
            members: self.members.len(),
            rooms: rooms.len(),
            appends: self.appends.len(),
            reads: self.reads.len(),
        };
        ensure!(hub.load() == expected, "the hub holds {:?}, needed is {expected:?}", hub.load());
        let waiting = self.sessions.values().filter(|seen| seen.member.is_none()).filter_map(|seen| seen.until);
        let held = self.members.values().filter_map(|member| member.held_until);
        self.presence(hub, waiting.chain(held).min())
    }

    /// The room whose last messages this asks for: with a number that no client of the simulation uses.
    fn loads(&self, query: &Query) -> Option<String> {
        match query {
            Query::Page { stream: Stream::Room(name), before: None, after: None, limit } => {
                (*limit == self.settings.limits.replay.max(1)).then(|| name.key())
            }
            _ => None,
        }
    }

    fn asked(&mut self, session: SessionId, command: &Command) {
        let most = self.settings.limits.rooms_per_member;
        let Some(seen) = self.sessions.get_mut(&session) else { return };
        self.step.command = Some((session, command.clone()));
        let mut awaits = |what| *seen.awaited.entry(what).or_default() += 1;
        match command {
            Command::Hello(hello) if seen.member.is_none() => {
                let other_log = hello.epoch.as_ref().is_some_and(|epoch| *epoch != self.settings.epoch);
                for point in hello.resume.iter().take(most) {
                    if let Some(key) = key_of(&point.room) {
                        seen.asked.entry(key).or_default().push((Some(point.seq), other_log));
                    }
                }
                seen.hello = Some(hello.clone());
            }
            Command::Join(join) => {
                if let Some(key) = key_of(&join.room) {
                    seen.asked.entry(key).or_default().push((join.after, false));
                }
            }
            Command::Say(say) => {
                if let Some(reference) = &say.reference {
                    self.references.insert(reference.as_str().to_owned(), session);
                }
            }
            Command::Tell { reference: Some(reference), .. } => {
                self.references.insert(reference.as_str().to_owned(), session);
            }
            Command::History(_) => awaits("history"),
            Command::Who { .. } => awaits("who"),
            Command::Rooms => awaits("rooms"),
            Command::Ping { .. } => awaits("ping"),
            Command::Part { .. } => awaits("part"),
            Command::Quit => seen.leaving = true,
            Command::Read { room, seq } => {
                if let (Some(member), Some(key)) = (seen.member, key_of(room)) {
                    let said = self.read.entry((member, key)).or_default();
                    *said = (*seq).max(*said);
                    self.unwritten.insert(member);
                }
            }
            Command::Hello(_) | Command::Tell { .. } | Command::Nick { .. } | Command::Typing { .. } => {}
        }
    }

    /// The log gave something its number.
    fn numbered(&mut self, session: Option<SessionId>, entry: &NewEntry, committed: Committed) {
        match (&entry.to, committed.duplicate) {
            (_, true) => {}
            (None, false) => {
                let head = self.heads.entry(entry.stream.key()).or_default();
                *head = committed.seq.max(*head);
            }
            (Some(to), false) => {
                let sides = [entry.from.id, to.id].into_iter().filter_map(|member| self.members.get(&member));
                self.step.untold = sides
                    .flat_map(|known| known.sessions.iter().copied())
                    .filter(|one| Some(*one) != session)
                    .collect();
            }
        }
    }

    fn appended_post(&mut self, append: AppendId, entry: &NewEntry) -> Check {
        let known = self.posts.values().any(|(author, text)| *author == entry.from.id && *text == entry.text);
        ensure!(known, "a message of nobody: {entry:?}");
        let key = entry.stream.key();
        ensure!(Some(&key) == key_of(&self.settings.default_room).as_ref(), "said in {key} from outside");
        ensure!(!self.reads.values().flatten().any(|loading| *loading == key), "said in {key} while it is loaded");
        self.appends.insert(append, (None, entry.clone(), Some(key)));
        Ok(())
    }

    fn posted(&mut self, post: PostId, outcome: &Result<Sent, Refused>) -> Check {
        let (author, text) = self.posts.remove(&post).ok_or_else(|| format!("{post:?} is answered twice"))?;
        let Ok(sent) = outcome else { return Ok(()) };
        let Some((_, entry, Ok(committed))) = &self.step.committed else {
            return Err(format!("{post:?} was told sent before it was committed"));
        };
        ensure!((entry.from.id, &entry.text) == (author, &text), "{post:?} was told of somebody else's message");
        ensure!(sent.seq == committed.seq, "{} is confirmed as {}", committed.seq, sent.seq);
        Ok(())
    }

    fn appended(&mut self, append: AppendId, entry: &NewEntry) -> Check {
        let author = self.members.get_mut(&entry.from.id).ok_or("a message of nobody")?;
        ensure!(author.nick == entry.from.nick, "{} wrote as {}", author.nick, entry.from.nick);
        author.said += 1;
        let Limits { burst, per_second, .. } = self.settings.limits;
        let allowed = u64::from(burst) + u64::from(per_second) * self.step.now.since(author.since) / 1000;
        ensure!(per_second == 0 || author.said <= allowed, "{} said {} of {allowed}", author.nick, author.said);
        let session = match &entry.reference {
            Some(reference) => self.references.get(reference.as_str()).copied(),
            None => author.sessions.first().copied(),
        };
        let seen = session.and_then(|session| self.sessions.get(&session)).ok_or("a message of no session")?;
        ensure!(seen.member == Some(entry.from.id) && seen.via == entry.via, "a message of somebody else: {entry:?}");
        let mut room = None;
        if let Stream::Room(name) = &entry.stream {
            let key = name.key();
            ensure!(seen.rooms.contains_key(&key), "{session:?} spoke in {key} without being in it");
            ensure!(self.spelling.get(&key).is_some_and(|known| *known == name.as_str()), "{name} isn't its name");
            room = Some(key);
        }
        self.appends.insert(append, (session, entry.clone(), room));
        Ok(())
    }

    fn left(&mut self, session: SessionId, room: RoomId) -> Check {
        let key = self.room_keys.get(&room).cloned().ok_or_else(|| format!("nobody was ever in {room:?}"))?;
        // One that dropped is out already.
        let Some(seen) = self.sessions.get_mut(&session) else { return Ok(()) };
        ensure!(seen.rooms.remove(&key).is_some(), "{session:?} was not in {key}, and was unsubscribed");
        if let Some(member) = seen.member {
            self.outside(&key, member);
        }
        Ok(())
    }

    /// A session that wasn't subscribed yet leaves: there is nothing to be undone.
    pub(crate) fn withdrew(&mut self, session: SessionId, key: &str) {
        if self.awaiting.remove(&(session, key.to_owned()))
            && let Some(seen) = self.sessions.get_mut(&session)
            && seen.rooms.remove(key).is_some()
            && let Some(member) = seen.member
        {
            self.outside(key, member);
        }
    }

    fn outside(&mut self, key: &str, member: MemberId) {
        let Some(inside) = self.inside.get_mut(key) else { return };
        match inside.get_mut(&member) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                inside.remove(&member);
                if inside.is_empty() {
                    self.inside.remove(key);
                    self.emptied(key);
                } else {
                    self.changed(key);
                }
            }
        }
    }

    fn gone(&mut self, session: SessionId) {
        let Some(seen) = self.sessions.remove(&session) else { return };
        self.awaiting.retain(|(waiting, _)| *waiting != session);
        let Some(id) = seen.member else { return };
        for key in seen.rooms.keys() {
            self.outside(key, id);
        }
        let Some(member) = self.members.get_mut(&id) else { return };
        member.sessions.remove(&session);
        if !member.sessions.is_empty() {
            return;
        }
        if !member.can_return || seen.bye == Some(ByeReason::Shutdown) {
            self.members.remove(&id);
            return;
        }
        member.held_until = Some(self.step.now.after(self.settings.nick_hold_ms));
        if seen.bye == Some(ByeReason::Quit) && !seen.half_closed {
            member.nick.clear();
        }
        let held = self.members.iter().filter_map(|(id, member)| Some((member.held_until?, *id)));
        let mut held: Vec<_> = held.collect();
        held.sort_unstable();
        for (_, id) in &held[..held.len().saturating_sub(self.settings.held_members)] {
            self.members.remove(id);
        }
    }

    /// A session is one of this member's from now on.
    pub(crate) fn attached(&mut self, session: SessionId, via: Via, id: MemberId, nick: &str) -> Check {
        let now = self.step.now;
        let member = self.members.entry(id).or_insert_with(|| Known {
            nick: nick.to_owned(),
            sessions: BTreeSet::new(),
            can_return: false,
            held_until: None,
            since: now,
            said: 0,
        });
        nick.clone_into(&mut member.nick);
        member.sessions.insert(session);
        member.can_return |= via != Via::Tcp;
        member.held_until = None;
        self.unique(id)
    }

    pub(crate) fn unique(&self, id: MemberId) -> Check {
        let Some(member) = self.members.get(&id) else { return Ok(()) };
        ensure!(self.owner(&member.nick).is_none_or(|other| other == id), "two are called {}", member.nick);
        ensure!(!self.looks_like_another(&member.nick, Some(id)), "another looks like {}", member.nick);
        ensure!(!is_reserved(&member.nick), "somebody is called {}", member.nick);
        Ok(())
    }

    /// Whether anybody but this member has a nick that looks like it.
    pub(crate) fn looks_like_another(&self, nick: &str, own: Option<MemberId>) -> bool {
        let Some(look) = look_of(nick) else { return false };
        self.members.iter().any(|(id, member)| Some(*id) != own && look_of(&member.nick).as_ref() == Some(&look))
    }

    /// Who is called this, if there is one; anybody but `id` where there are two.
    pub(crate) fn owner(&self, nick: &str) -> Option<MemberId> {
        let key = nick_key(nick)?;
        let mut owners = self.members.iter().filter(|(_, member)| nick_key(&member.nick).as_ref() == Some(&key));
        let first = owners.next().map(|(id, _)| *id);
        // Two owners are what `unique` is there to find: a pair of equals never passes for one.
        if owners.next().is_some() { Some(MemberId([0; 16])) } else { first }
    }

    /// The number that the hub has for a room, where somebody was in it.
    pub(crate) fn room_of(&self, key: &str) -> Option<RoomId> {
        self.rooms.get(key).copied()
    }

    /// Where something was said, as a session of this member would write it.
    pub(crate) fn place(&self, reader: MemberId, entry: &NewEntry) -> Option<String> {
        match (&entry.to, &entry.stream) {
            (Some(to), _) => {
                let other = if to.id == reader { entry.from.id } else { to.id };
                Some(Target::Member(other).to_string())
            }
            (None, stream) => self.spelling.get(&stream.key()).cloned(),
        }
    }
}
