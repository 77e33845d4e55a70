//! kill -9 under load: what was acknowledged is there, once, in order, and everybody catches up.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::{Server, Socket, Web, folder, say};

/// Messages that each JSON client says, over both lives of the server.
const MESSAGES: usize = 120;

/// Acknowledgements after which the server is killed.
const KILL_AFTER: usize = 200;

#[derive(Clone, Copy)]
enum Door {
    Lines,
    Web,
}

enum Wire {
    Lines(Socket),
    Web(Box<Web>),
}

impl Wire {
    fn connect(door: Door, address: SocketAddr) -> Self {
        match door {
            Door::Lines => Self::Lines(Socket::connect(address)),
            Door::Web => Self::Web(Box::new(Web::connect(address))),
        }
    }

    /// `false` once the connection is gone.
    fn send(&mut self, value: &Value) -> bool {
        match self {
            Self::Lines(socket) => socket.try_send(format!("{value}\n")),
            Self::Web(web) => web.try_send(value),
        }
    }

    fn next(&mut self) -> Option<Value> {
        match self {
            // What is cut off by the crash is no event.
            Self::Lines(socket) => socket.try_line().and_then(|line| serde_json::from_str(&line).ok()),
            Self::Web(web) => web.try_json(),
        }
    }
}

/// A client that says its messages, resends what wasn't acknowledged, and keeps what it was shown.
struct Client {
    name: String,
    door: Door,
    token: Option<Value>,
    epoch: Option<Value>,
    acknowledged: BTreeMap<String, u64>,
    shown: BTreeMap<u64, String>,
    next: usize,
}

impl Client {
    fn new(number: usize, door: Door) -> Self {
        let (token, epoch, acknowledged, shown) = (None, None, BTreeMap::new(), BTreeMap::new());
        Self { name: format!("client{number}"), door, token, epoch, acknowledged, shown, next: 0 }
    }

    fn last(&self) -> u64 {
        // What was shown is contiguous from 1, so its length is the last number.
        self.shown.len() as u64
    }

    fn show(&mut self, seq: u64, text: &str) {
        if let Some(before) = self.shown.insert(seq, text.to_owned()) {
            assert_eq!(before, text, "number {seq} has two texts");
        }
    }

    /// Connects, resumes, and says messages one after the other until `until` are said or the connection ends.
    fn live(&mut self, address: SocketAddr, until: usize, acknowledged: &AtomicUsize) {
        let mut wire = Wire::connect(self.door, address);
        let mut hello = json!({"type": "hello", "nick": self.name, "resume": [{"room": "lobby", "seq": self.last()}]});
        if let (Some(token), Some(epoch)) = (&self.token, &self.epoch) {
            hello["token"] = token.clone();
            hello["epoch"] = epoch.clone();
        }
        if !wire.send(&hello) || !self.catch_up(&mut wire) {
            return;
        }
        while self.next < until {
            let reference = format!("{}-{}", self.name, self.next);
            if !wire.send(&say("lobby", &reference, &reference)) {
                return;
            }
            loop {
                let Some(event) = wire.next() else { return };
                self.take(&event);
                if event["type"] == "sent" && event["ref"] == *reference {
                    let seq = event["seq"].as_u64().unwrap();
                    self.acknowledged.insert(reference.clone(), seq);
                    self.show(seq, &reference);
                    acknowledged.fetch_add(1, Ordering::SeqCst);
                    break;
                }
            }
            self.next += 1;
        }
    }

    /// Reads until it has everything that the room had when it came in.
    fn catch_up(&mut self, wire: &mut Wire) -> bool {
        let head = loop {
            let Some(event) = wire.next() else { return false };
            match event["type"].as_str() {
                Some("welcome") => {
                    self.token = Some(event["token"].clone());
                    self.epoch = Some(event["epoch"].clone());
                }
                Some("joined") => {
                    assert_ne!(event["afresh"], true, "the log is the same");
                    self.take_all(&event["messages"]);
                    break event["head"].as_u64().unwrap();
                }
                _ => self.take(&event),
            }
        };
        // What the first page doesn't reach back to is asked for, page by page.
        while let Some(gap) = (1..=head).find(|seq| !self.shown.contains_key(seq)) {
            if !wire.send(&json!({"type": "history", "room": "lobby", "after": gap - 1})) {
                return false;
            }
            loop {
                let Some(event) = wire.next() else { return false };
                if event["type"] == "history" {
                    self.take_all(&event["messages"]);
                    break;
                }
                self.take(&event);
            }
        }
        true
    }

