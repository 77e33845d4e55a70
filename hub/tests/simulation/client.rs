//! A client: says things, keeps what it hears, drops, comes back, and asks for what it missed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use partyline_hub::SessionId;
use partyline_shared::{
    Change, ClientRef, Code, Command, Epoch, Event, Hello, History, Join, Limits, MemberId, Refused, ResumePoint, Say,
    Seq, Timestamp, Token, Via,
};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use crate::check::key_of;

/// Each in two spellings.
pub(crate) const ROOMS: [[&str; 2]; 6] = [
    ["lobby", "LOBBY"],
    ["Küche", "küche"],
    ["straße", "STRASSE"],
    ["ｇａｒｄｅｎ", "Garden"],
    ["厨房", "厨房"],
    ["a-room_7", "A-Room_7"],
];
const NICKS: [&str; 19] = [
    "ann", "Ann", "bob", "BOB", "小明", "Ægir", "æGIR", "cleo", "dan", "eve", "guest-01", "fay", "gil", "straße",
    // Looking like others, or like the server: with a digit, with Cyrillic letters.
    "b0b", "аnn", "сleo", "server", "ѕerver",
];
const NO_NAMES: [&str; 5] = ["", "a b", "-x", "@me", "a\u{202e}b"];

/// What a client knows of everybody else.
#[derive(Debug)]
pub(crate) struct Street {
    pub(crate) now: Timestamp,
    pub(crate) limits: Limits,
    pub(crate) members: Vec<MemberId>,
    /// The lowest number that each room keeps, where it no longer keeps all.
    pub(crate) firsts: BTreeMap<String, u64>,
}

/// A room, as a client knows it.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "wishes and requests, each of which comes without the others")]
pub(crate) struct View {
    pub(crate) wanted: bool,
    pub(crate) entered: bool,
    joining: bool,
    asking: bool,
    pub(crate) have: BTreeSet<u64>,
    /// Everything up to here is there.
    pub(crate) whole: u64,
    head: u64,
    not_before: Timestamp,
}

impl View {
    fn take(&mut self, seq: Seq) {
        self.have.insert(seq.0);
        self.head = self.head.max(seq.0);
        self.count();
    }

    /// What is lower isn't kept any longer, and needn't be waited for.
    fn gone(&mut self, first: u64) {
        self.whole = self.whole.max(first - 1).min(self.head);
        self.count();
    }

    fn count(&mut self) {
        while self.have.contains(&(self.whole + 1)) {
            self.whole += 1;
        }
    }

    fn forget(&mut self) {
        self.have.clear();
        (self.whole, self.head) = (0, 0);
    }
}

/// Something said and not acknowledged.
#[derive(Debug)]
struct Pending {
    reference: ClientRef,
    /// As the client writes it; `key` is the room's, and `None` for a private conversation.
    place: String,
    key: Option<String>,
    text: String,
    in_flight: bool,
    not_before: Timestamp,
}

/// One program on somebody's desk: at most one session at a time.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) person: usize,
    pub(crate) via: Via,
    name: usize,
    pub(crate) session: Option<SessionId>,
    said_hello: bool,
    pub(crate) greeted: bool,
    pub(crate) quitting: bool,
    epoch: Option<Epoch>,
    pub(crate) member: Option<MemberId>,
    pub(crate) views: BTreeMap<String, View>,
    pending: Vec<Pending>,
    attempts: u64,
    pub(crate) inbox: VecDeque<Rc<Event>>,
    pub(crate) not_before: Timestamp,
}

impl Client {
    pub(crate) fn new(name: usize, person: usize, via: Via) -> Self {
        Self {
            person,
            via,
            name,
            session: None,
            said_hello: false,
            greeted: false,
            quitting: false,
            epoch: None,
            member: None,
            views: BTreeMap::new(),
            pending: Vec::new(),
            attempts: 0,
            inbox: VecDeque::new(),
            not_before: Timestamp(0),
        }
    }

    pub(crate) fn connected(&mut self, session: SessionId) {
        self.session = Some(session);
        if self.via == Via::Tcp {
            // Plain text knows no resume points: a stranger each time.
            self.views.values_mut().for_each(View::forget);
        }
    }

