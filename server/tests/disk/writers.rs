//! Clients that say one message after the other, and take it up again where the server left them.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::Sender;

use serde_json::{Value, json};

use crate::history::Seen;
use crate::machine::connect;
use crate::support::say;

/// Messages of a writer that wait for their acknowledgement at a time.
const WINDOW: usize = 4;

/// Lengths of what is appended to a text, so that rows differ in how many pages they take.
const PADDING: [usize; 8] = [0, 30, 100, 0, 400, 60, 3900, 10];

/// A message goes by this: its reference, and the beginning of its text.
fn reference(writer: usize, number: usize) -> String {
    format!("{writer}-{number}")
}

fn text(reference: &str) -> String {
    let number = reference.bytes().map(usize::from).sum::<usize>();
    format!("{reference} {}.", "…x".repeat(PADDING[number % PADDING.len()] / 2))
}

/// The reference of a message that is as it was said.
fn reference_of(message: &Value) -> String {
    let shown = message["text"].as_str().unwrap();
    let (reference, _) = shown.split_once(' ').expect("every text has one");
    assert_eq!(shown, text(reference), "it is as it was said");
    reference.to_owned()
}

/// A JSON client that the server may leave at any moment: everything is `None` then.
struct Wire(BufReader<TcpStream>);

impl Wire {
    fn send(&mut self, value: &Value) -> Option<()> {
        self.0.get_mut().write_all(format!("{value}\n").as_bytes()).ok()
    }

    fn event(&mut self) -> Option<Value> {
        let mut line = String::new();
        match self.0.read_line(&mut line) {
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("no event came"),
            // What is cut off is no event.
            _ => serde_json::from_str(&line).ok(),
        }
    }

    /// Up to one of this type; what comes before it is looked at by `other`.
    fn until(&mut self, kind: &str, mut other: impl FnMut(&Value)) -> Option<Value> {
        loop {
            let event = self.event()?;
            if event["type"] == kind {
                return Some(event);
            }
            other(&event);
        }
    }
}

/// A client that says messages, resends what wasn't acknowledged, and keeps what it was shown.
pub(crate) struct Writer {
    number: usize,
    identity: Option<(Value, Value)>,
    said: usize,
    waiting: BTreeSet<usize>,
    pub(crate) seen: Seen,
}

impl Writer {
    pub(crate) fn new(number: usize) -> Self {
        Self { number, identity: None, said: 0, waiting: BTreeSet::new(), seen: Seen::default() }
    }

    /// Connects, catches up, resends, and says more and more until the connection ends. `acknowledged` gets one for each
    /// acknowledgement.
    pub(crate) fn live(&mut self, address: SocketAddr, acknowledged: &Sender<()>) -> Option<()> {
        let mut wire = self.catch_up(address)?;
        for &number in &self.waiting {
            let reference = reference(self.number, number);
            wire.send(&say("lobby", &text(&reference), &reference))?;
        }
        loop {
            while self.waiting.len() < WINDOW {
                let reference = reference(self.number, self.said);
                self.waiting.insert(self.said);
                self.said += 1;
                wire.send(&say("lobby", &text(&reference), &reference))?;
            }
            let event = wire.event()?;
            match event["type"].as_str() {
                Some("message") => self.take(&event),
                Some("sent") => {
                    let reference = event["ref"].as_str().unwrap().to_owned();
                    let (_, number) = reference.split_once('-').unwrap();
                    assert!(self.waiting.remove(&number.parse().unwrap()), "{reference} is acknowledged once");
                    let seq = event["seq"].as_u64().unwrap();
                    self.show(seq, &reference);
                    self.seen.acknowledged.insert(reference, seq);
                    acknowledged.send(()).unwrap();
                }
                Some("presence") => {}
                Some("bye") => return None,
                _ => panic!("not expected: {event}"),
            }
        }
    }

    /// Connects, resumes, and reads until it has everything that the room had when it came in.
    fn catch_up(&mut self, address: SocketAddr) -> Option<Wire> {
        let mut wire = Wire(connect(address)?);
        let nick = format!("writer{}", self.number);
        // What was shown is contiguous from 1, so its length is the last number.
        let resume = [json!({"room": "lobby", "seq": self.seen.shown.len()})];
        let mut hello = json!({"type": "hello", "nick": nick, "resume": resume});
        if let Some((token, epoch)) = &self.identity {
            hello["token"] = token.clone();
            hello["epoch"] = epoch.clone();
        }
        wire.send(&hello)?;
        let welcome = wire.until("welcome", |_| {})?;
        self.identity = Some((welcome["token"].clone(), welcome["epoch"].clone()));
        let joined = wire.until("joined", |_| {})?;
        assert_ne!(joined["afresh"], true, "the log is the same");
        self.take_all(&joined);
        while let Some(gap) = (1..=joined["head"].as_u64().unwrap()).find(|seq| !self.seen.shown.contains_key(seq)) {
            wire.send(&json!({"type": "history", "room": "lobby", "after": gap - 1}))?;
            // Others speak meanwhile.
            let page = wire.until("history", |event| {
                if event["type"] == "message" {
                    self.take(event);
                }
            })?;
            self.take_all(&page);
        }
        Some(wire)
    }

    fn take_all(&mut self, page: &Value) {
        for message in page["messages"].as_array().unwrap() {
            self.take(message);
        }
    }

    fn take(&mut self, message: &Value) {
        self.show(message["seq"].as_u64().unwrap(), &reference_of(message));
    }

    fn show(&mut self, seq: u64, reference: &str) {
        if let Some(before) = self.seen.shown.insert(seq, reference.to_owned()) {
            assert_eq!(before, reference, "number {seq} was shown twice, as two messages");
        }
    }
}

/// Everything that the room holds, read by a newcomer; `None` where the server is gone before that.
pub(crate) fn read_all(address: SocketAddr) -> Option<Vec<(u64, String)>> {
    let mut wire = Wire(connect(address)?);
    wire.send(&json!({"type": "hello", "nick": "reader"}))?;
    wire.send(&json!({"type": "join", "room": "lobby"}))?;
    let head = wire.until("joined", |_| {})?["head"].as_u64().unwrap();
    let mut log = Vec::new();
    let mut last = 0;
    while last < head {
        wire.send(&json!({"type": "history", "room": "lobby", "after": last}))?;
        let page = wire.until("history", |_| {})?;
        let messages = page["messages"].as_array().unwrap();
        assert!(!messages.is_empty(), "the head is {head}, and after {last} there is nothing");
        log.extend(messages.iter().map(|message| (message["seq"].as_u64().unwrap(), reference_of(message))));
        last = log.last().unwrap().0;
    }
    Some(log)
}
