//! An engine and a tiny model of a server, with everything between them that can go wrong, drawn from a seed: drops
//! that lose what was under way in either direction, refusals for now, gaps, a log that doesn't keep everything, restarts
//! with another log. Meanwhile somebody reads: up, down, at messages that are there or aren't, and back at the end.

use std::collections::{BTreeMap, VecDeque};

use partyline_engine::{Action, Connection, Engine, Input, Output, Settings};
use partyline_shared::{
    ClientRef, Code, Command, Conversation, Epoch, Event, HistoryPage, Joined, Limits, Message, PROTOCOL, Refused,
    Sent, Seq, Timestamp, Welcome,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::client::{member, message, private, token};

const LIMITS: fn() -> Limits = || Limits { replay: 5, page: 8, ..Limits::default() };

/// What a server does as far as an engine can see, with one session.
struct Server {
    epoch: u32,
    logs: BTreeMap<String, Vec<Message>>,
    /// The lowest number that is kept of each; what is lower is still in `logs`, to be compared with.
    firsts: BTreeMap<String, u64>,
    numbers: BTreeMap<ClientRef, u64>,
    /// What one has had in the rooms; conversations need no entering.
    entered: Vec<String>,
    welcomed: bool,
    out: VecDeque<Event>,
}

impl Server {
    fn append(&mut self, from: &str, room: &str, text: &str) -> Message {
        let log = self.logs.entry(room.to_owned()).or_default();
        let mut entry = message(room, log.len() as u64 + 1, from, text);
        if room.starts_with('@') {
            entry.to = Some(member(if from == "me" { "bob" } else { "me" }));
        }
        log.push(entry.clone());
        entry
    }

    fn head(&self, room: &str) -> u64 {
        self.logs.get(room).map_or(0, |log| log.len() as u64)
    }

    fn between(&self, room: &str, after: u64, until: u64) -> Vec<Message> {
        let log = self.logs.get(room).map(Vec::as_slice).unwrap_or_default();
        let first = self.first(room);
        log.iter().filter(|m| m.seq.0 >= first && m.seq.0 > after && m.seq.0 <= until).cloned().collect()
    }

    fn first(&self, room: &str) -> u64 {
        self.firsts.get(room).copied().unwrap_or(1)
    }

    /// The oldest of what is kept goes, or all of it.
    fn trim(&mut self, room: &str, most: u64) {
        let first = self.first(room).saturating_add(most).min(self.head(room) + 1);
        self.firsts.insert(room.to_owned(), first);
    }

    fn others_say(&mut self, room: &str, text: &str, lose: bool) {
        let entry = self.append("bob", room, text);
        let listens = self.welcomed && (room.starts_with('@') || self.entered.iter().any(|entered| entered == room));
        if listens && !lose {
            self.out.push_back(Event::Message(entry));
        }
    }

    fn enter(&mut self, room: &str, after: u64, stale: bool) {
        let head = self.head(room);
        let afresh = after > 0 && (stale || after > head);
        let after = if afresh { 0 } else { after };
        let messages = self.between(room, after.max(head.saturating_sub(5)), head);
        self.entered.push(room.to_owned());
        let (members, count) = (vec![member("me")], 1);
        self.out.push_back(Event::Joined(Joined {
            room: room.to_owned(),
            asked: None,
            count,
            members,
            head: Seq(head),
            messages,
            read: None,
            afresh,
        }));
    }

    fn handle(&mut self, command: Command, refuse: bool) {
        match command {
            Command::Hello(hello) => {
                self.welcomed = true;
                let epoch = Epoch(self.epoch.to_string());
                let stale = hello.epoch.as_ref() != Some(&epoch);
                self.out.push_back(Event::Welcome(Welcome {
                    protocol: PROTOCOL,
                    server: String::new(),
                    you: member("me"),
                    token: token("me"),
                    epoch,
                    default_room: "a".to_owned(),
                    now: Timestamp(0),
                    limits: LIMITS(),
                }));
                for point in hello.resume {
                    self.enter(&point.room, point.seq.0, stale);
                }
                let room = private("bob");
                let head = self.head(&room);
                if hello.token.is_some() && head > 0 {
                    let conversations =
                        vec![Conversation { room, nick: "bob".to_owned(), head: Seq(head), read: None }];
                    self.out.push_back(Event::Conversations { conversations });
                }
            }
            Command::Join(join) => self.enter(&join.room, join.after.map_or(0, |after| after.0), false),
            Command::Say(say) => self.said(&say.room, &say.text, say.reference, refuse),
            Command::Tell { text, reference, .. } => self.said(&private("bob"), &text, reference, refuse),
            Command::History(history) if refuse => self.out.push_back(Event::Refused(
                Refused::new(Code::LogUnavailable, "later").room(history.room).retry_after(300),
            )),
            Command::History(history) => {
                let (head, limit) = (self.head(&history.room), u64::from(history.limit.unwrap_or(8)).min(8));
                let (after, until) = match (history.before, history.after) {
                    (Some(before), _) => (before.0.saturating_sub(limit + 1), before.0 - 1),
                    (None, Some(after)) => {
                        let after = after.0.max(self.first(&history.room) - 1);
                        (after, after + limit)
                    }
                    (None, None) => (head.saturating_sub(limit), head),
                };
                let before = self.first(&history.room) - 1;
                let more = if history.after.is_some() { until < head } else { after > before };
                let messages = self.between(&history.room, after, until);
                self.out.push_back(Event::History(HistoryPage { room: history.room, messages, head: Seq(head), more }));
            }
            Command::Ping { nonce } => self.out.push_back(Event::Pong { nonce }),
            _ => {}
        }
    }

    fn said(&mut self, room: &str, text: &str, reference: Option<ClientRef>, refuse: bool) {
        let reference = reference.unwrap();
        let known = self.numbers.get(&reference).copied();
        if known.is_none() && refuse {
            let refused = Refused::new(Code::RateLimited, "slow down").reference(Some(reference)).retry_after(500);
            self.out.push_back(Event::Refused(refused));
            return;
        }
        let seq = known.unwrap_or_else(|| self.append("me", room, text).seq.0);
        self.numbers.insert(reference.clone(), seq);
        let to = room.starts_with('@').then(|| member("bob"));
        let room = room.to_owned();
        self.out.push_back(Event::Sent(Sent {
            reference: Some(reference),
            room,
            seq: Seq(seq),
            at: Timestamp(seq),
            to,
            text: None,
        }));
    }
}

struct World {
    engine: Engine,
    server: Server,
    /// Commands under way to the server; none while there is no socket.
    commands: Option<VecDeque<Command>>,
    now: u64,
    said: u32,
    restarts: u32,
}

impl World {
    fn new(seed: u64) -> Self {
        let rooms = vec!["a".to_owned(), "b".to_owned()];
        let server = Server {
            epoch: 0,
            logs: BTreeMap::new(),
            firsts: BTreeMap::new(),
            numbers: BTreeMap::new(),
            entered: Vec::new(),
            welcomed: false,
            out: VecDeque::new(),
        };
        let settings = Settings { nick: None, identity: None, rooms, entropy: seed, window: 100 };
        Self { engine: Engine::new(settings), server, commands: None, now: 0, said: 0, restarts: 0 }
    }

    fn input(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for output in self.engine.handle(input, Timestamp(self.now)) {
                match output {
                    Output::Open => {
                        self.cut();
                        self.commands = Some(VecDeque::new());
                        inputs.push_back(Input::Opened);
                    }
                    Output::Close => self.cut(),
                    Output::Transmit(command) => self.commands.as_mut().expect("a socket is open").push_back(command),
                    Output::Remember(_) | Output::Keep | Output::Changed(_) => {}
                }
            }
        }
        self.check();
    }

    fn cut(&mut self) {
        self.commands = None;
        self.server.out.clear();
        self.server.entered.clear();
        self.server.welcomed = false;
    }

    fn lose(&mut self) {
        if self.commands.is_some() {
            self.cut();
            self.input(Input::Lost);
        }
    }

    fn wake(&mut self) {
        if let Some(deadline) = self.engine.next_deadline() {
            self.now = self.now.max(deadline.0);
            self.input(Input::Wake);
        }
    }

    fn move_command(&mut self, refuse: bool) -> bool {
        let command = self.commands.as_mut().and_then(VecDeque::pop_front);
        command.map(|command| self.server.handle(command, refuse)).is_some()
    }

    fn move_event(&mut self) -> bool {
        let event = self.server.out.pop_front();
        event.map(|event| self.input(Input::Received(event))).is_some()
    }

    fn say(&mut self, room: &str) {
        if let Some(name) = self.engine.model().rooms.get(room).map(|room| room.name.clone()) {
            let text = format!("{}", self.said);
            self.said += 1;
            self.input(Input::User(Action::Say { room: name, text, action: false }));
        }
    }

    fn step(&mut self, random: &mut ChaCha8Rng) {
        let rooms = ["a".to_owned(), "b".to_owned(), private("bob")];
        let room = &rooms[random.random_range(0..3)];
        match random.random_range(0..1000) {
            0..300 => {
                self.move_command(random.random_ratio(1, 4));
            }
            300..600 => {
                self.move_event();
            }
            600..700 => self.server.others_say(room, "theirs", random.random_ratio(1, 20)),
            700..850 => self.say(room),
            850..900 => self.wake(),
            900..930 => self.lose(),
            930..960 => self.input(Input::Connect),
            960..985 => self.read(room, random),
            985..990 => self.input(Input::User(Action::MarkRead(room.clone()))),
            990..995 => (0..30).for_each(|_| self.server.others_say(room, "flood", false)),
            995..997 => (0..300).for_each(|_| self.server.others_say(room, "flood", true)),
            998 => {
                let most = if random.random_ratio(1, 4) { u64::MAX } else { random.random_range(1..40) };
                self.server.trim(room, most);
            }
            997 => {
                self.server.epoch += 1;
                self.restarts += 1;
                self.server.logs.clear();
                self.server.firsts.clear();
                self.server.numbers.clear();
                self.lose();
            }
            _ => self.now += 5000,
        }
    }

    /// Somebody reads: a few pages, or one place.
    fn read(&mut self, room: &str, random: &mut ChaCha8Rng) {
        let name = room.to_owned();
        let action = match random.random_range(0..10) {
            0..5 => Action::LoadOlder(name),
            5..7 => Action::LoadNewer(name),
            7 => {
                let head = self.server.head(room);
                Action::GoTo { room: name, seq: Seq(random.random_range(1..=head + 3)) }
            }
            8 => Action::ToEnd(name),
            _ => Action::Follow { room: name, follow: random.random_ratio(1, 3) },
        };
        self.input(Input::User(action));
    }

    /// What must hold at any time.
    fn check(&self) {
        for room in self.engine.model().rooms.values() {
            for messages in [&room.messages, room.live()] {
                for (earlier, later) in messages.iter().zip(messages.iter().skip(1)) {
                    assert_eq!(earlier.seq.next(), later.seq, "a gap in {}", room.name);
                }
                assert!(messages.len() <= 100);
            }
            if room.has_newer {
                let (window, live) = (room.messages.back().expect("somebody reads in it"), room.live().back());
                assert!(live.is_none_or(|live| window.seq < live.seq), "{} is at the end", room.name);
            }
            let current = self.engine.epoch().is_some_and(|epoch| epoch.0 == self.server.epoch.to_string());
            let online = self.engine.model().connection == Connection::Online;
            for shown in
                room.messages.iter().chain(room.live()).filter(|_| current && online && (room.joined || room.private))
            {
                let logged = &self.server.logs[&room.name][usize::try_from(shown.seq.0).unwrap() - 1];
                assert_eq!((&shown.text, &shown.from), (&logged.text, &logged.from), "{} {}", room.name, shown.seq);
            }
        }
        let deadline = self.engine.next_deadline();
        assert!(deadline.is_some() || self.engine.model().connection == Connection::Idle, "it would hang");
    }

    /// Nothing goes wrong any more: what is left to do gets done.
    fn settle(&mut self) {
        self.input(Input::Connect);
        for _ in 0..20_000 {
            let moved = self.move_command(false) | self.move_event();
            let pending = self.engine.model().rooms.values().any(|room| !room.pending.is_empty());
            let behind = self.engine.model().rooms.values().any(|room| {
                let (first, head) = (self.server.first(&room.name), self.server.head(&room.name));
                // Where nothing is kept there is nothing to wait for.
                first <= head && room.live().back().map_or(0, |m| m.seq.0) != head
            });
            let wanting = self.engine.model().rooms.values().any(|room| room.loading.is_some());
            if !moved && !pending && !behind && !wanting {
                return;
            }
            if !moved {
                // Wakes it up to ping too: a gap at the end of a conversation shows only when one comes back.
                if !pending && behind {
                    self.lose();
                }
                self.wake();
            }
        }
        panic!("it doesn't settle: {:#?}", self.engine);
    }

    /// From wherever somebody reads, the end is one step away, and reading down leads there without a gap.
    fn read_on(&mut self, step: fn(String) -> Action) {
        let rooms: Vec<_> = self.engine.model().rooms.keys().cloned().collect();
        for name in rooms {
            for _ in 0..10_000 {
                if !self.engine.model().rooms[&name].has_newer {
                    break;
                }
                self.input(Input::User(step(name.clone())));
                self.settle();
            }
            let room = &self.engine.model().rooms[&name];
            assert!(!room.has_newer, "{name} has no end");
            let (first, head) = (self.server.first(&name), self.server.head(&name));
            assert!(first > head || room.messages.back().is_some_and(|last| last.seq.0 == head), "{name}");
        }
    }

    /// What must hold at the end.
    fn check_log(&self) {
        let mut seen = Vec::new();
        for (room, log) in &self.server.logs {
            let mine: Vec<u32> =
                log.iter().filter(|m| m.from == member("me")).map(|m| m.text.parse().unwrap()).collect();
            assert!(mine.is_sorted_by(|a, b| a < b), "in the order they were said in {room}: {mine:?}");
            seen.extend(mine);
        }
        seen.sort_unstable();
        if self.restarts == 0 {
            assert_eq!(seen, (0..self.said).collect::<Vec<_>>(), "each exactly once");
        }
    }
}

#[test]
fn whatever_goes_wrong_nothing_is_lost_doubled_or_out_of_order() {
    let (mut said, mut reading) = (0, 0);
    for seed in 0..60 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut world = World::new(seed);
        world.input(Input::Connect);
        for _ in 0..1500 {
            world.step(&mut random);
        }
        world.settle();
        reading += world.engine.model().rooms.values().filter(|room| room.has_newer).count();
        world.read_on(if seed % 2 == 0 { Action::ToEnd } else { Action::LoadNewer });
        world.check_log();
        said += world.said;
    }
    assert!(said > 10_000, "the simulation says something: {said}");
    assert!(reading > 20, "and somebody reads in it: {reading}");
}

#[test]
fn the_same_inputs_have_the_same_outputs() {
    let run = || {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let mut world = World::new(4);
        world.input(Input::Connect);
        (0..1000).for_each(|_| world.step(&mut random));
        format!("{:?}", world.engine)
    };
    assert_eq!(run(), run());
}
