//! The rest of the server, and the clock: carries out what the hub wants done, and lets things go wrong.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use partyline_hub::{Effect, Hub, Input, Load, LogError, PostId, RoomId, SessionId, Settings};
use partyline_shared::{Bye, ByeReason, Command, Event, MemberId, Timestamp, Token, Via};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::check::{Check, Checker, ensure, key_of};
use crate::client::{Client, ROOMS, Street};
use crate::faults::Fault;
use crate::log::{Answer, Log};

/// The last things that happened, when somebody wants to see them.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// How many lines to keep.
    pub(crate) length: usize,
    pub(crate) lines: VecDeque<String>,
}

impl Trace {
    fn add(&mut self, line: impl FnOnce() -> String) {
        if self.length > 0 {
            if self.lines.len() == self.length {
                self.lines.pop_front();
            }
            self.lines.push_back(line());
        }
    }
}

/// What went on in a run, so that a quiet one doesn't pass for a good one.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) commands: usize,
    pub(crate) messages: usize,
    /// Changes of who is there, counts, and lists of who is there, that rooms were told.
    pub(crate) changes: usize,
    pub(crate) counts: usize,
    pub(crate) lists: usize,
    pub(crate) drops: usize,
    pub(crate) restarts: usize,
    pub(crate) duplicates: usize,
    pub(crate) failures: usize,
    pub(crate) posts: usize,
    pub(crate) trims: usize,
}

impl Tally {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            commands: self.commands + other.commands,
            messages: self.messages + other.messages,
            changes: self.changes + other.changes,
            counts: self.counts + other.counts,
            lists: self.lists + other.lists,
            drops: self.drops + other.drops,
            restarts: self.restarts + other.restarts,
            duplicates: self.duplicates + other.duplicates,
            failures: self.failures + other.failures,
            posts: self.posts + other.posts,
            trims: self.trims + other.trims,
        }
    }
}

pub(crate) struct World<'a> {
    rng: ChaCha8Rng,
    street: Street,
    settings: Settings,
    hub: Hub,
    pub(crate) checker: Checker,
    log: Log,
    logs: u32,
    subscribed: BTreeMap<RoomId, BTreeSet<SessionId>>,
    /// What each person shows to be recognised.
    tokens: Vec<Option<Token>>,
    clients: Vec<Client>,
    connections: BTreeMap<SessionId, usize>,
    last_session: u64,
    last_post: u64,
    fault: Option<Fault>,
    pub(crate) tally: Tally,
    trace: &'a mut Trace,
}

impl<'a> World<'a> {
    pub(crate) fn new(seed: u64, fault: Option<Fault>, trace: &'a mut Trace) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let log = Log::new(1);
        let mut settings = Settings { epoch: log.epoch.clone(), ..Settings::default() };
        // One run in eight is held to the limits that a server has by default.
        if seed % 8 != 7 {
            settings.limits.per_second = 0;
            settings.requests_per_second = 0;
            settings.limits.replay = [1, 3, 8, 50][rng.random_range(0..4)];
            settings.limits.page = [5, 20, 100][rng.random_range(0..3)];
            settings.limits.rooms_per_member = [2, 4, 50][rng.random_range(0..3)];
            settings.sessions_per_member = [2, 20][rng.random_range(0..2)];
            settings.held_members = [0, 3, 10_000][rng.random_range(0..3)];
            settings.reads_per_session = [1, 8][rng.random_range(0..2)];
            settings.appends_per_session = [2, 256][rng.random_range(0..2)];
            settings.deferred_per_session = [2, 64][rng.random_range(0..2)];
            settings.posts_at_once = [1, 256][rng.random_range(0..2)];
            settings.limits.crowd = [1, 3, 5, 100][rng.random_range(0..4)];
            settings.presence_every_ms = [0, 20, 250, 5000][rng.random_range(0..4)];
            settings.many_presence_every_ms = settings.presence_every_ms * rng.random_range(1..=4);
            settings.count_every_ms = [0, 100, 5000][rng.random_range(0..3)];
        }
        let people = rng.random_range(12..30);
        let mut clients = Vec::new();
        for person in 0..people {
            let plain = rng.random_bool(0.2);
            for _ in 0..if plain { 1 } else { rng.random_range(1..4) } {
                let via = if plain { Via::Tcp } else { [Via::Json, Via::Ws][rng.random_range(0..2)] };
                clients.push(Client::new(clients.len(), person, via));
            }
        }
        let now = Timestamp(1_000_000);
        Self {
            rng,
            street: Street { now, limits: settings.limits.clone(), members: Vec::new(), firsts: BTreeMap::new() },
            hub: Hub::new(settings.clone()),
            checker: Checker::new(settings.clone()),
            settings,
            log,
            logs: 1,
            subscribed: BTreeMap::new(),
            tokens: vec![None; people],
            clients,
            connections: BTreeMap::new(),
            last_session: 0,
            last_post: 0,
            fault,
            tally: Tally::default(),
            trace,
        }
    }