    /// The connection is gone, and what had come and was not read with it.
    pub(crate) fn dropped(&mut self, until: Timestamp) {
        self.session = None;
        (self.said_hello, self.greeted, self.quitting) = (false, false, false);
        self.member = None;
        self.inbox.clear();
        self.not_before = until;
        for view in self.views.values_mut() {
            (view.entered, view.joining, view.asking) = (false, false, false);
        }
        for pending in &mut self.pending {
            pending.in_flight = false;
        }
    }

    /// Nothing is left to say or to catch up on.
    pub(crate) fn is_content(&self) -> bool {
        let caught_up = |view: &View| !view.wanted || (view.entered && view.whole == view.head);
        self.greeted && self.pending.is_empty() && self.views.values().all(caught_up)
    }

    /// Whoever leaves a room gives up what was not said in it.
    pub(crate) fn give_up(&mut self) {
        let views = &self.views;
        self.pending.retain(|one| one.key.as_ref().is_none_or(|key| views.get(key).is_some_and(|view| view.wanted)));
    }

    pub(crate) fn hello(&mut self, token: Option<Token>, limits: &Limits, rng: &mut ChaCha8Rng) -> Command {
        self.said_hello = true;
        let plain = self.via == Via::Tcp;
        let mut hello = Hello { token: token.filter(|_| !plain), ..Hello::default() };
        hello.nick = rng.random_bool(0.7).then(|| pick(&NICKS, rng).to_owned());
        if !plain {
            hello.epoch.clone_from(&self.epoch);
            for (key, view) in self.views.iter_mut().filter(|(_, view)| view.wanted).take(limits.rooms_per_member) {
                view.joining = true;
                let seq = Seq(view.have.last().copied().unwrap_or_default());
                hello.resume.push(ResumePoint { room: key.clone(), seq });
            }
        }
        Command::Hello(hello)
    }

    /// What it does next to be where it wants to be; `None` if there is nothing, or it has to wait.
    pub(crate) fn need(&mut self, token: Option<Token>, street: &Street, rng: &mut ChaCha8Rng) -> Option<Command> {
        if !self.said_hello {
            return Some(self.hello(token, &street.limits, rng));
        }
        if !self.greeted {
            return None;
        }
        for (key, view) in self.views.iter_mut().filter(|(_, view)| view.wanted && view.not_before <= street.now) {
            if !view.entered && !view.joining {
                view.joining = true;
                let after = view.have.last().copied().map(Seq);
                return Some(Command::Join(Join { room: key.clone(), after }));
            }
            if view.entered && !view.asking && view.whole < view.head {
                view.asking = true;
                let (after, limit) = (Some(Seq(view.whole)), Some(street.limits.page.try_into().unwrap_or(1)));
                return Some(Command::History(History { room: key.clone(), before: None, after, limit }));
            }
        }
        let inside = |key: &String| self.views.get(key).is_some_and(|view| view.entered);
        let next = self.pending.iter_mut().find(|pending| {
            !pending.in_flight && pending.not_before <= street.now && pending.key.as_ref().is_none_or(inside)
        })?;
        next.in_flight = true;
        let (room, text, reference) = (next.place.clone(), next.text.clone(), Some(next.reference.clone()));
        Some(Command::Say(Say { room, text, reference, action: false }))
    }

