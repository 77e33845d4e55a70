//! The log against a real SQLite. Tests wait for answers, never for time to pass.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use partyline_hub::{AppendId, Committed, Input, LogError, NewEntry, Outcome, Page, Query, ReadId, Stream};
use partyline_shared::{ClientRef, Kind, Limits, MemberId, MemberRef, RoomName, Seq, Timestamp, Via};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{Answer, Durability, Keep, Log, LogSettings, OpenError, Place, open};
use crate::metrics::Metrics;

mod appending;
mod failing;
mod importing;
mod migrating;
mod opening;
mod reading;
mod trimming;

/// Longer than any answer takes; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_mins(1);

impl LogSettings {
    /// As a server has them, for this place.
    fn new(place: Place) -> Self {
        Self {
            place,
            durability: Durability::Disk,
            queue: 8192,
            batch: 1024,
            busy_timeout_ms: 2000,
            keep: Keep::default(),
            trim_every: Duration::from_mins(1),
            metrics: Metrics::new().log,
        }
    }
}

/// A log, and what it answers.
struct Kit {
    log: Log,
    answers: Receiver<Vec<Input>>,
    /// What was removed of which room, and up to where.
    trimmed: Receiver<(String, u64)>,
    next: Cell<u64>,
}

impl Kit {
    fn open(settings: LogSettings) -> Result<Self, OpenError> {
        Self::open_at(settings, 1_000)
    }

    /// The clock starts at this time.
    fn open_at(settings: LogSettings, millis: u64) -> Result<Self, OpenError> {
        let Ends { clock, answer, answers, trimmed } = ends(millis);
        let log = Log::open(settings, clock, move |inputs| answer(inputs))?;
        Ok(Self { log, answers, trimmed, next: Cell::new(0) })
    }

    fn memory() -> Self {
        Self::open(LogSettings::new(Place::Memory)).unwrap()
    }

    fn folder(folder: &TempDir) -> Self {
        Self::open(settings(folder.path())).unwrap()
    }

    /// A log that was opened by hand.
    fn start(opened: open::Opened) -> Self {
        let Ends { clock, answer, answers, trimmed } = ends(1_000);
        let log = Log::start(opened, LogSettings::new(Place::Memory), clock, answer).unwrap();
        Self { log, answers, trimmed, next: Cell::new(0) }
    }

    fn next(&self) -> u64 {
        self.next.set(self.next.get() + 1);
        self.next.get()
    }

    /// Queues, and doesn't wait.
    fn append(&self, entry: NewEntry) -> Result<AppendId, LogError> {
        let append = AppendId(self.next());
        self.log.append(append, entry).map(|()| append)
    }

    /// The outcomes of one commit.
    fn batch(&self) -> Vec<(AppendId, Result<Committed, LogError>)> {
        let committed = |input| match input {
            Input::Committed { append, outcome } => (append, outcome),
            other => panic!("{other:?} instead of Committed"),
        };
        self.answers.recv_timeout(PATIENCE).unwrap().into_iter().map(committed).collect()
    }

    /// Appends one, and waits for it.
    fn say(&self, entry: NewEntry) -> Result<Committed, LogError> {
        let append = self.append(entry).unwrap();
        let batch = self.batch();
        assert_eq!((batch.len(), batch[0].0), (1, append));
        batch[0].1
    }

    fn seq(&self, entry: NewEntry) -> u64 {
        self.say(entry).unwrap().seq.0
    }

    fn ask(&self, query: Query) -> Outcome {
        let asked = ReadId(self.next());
        self.log.read(asked, query).unwrap();
        match self.answers.recv_timeout(PATIENCE).unwrap().pop() {
            Some(Input::Read { read, outcome }) if read == asked => outcome.unwrap(),
            other => panic!("{other:?} instead of Read"),
        }
    }

    fn page(&self, stream: Stream, before: Option<u64>, after: Option<u64>, limit: usize) -> Page {
        let (before, after) = (before.map(Seq), after.map(Seq));
        match self.ask(Query::Page { stream, before, after, limit }) {
            Outcome::Page(page) => page,
            other => panic!("{other:?} instead of a page"),
        }
    }

    /// Everything that a room holds.
    fn texts(&self, stream: Stream) -> Vec<(u64, String)> {
        let page = self.page(stream, None, None, usize::MAX);
        page.entries.into_iter().map(|entry| (entry.seq.0, entry.text)).collect()
    }
}

type Clock = Box<dyn Fn() -> Timestamp + Send>;

struct Ends {
    clock: Clock,
    answer: Answer,
    answers: Receiver<Vec<Input>>,
    trimmed: Receiver<(String, u64)>,
}

/// A clock that goes on by one with each look at it, and where answers end up.
fn ends(millis: u64) -> Ends {
    let (sender, answers) = channel();
    let (trimmer, trimmed) = channel();
    let time = AtomicU64::new(millis);
    let clock = move || Timestamp(time.fetch_add(1, Ordering::Relaxed));
    // Whoever doesn't wait for the answers is gone.
    let answer = move |inputs: Vec<Input>| {
        let mut others = Vec::new();
        for input in inputs {
            match input {
                Input::Trimmed { key, first } => drop(trimmer.send((key, first.0))),
                other => others.push(other),
            }
        }
        if !others.is_empty() {
            drop(sender.send(others));
        }
    };
    Ends { clock: Box::new(clock), answer: Arc::new(answer), answers, trimmed }
}

fn settings(folder: &Path) -> LogSettings {
    LogSettings::new(Place::Folder(folder.to_owned()))
}

fn room(name: &str) -> Stream {
    Stream::Room(RoomName::new(name, &Limits::default()).unwrap())
}

fn id(byte: u8) -> MemberId {
    MemberId([byte; 16])
}

fn member(byte: u8, nick: &str) -> MemberRef {
    MemberRef { id: id(byte), nick: nick.to_owned() }
}

fn said(stream: Stream, text: &str) -> NewEntry {
    let text = text.to_owned();
    NewEntry { stream, from: member(1, "ann"), to: None, kind: Kind::Text, text, via: Via::Tcp, reference: None }
}

fn under(reference: &str, entry: NewEntry) -> NewEntry {
    NewEntry { reference: Some(ClientRef::try_from(reference.to_owned()).unwrap()), ..entry }
}

fn privately(from: &MemberRef, to: &MemberRef, text: &str) -> NewEntry {
    let stream = Stream::private(from.id, to.id);
    NewEntry { from: from.clone(), to: Some(to.clone()), ..said(stream, text) }
}

/// Another program's connection to the database.
fn other(folder: &TempDir) -> Connection {
    Connection::open(folder.path().join(open::FILE)).unwrap()
}