    /// An evening: so many things happen, then everybody catches up, then everybody leaves.
    pub(crate) fn evening(&mut self, steps: usize) -> Check {
        for _ in 0..steps {
            self.something()?;
        }
        self.settle()?;
        self.agreed()?;
        self.pass(self.settings.many_presence_every_ms.max(self.settings.count_every_ms))?;
        self.checker.everybody_knows()?;
        self.go_home()
    }

    fn something(&mut self) -> Check {
        let millis = self.rng.random_range(0..10);
        self.pass(millis)?;
        match self.rng.random_range(0..1000) {
            0..600 => self.client_acts(),
            600..760 => {
                self.client_reads();
                Ok(())
            }
            760..840 => {
                let batch = self.rng.random_range(1..20);
                self.log.write(batch, self.street.now);
                Ok(())
            }
            840..900 => self.log_answers(),
            900..970 => self.log_is_read(),
            970..973 => {
                let batch = self.rng.random_range(1..5);
                let error = [LogError::Unavailable, LogError::Busy][self.rng.random_range(0..2)];
                self.log.fail(batch, error);
                self.tally.failures += 1;
                Ok(())
            }
            973..986 => self.somebody_drops(),
            986..993 => {
                let millis = self.rng.random_range(0..3000);
                self.pass(millis)
            }
            993..995 => self.echo_of_the_gone(),
            995..997 => self.post(),
            997 => {
                self.trim();
                Ok(())
            }
            _ => match self.rng.random_range(0..3) {
                0 => {
                    let millis = self.rng.random_range(0..150_000);
                    self.pass(millis)
                }
                1 => self.restart(),
                _ => Ok(()),
            },
        }
    }

    /// Time passes; the hub is woken when it asked for it.
    fn pass(&mut self, millis: u64) -> Check {
        let until = self.street.now.after(millis);
        while let Some(deadline) = self.hub.next_deadline().filter(|deadline| *deadline <= until) {
            self.street.now = self.street.now.max(deadline);
            self.step(Input::Wake)?;
            ensure!(self.hub.next_deadline() != Some(deadline), "woken, and nothing was done");
        }
        self.street.now = until;
        Ok(())
    }

    fn step(&mut self, input: Input) -> Check {
        if matches!(input, Input::Command { .. }) {
            self.tally.commands += 1;
        }
        let now = self.street.now;
        self.trace.add(|| format!("{} {input:?}", now.0));
        self.checker.before(&input, now);
        let mut effects = self.hub.handle(input, now);
        if let Some(fault) = self.fault {
            fault.spoil(&mut effects, &self.checker);
        }
        for effect in effects {
            self.trace.add(|| format!("        {effect:?}"));
            self.execute(effect)?;
        }
        self.checker.after(&self.hub)
    }