    fn take(&mut self, event: &Value) {
        if event["type"] == "message" {
            self.show(event["seq"].as_u64().unwrap(), event["text"].as_str().unwrap());
        }
    }

    fn take_all(&mut self, messages: &Value) {
        for message in messages.as_array().unwrap() {
            self.show(message["seq"].as_u64().unwrap(), message["text"].as_str().unwrap());
        }
    }
}

/// A person without tokens: says lines and keeps the receipts.
fn plain(address: SocketAddr, number: usize, count: usize, acknowledged: &AtomicUsize) -> Vec<String> {
    let mut socket = Socket::connect(address);
    let mut kept = Vec::new();
    if !socket.try_send("/receipts on\n") {
        return kept;
    }
    for n in 0..count {
        let text = format!("plain{number}-{n}");
        if !socket.try_send(format!("{text}\n")) {
            return kept;
        }
        let receipt = format!("收到你的消息{text}");
        loop {
            match socket.try_line() {
                Some(line) if line == receipt => break,
                Some(_) => {}
                None => return kept,
            }
        }
        acknowledged.fetch_add(1, Ordering::SeqCst);
        kept.push(text);
    }
    kept
}

#[test]
fn nothing_acknowledged_is_lost_doubled_or_moved() {
    let folder = folder();
    let fast = ["--burst", "100000", "--per-second", "0"];
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &fast);
    let address = server.address;
    let mut clients: Vec<_> =
        (0..6).map(|n| Client::new(n, if n % 2 == 0 { Door::Lines } else { Door::Web })).collect();
    let (acknowledged, barrier) = (AtomicUsize::new(0), Barrier::new(9));

    let receipts: Vec<String> = std::thread::scope(|scope| {
        for client in &mut clients {
            let (acknowledged, barrier) = (&acknowledged, &barrier);
            scope.spawn(move || {
                barrier.wait();
                client.live(address, MESSAGES, acknowledged);
            });
        }
        let people: Vec<_> = (0..2)
            .map(|number| {
                let (acknowledged, barrier) = (&acknowledged, &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    plain(address, number, MESSAGES, acknowledged)
                })
            })
            .collect();
        barrier.wait();
        while acknowledged.load(Ordering::SeqCst) < KILL_AFTER {
            std::thread::yield_now();
        }
        server.kill();
        people.into_iter().flat_map(|person| person.join().unwrap()).collect()
    });
    assert!(clients.iter().any(|client| client.next < MESSAGES), "it was killed in the middle");
    assert!(!receipts.is_empty());

    let server = Server::in_folder(folder.path(), &address.to_string(), &fast);
    std::thread::scope(|scope| {
        for client in &mut clients {
            let acknowledged = &acknowledged;
            scope.spawn(move || client.live(address, MESSAGES, acknowledged));
        }
    });

    let mut reader = Client::new(99, Door::Lines);
    reader.live(server.address, 0, &acknowledged);
    let log: Vec<&String> = reader.shown.values().collect();
    assert!(reader.shown.keys().copied().eq(1..=log.len() as u64), "numbers without a gap");
    for client in &clients {
        assert_eq!(client.acknowledged.len(), MESSAGES, "{} said all it had to say", client.name);
        for (text, seq) in &client.acknowledged {
            assert_eq!(reader.shown.get(seq), Some(text), "what was acknowledged is there");
            assert_eq!(log.iter().filter(|other| **other == text).count(), 1, "{text} is there once");
        }
        let own: Vec<_> = log.iter().filter(|text| text.starts_with(&format!("{}-", client.name))).collect();
        let said: Vec<_> = (0..MESSAGES).map(|n| format!("{}-{n}", client.name)).collect();
        assert!(own.iter().zip(&said).all(|(own, said)| **own == said), "in the order it was said");
        for (seq, text) in &client.shown {
            assert_eq!(reader.shown.get(seq), Some(text), "nobody was shown anything else");
        }
    }
    for text in &receipts {
        assert_eq!(log.iter().filter(|other| **other == text).count(), 1, "{text} is there once");
    }
    // Everybody who comes back has everything.
    for client in &mut clients {
        client.live(server.address, 0, &acknowledged);
        assert_eq!(client.shown, reader.shown, "{} has caught up", client.name);
    }
}