    /// Something that somebody might do.
    pub(crate) fn whim(&mut self, street: &Street, rng: &mut ChaCha8Rng) -> Command {
        let room = pick(&ROOMS, rng)[rng.random_range(0..2)].to_owned();
        let seq = |rng: &mut ChaCha8Rng| rng.random_bool(0.3).then(|| Seq(rng.random_range(0..60)));
        match rng.random_range(0..100) {
            0..40 => self.speak(street, rng),
            40..54 => self.enter(room, rng),
            54..58 => {
                if let Some(view) = key_of(&room).and_then(|key| self.views.get_mut(&key)) {
                    view.wanted = false;
                    view.entered = false;
                }
                Command::Part { room }
            }
            58..64 => Command::Nick { nick: pick(&NICKS, rng).to_owned() },
            64..72 => {
                let (before, after) = (seq(rng), seq(rng));
                let room = match street.members.choose(rng) {
                    Some(member) if rng.random_bool(0.2) => format!("@{member}"),
                    _ => room,
                };
                // The hub reads a room's last messages with the limit `replay`: nobody else does, so the two differ.
                let limit = rng.random_range(0..=street.limits.page + 1);
                let limit = if limit == street.limits.replay { limit + 1 } else { limit };
                let limit = Some(limit.try_into().unwrap_or(1));
                Command::History(History { room, before, after, limit })
            }
            72..76 => Command::Who { room },
            76..79 => Command::Rooms,
            79..82 => Command::Typing { room },
            82..84 => Command::Read { room, seq: Seq(rng.random_range(0..60)) },
            84..87 => Command::Ping { nonce: Some(rng.random()) },
            87..91 => {
                let reference = (self.via != Via::Tcp).then(|| self.reference());
                Command::Tell { to: pick(&NICKS, rng).to_owned(), text: "psst".to_owned(), reference }
            }
            91..97 => wrong(rng),
            97 => Command::Hello(Hello::default()),
            _ => {
                self.quitting = true;
                Command::Quit
            }
        }
    }

    /// What is said before `hello`, wrongly.
    pub(crate) fn prattle(&mut self, rng: &mut ChaCha8Rng) -> Command {
        let reference = (self.via != Via::Tcp).then(|| self.reference());
        match rng.random_range(0..4) {
            0 => Command::Ping { nonce: None },
            1 => Command::Hello(Hello { protocol: Some(99), ..Hello::default() }),
            2 => Command::Say(Say { room: "lobby".into(), text: "hi".into(), reference, action: false }),
            _ => Command::Rooms,
        }
    }

    /// Reads the next event. Returns the token that a newcomer is given.
    pub(crate) fn read(&mut self, street: &Street) -> Option<Token> {
        let event = self.inbox.pop_front()?;
        match &*event {
            Event::Welcome(welcome) => {
                self.greeted = true;
                self.member = Some(welcome.you.id);
                if self.epoch.as_ref() != Some(&welcome.epoch) {
                    self.views.values_mut().for_each(View::forget);
                    self.epoch = Some(welcome.epoch.clone());
                }
                return (self.via != Via::Tcp).then_some(welcome.token);
            }
            Event::Joined(joined) => {
                if let Some(view) = self.view(&joined.room) {
                    if joined.afresh {
                        view.forget();
                    }
                    (view.entered, view.joining) = (view.wanted, false);
                    view.head = view.head.max(joined.head.0);
                    joined.messages.iter().for_each(|message| view.take(message.seq));
                }
            }
            Event::Message(message) => {
                if let Some(view) = self.view(&message.room) {
                    view.take(message.seq);
                }
            }
            Event::Sent(sent) => {
                self.pending.retain(|pending| Some(&pending.reference) != sent.reference.as_ref());
                if let Some(view) = self.view(&sent.room) {
                    view.take(sent.seq);
                }
            }
            Event::History(page) => {
                if let Some(view) = self.view(&page.room) {
                    view.asking = false;
                    page.messages.iter().for_each(|message| view.take(message.seq));
                    if let Some(first) = key_of(&page.room).and_then(|key| street.firsts.get(&key)) {
                        view.gone(*first);
                    }
                }
            }
            Event::Refused(refused) => self.refused(refused, street.now),
            // Its part may have been held back until it was in, and it may want to be in again by now.
            Event::Presence { room, member, change: Change::Left, .. } if Some(member.id) == self.member => {
                if let Some(view) = self.view(room) {
                    view.entered = false;
                }
            }
            _ => {}
        }
        None
    }

    fn view(&mut self, room: &str) -> Option<&mut View> {
        self.views.get_mut(&key_of(room)?)
    }