    fn execute(&mut self, effect: Effect) -> Check {
        self.checker.effect(&effect, &self.log)?;
        match effect {
            Effect::Send { session, event } => self.put(session, Rc::new(event)),
            Effect::Subscribe { session, room } => {
                self.subscribed.entry(room).or_default().insert(session);
            }
            Effect::Unsubscribe { session, room } => {
                if let Some(sessions) = self.subscribed.get_mut(&room) {
                    sessions.remove(&session);
                }
            }
            Effect::Deliver { room, event, except } => {
                match event {
                    Event::Message(_) => self.tally.messages += 1,
                    Event::Presence { .. } => self.tally.changes += 1,
                    Event::Count { .. } => self.tally.counts += 1,
                    Event::Members { .. } => self.tally.lists += 1,
                    _ => {}
                }
                let event = Rc::new(event);
                let sessions = self.subscribed.get(&room).cloned().unwrap_or_default();
                for session in sessions.into_iter().filter(|session| Some(*session) != except) {
                    self.checker.heard(session, room, &event)?;
                    self.put(session, Rc::clone(&event));
                }
            }
            // The checker has seen it.
            Effect::Posted { .. } => {}
            Effect::Mark { member, marks } => self.log.mark(member, marks),
            Effect::Append { append, entry } => self.log.append(append, entry),
            Effect::Read { read, query } => self.log.ask(read, query),
            Effect::Close { session } => {
                if let Some(client) = self.connections.remove(&session) {
                    // It reads what was written before the end.
                    while !self.clients[client].inbox.is_empty() {
                        self.read_one(client);
                    }
                    let pause = self.rng.random_range(0..5000);
                    self.clients[client].dropped(self.street.now.after(pause));
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, session: SessionId, event: Rc<Event>) {
        if let Some(client) = self.connections.get(&session) {
            self.clients[*client].inbox.push_back(event);
        }
    }

    fn read_one(&mut self, client: usize) {
        let client = &mut self.clients[client];
        if let Some(token) = client.read(&self.street) {
            let known = self.tokens[client.person].get_or_insert(token);
            if *known == token && !self.street.members.contains(&token.member()) {
                self.street.members.push(token.member());
            }
        }
    }

    fn may_connect(&self, client: usize) -> bool {
        let person = self.clients[client].person;
        // The others of somebody's programs are given the token of the first, once it has one.
        let first = self.clients.iter().position(|other| other.person == person) == Some(client);
        self.clients[client].not_before <= self.street.now && (self.tokens[person].is_some() || first)
    }

    fn connect(&mut self, client: usize) -> Check {
        let via = self.clients[client].via;
        self.last_session += 1;
        let (session, token) = (SessionId(self.last_session), Token(self.rng.random()));
        self.connections.insert(session, client);
        self.clients[client].connected(session);
        self.step(Input::Open { session, via, token })
    }

    fn client_acts(&mut self) -> Check {
        // Many are away, or wait for something: the next best has something to say.
        for _ in 0..8 {
            let client = self.rng.random_range(0..self.clients.len());
            let Some(session) = self.clients[client].session else {
                if self.may_connect(client) {
                    return self.connect(client);
                }
                continue;
            };
            if let Some(command) = self.command_of(client) {
                return self.step(Input::Command { session, command });
            }
        }
        Ok(())
    }

    fn command_of(&mut self, client: usize) -> Option<Command> {
        if self.clients[client].quitting {
            return None;
        }
        if !self.clients[client].greeted {
            return match self.rng.random_range(0..10) {
                0 => Some(self.clients[client].prattle(&mut self.rng)),
                1..4 => None,
                _ => self.needed(client),
            };
        }
        if self.rng.random_bool(0.3) {
            self.needed(client)
        } else if self.rng.random_bool(0.05) {
            self.clients[client].repeat(&mut self.rng)
        } else {
            Some(self.clients[client].whim(&self.street, &mut self.rng))
        }
    }

    fn needed(&mut self, client: usize) -> Option<Command> {
        let token = self.tokens[self.clients[client].person];
        self.clients[client].need(token, &self.street, &mut self.rng)
    }

    fn client_reads(&mut self) {
        let client = self.rng.random_range(0..self.clients.len());
        let most = if self.rng.random_bool(0.8) { usize::MAX } else { self.rng.random_range(0..5) };
        for _ in 0..most.min(self.clients[client].inbox.len()) {
            self.read_one(client);
        }
    }

    fn log_answers(&mut self) -> Check {
        for _ in 0..self.rng.random_range(1..20) {
            let Some(answer) = self.log.answer() else { break };
            self.log_answered(answer)?;
        }
        Ok(())
    }

    fn log_answered(&mut self, answer: Answer) -> Check {
        match answer {
            Answer::Committed(append, outcome) => {
                self.tally.duplicates += usize::from(outcome.is_ok_and(|committed| committed.duplicate));
                self.step(Input::Committed { append, outcome })
            }
            Answer::Trimmed(key, first) => self.step(Input::Trimmed { key, first }),
        }
    }

    /// The oldest of a room are no longer to be kept.
    fn trim(&mut self) {
        let room = ROOMS[self.rng.random_range(0..ROOMS.len())][0];
        let Some(key) = key_of(room) else { return };
        let most = if self.rng.random_bool(0.2) { usize::MAX } else { self.rng.random_range(1..30) };
        if self.log.trim(&key, most) {
            self.tally.trims += 1;
            self.street.firsts.insert(key.clone(), self.log.first(&key));
        }
    }

    fn log_is_read(&mut self) -> Check {
        if self.log.reads() == 0 {
            return Ok(());
        }
        let index = self.rng.random_range(0..self.log.reads());
        let fails = self.rng.random_bool(0.03);
        self.answer_read(index, fails)
    }

    fn answer_read(&mut self, index: usize, fails: bool) -> Check {
        let Some((read, _, outcome)) = self.log.answer_read(index) else { return Ok(()) };
        let outcome = if fails { Err(LogError::Unavailable) } else { Ok(outcome) };
        self.step(Input::Read { read, outcome })
    }

    fn drop_client(&mut self, client: usize, pause: u64) -> Check {
        let Some(session) = self.clients[client].session else { return Ok(()) };
        self.tally.drops += 1;
        self.connections.remove(&session);
        self.subscribed.values_mut().for_each(|sessions| _ = sessions.remove(&session));
        self.clients[client].dropped(self.street.now.after(pause));
        self.step(Input::Close { session })
    }

    fn somebody_drops(&mut self) -> Check {
        let client = self.rng.random_range(0..self.clients.len());
        if self.rng.random_bool(0.2)
            && let Some(session) = self.clients[client].session
            && !self.clients[client].quitting
        {
            self.clients[client].quitting = true;
            return self.step(Input::HalfClose { session });
        }
        let pause = if self.rng.random_bool(0.8) { 2000 } else { 200_000 };
        let pause = self.rng.random_range(0..pause);
        self.drop_client(client, pause)
    }

    /// What was on its way from a connection when it ended, and the news of its end when that is known already.
    fn echo_of_the_gone(&mut self) -> Check {
        let session = SessionId(self.rng.random_range(0..=self.last_session));
        if self.connections.contains_key(&session) {
            return Ok(());
        }
        self.step(Input::Command { session, command: Command::Who { room: ROOMS[0][0].to_owned() } })?;
        self.step(Input::Close { session })
    }

    /// Somebody who isn't there says something.
    fn post(&mut self) -> Check {
        for _ in 0..self.rng.random_range(1..5) {
            self.last_post += 1;
            self.tally.posts += 1;
            let (post, author) = (PostId(self.last_post), MemberId([self.rng.random_range(1..4); 16]));
            let text = if self.rng.random_bool(0.1) { " ".to_owned() } else { format!("post {}", post.0) };
            self.step(Input::Post { post, author, via: Via::Udp, text })?;
        }
        Ok(())
    }

    /// The server ends, in good order or at once, and another starts; once in a while with another log.
    fn restart(&mut self) -> Check {
        self.tally.restarts += 1;
        if self.rng.random_bool(0.3) {
            let (reason, text) = (ByeReason::Shutdown, "back in a moment".to_owned());
            self.step(Input::Stop(Bye { reason, text, return_after_ms: Some(1000) }))?;
            ensure!(self.hub.load().sessions == 0, "stopped, and somebody is still there");
            let (session, via, token) = (SessionId(u64::MAX), Via::Ws, Token([0; 16]));
            self.step(Input::Open { session, via, token })?;
        }
        let survivors = self.rng.random_range(0..10);
        self.log.crash(survivors, self.street.now);
        for client in &mut self.clients {
            let pause = self.rng.random_range(0..3000);
            client.dropped(self.street.now.after(pause));
        }
        self.connections.clear();
        self.subscribed.clear();
        if self.rng.random_bool(0.15) {
            self.logs += 1;
            self.log = Log::new(self.logs);
            self.street.firsts.clear();
            self.settings.epoch = self.log.epoch.clone();
        }
        self.trace.add(|| "a new server".to_owned());
        self.hub = Hub::new(self.settings.clone());
        self.checker = Checker::new(self.settings.clone());
        Ok(())
    }

    /// Nothing new is said. Everybody comes back, says again what wasn't acknowledged, and catches up.
    fn settle(&mut self) -> Check {
        for _ in 0..600 {
            self.pass(500)?;
            for client in 0..self.clients.len() {
                if self.clients[client].session.is_none() && self.may_connect(client) {
                    self.connect(client)?;
                }
                self.clients[client].give_up();
                while let Some(session) = self.clients[client].session
                    && !self.clients[client].quitting
                    && let Some(command) = self.needed(client)
                {
                    self.step(Input::Command { session, command })?;
                }
            }
            self.log.write(usize::MAX, self.street.now);
            while let Some(answer) = self.log.answer() {
                self.log_answered(answer)?;
            }
            while self.log.reads() > 0 {
                self.answer_read(0, false)?;
            }
            for client in 0..self.clients.len() {
                while !self.clients[client].inbox.is_empty() {
                    self.read_one(client);
                }
            }
            if self.log.is_idle() && self.clients.iter().all(|client| client.is_content() || self.is_shut_out(client)) {
                return Ok(());
            }
        }
        let waiting: Vec<_> = self.clients.iter().filter(|client| !client.is_content()).collect();
        Err(format!("some never get what they wait for: {waiting:#?}"))
    }

    /// Somebody with more programs than sessions allowed.
    fn is_shut_out(&self, client: &Client) -> bool {
        let open = self.clients.iter().filter(|other| other.person == client.person && other.greeted).count();
        !client.greeted && open >= self.settings.sessions_per_member
    }

    /// Whoever is in a room has all of it.
    fn agreed(&self) -> Check {
        for client in self.clients.iter().filter(|client| client.greeted) {
            for (key, view) in client.views.iter().filter(|(_, view)| view.entered) {
                let (first, head) = (self.log.first(key), self.log.head(key));
                let kept = view.have.range(first..).copied();
                ensure!((first..=head).eq(kept), "{client:?} lacks something of {key} ({first} to {head})");
            }
            let astray = client.views.iter().find(|(_, view)| view.wanted != view.entered);
            ensure!(astray.is_none(), "{client:?} isn't where it wants to be: {astray:?}");
        }
        Ok(())
    }

    /// Everybody leaves, and two minutes later nothing is left.
    fn go_home(&mut self) -> Check {
        for client in 0..self.clients.len() {
            self.drop_client(client, 0)?;
        }
        self.pass(self.settings.nick_hold_ms)?;
        ensure!(self.checker.posts.is_empty(), "never answered: {:?}", self.checker.posts);
        ensure!(self.hub.load() == Load::default(), "everybody has gone, and there is {:?}", self.hub.load());
        ensure!(self.hub.next_deadline().is_none(), "everybody has gone, and the hub wants to be woken");
        Ok(())
    }
}