    fn refused(&mut self, refused: &Refused, now: Timestamp) {
        let again = refused.retry_after_ms.map(|millis| now.after(millis));
        if refused.code == Code::Busy && refused.room.is_none() && refused.reference.is_none() {
            // Not even its quit was heard.
            self.quitting = false;
        }
        if let Some(reference) = &refused.reference {
            let own = self.pending.iter_mut().find(|pending| pending.reference == *reference);
            match (own, again) {
                (Some(pending), Some(again)) => (pending.in_flight, pending.not_before) = (false, again),
                (Some(pending), None) if refused.code == Code::NotInRoom => {
                    pending.in_flight = false;
                    if let Some(view) = pending.key.as_ref().and_then(|key| self.views.get_mut(key)) {
                        view.entered = false;
                    }
                }
                _ => self.pending.retain(|pending| pending.reference != *reference),
            }
            return;
        }
        if let Some(view) = refused.room.as_ref().and_then(|room| key_of(room)).and_then(|key| self.views.get_mut(&key))
        {
            (view.joining, view.asking) = (false, false);
            view.wanted &= refused.code != Code::TooManyRooms;
            view.entered &= view.wanted;
            view.not_before = again.unwrap_or(now);
        }
    }

    fn reference(&mut self) -> ClientRef {
        self.attempts += 1;
        let text = format!("{}-{}", self.name, self.attempts);
        #[expect(clippy::expect_used, reason = "digits and a dash are a reference")]
        ClientRef::try_from(text).expect("a reference")
    }

    fn enter(&mut self, room: String, rng: &mut ChaCha8Rng) -> Command {
        let view = self.views.entry(key_of(&room).unwrap_or_default()).or_default();
        (view.wanted, view.joining) = (true, true);
        let after = match rng.random_range(0..10) {
            0..7 => view.have.last().copied().map(Seq),
            7 | 8 => None,
            _ => Some(Seq(view.head + rng.random_range(0..50))),
        };
        Command::Join(Join { room, after })
    }

    fn speak(&mut self, street: &Street, rng: &mut ChaCha8Rng) -> Command {
        let private = street.members.choose(rng).filter(|_| rng.random_bool(0.15));
        let inside: Vec<_> = self.views.iter().filter(|(_, view)| view.wanted).map(|(key, _)| key.clone()).collect();
        let (place, key) = match (private, inside.choose(rng)) {
            (Some(member), _) => (format!("@{member}"), None),
            // A program says things before it was told that it is in.
            (None, Some(key)) => (key.clone(), Some(key.clone())),
            (None, None) => (ROOMS[0][0].to_owned(), key_of(ROOMS[0][0])),
        };
        let reference = (self.via != Via::Tcp).then(|| self.reference());
        let action = rng.random_bool(0.1);
        let text = format!("{} says {} {}", self.name, self.attempts, "bla ".repeat(rng.random_range(0..3)));
        if let Some(reference) = reference.clone().filter(|_| !action) {
            let (place, key, text) = (place.clone(), key, text.clone());
            self.pending.push(Pending { reference, place, key, text, in_flight: true, not_before: street.now });
        }
        Command::Say(Say { room: place, text, reference, action })
    }

    /// Says again what it hasn't heard of yet, though nothing dropped.
    pub(crate) fn repeat(&self, rng: &mut ChaCha8Rng) -> Option<Command> {
        let pending = self.pending.choose(rng).filter(|pending| pending.in_flight)?;
        let (room, text, reference) = (pending.place.clone(), pending.text.clone(), Some(pending.reference.clone()));
        Some(Command::Say(Say { room, text, reference, action: false }))
    }
}

fn pick<T: Copy>(all: &[T], rng: &mut ChaCha8Rng) -> T {
    all[rng.random_range(0..all.len())]
}

/// What nobody should ask for.
fn wrong(rng: &mut ChaCha8Rng) -> Command {
    let room = pick(&NO_NAMES, rng).to_owned();
    match rng.random_range(0..6) {
        0 => Command::Join(Join { room, after: None }),
        1 => Command::Nick { nick: room },
        2 => Command::Say(Say { room, text: "hello".into(), reference: None, action: false }),
        3 => Command::Say(Say { room: "lobby".into(), text: " \u{1b}[1m".into(), reference: None, action: false }),
        4 => Command::Say(Say { room: "lobby".into(), text: "x".repeat(4001), reference: None, action: false }),
        _ => Command::Who { room },
    }
}
