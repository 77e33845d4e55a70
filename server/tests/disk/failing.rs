//! A disk that is full, can't be written, or fails to sync: what is said is refused, everything else goes on, and it
//! heals by itself.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::image::Fate;
use crate::machine::{Machine, Server};
use crate::support::{Socket, say};

/// What is said here isn't counted.
const FAST: [&str; 2] = ["--burst", "1000"];

/// Every way in which a message can't be written.
const WAYS: [&str; 3] = ["full", "read-only", "failing"];

/// Says something that is refused as it should be.
pub(crate) fn refused(ann: &mut Socket, text: &str, reference: &str) {
    ann.send_json(&say("lobby", text, reference));
    let refused = ann.event("refused");
    assert_eq!((&refused["code"], &refused["ref"]), (&json!("log_unavailable"), &json!(reference)));
    assert!(refused["retry_after_ms"].as_u64().is_some_and(|millis| millis > 0), "{refused}");
    let text = refused["text"].as_str().unwrap();
    assert!(text.contains("can't use its log") && text.contains("try again"), "{text}");
    for internal in ["SQL", "disk", "partyline", "error", "/"] {
        assert!(!text.contains(internal), "{internal} is nobody's business: {text}");
    }
}

/// Says something, and returns its number.
pub(crate) fn said(ann: &mut Socket, text: &str, reference: &str) -> u64 {
    ann.send_json(&say("lobby", text, reference));
    loop {
        let event = ann.json();
        match event["type"].as_str() {
            Some("sent") if event["ref"] == reference => return event["seq"].as_u64().unwrap(),
            Some("refused") => panic!("{event}"),
            _ => {}
        }
    }
}

/// What the lobby holds, as a newcomer gets it.
pub(crate) fn log(server: &Server) -> Vec<(u64, String)> {
    let mut reader = Socket::connect(server.address);
    reader.send_json(&json!({"type": "hello", "nick": "reader"}));
    reader.send_json(&json!({"type": "join", "room": "lobby"}));
    reader.send_json(&json!({"type": "history", "room": "lobby"}));
    texts(&reader.event("history"))
}

fn texts(page: &Value) -> Vec<(u64, String)> {
    let text = |message: &Value| (message["seq"].as_u64().unwrap(), message["text"].as_str().unwrap().to_owned());
    page["messages"].as_array().unwrap().iter().map(text).collect()
}

pub(crate) fn texts_are(texts: &[&str]) -> Vec<(u64, String)> {
    (1..).zip(texts).map(|(seq, text)| (seq, (*text).to_owned())).collect()
}

/// Everything that needs no writing is answered.
pub(crate) fn reading_goes_on(server: &Server, ann: &mut Socket, texts: &[&str]) {
    ann.send_json(&json!({"type": "ping", "nonce": 7}));
    assert_eq!(ann.event("pong")["nonce"], 7);
    ann.send_json(&json!({"type": "who", "room": "lobby"}));
    assert!(ann.event("members")["members"].to_string().contains("ann"));
    ann.send_json(&json!({"type": "history", "room": "lobby"}));
    assert_eq!(self::texts(&ann.event("history")), texts_are(texts));
    ann.send_json(&json!({"type": "join", "room": "kitchen"}));
    assert_eq!(ann.event("joined")["room"], "kitchen");
    ann.send_json(&json!({"type": "part", "room": "kitchen"}));
    assert_eq!(log(server), texts_are(texts), "newcomers too");
}

#[test]
fn what_cannot_be_kept_is_refused_and_it_heals_by_itself() {
    for way in WAYS {
        let mut machine = Machine::new();
        let server = machine.start(&FAST);
        let mut ann = Socket::json_in(server.address, "ann", "lobby");
        let mut bob = Socket::plain_in(server.address, "bob");
        assert_eq!(said(&mut ann, "before", "1"), 1);
        assert_eq!(bob.line_with("before"), "ann: before");
        machine.turns(way);
        for _ in 0..3 {
            refused(&mut ann, "during", "2");
        }
        refused(&mut ann, "never again", "3");
        bob.send("also during\n");
        assert!(bob.line().starts_with("-- error: the server can't use its log now"), "{way}");
        reading_goes_on(&server, &mut ann, &["before"]);
        machine.turns("well");
        assert_eq!(said(&mut ann, "during", "2"), 2, "{way}: what was refused got no number");
        // What was shown is what was said, and nothing of what was refused.
        assert_eq!(bob.line_with("ann: "), "ann: during", "{way}");
        bob.send("after\n");
        ann.event("message");
        assert_eq!(log(&server), texts_are(&["before", "during", "after"]), "{way}");
        let errors = server.errors();
        let count = |part| errors.lines().filter(|line| line.contains(part)).count();
        assert_eq!((count("the log can't be written"), count("can be written again")), (1, 1), "{way}: {errors}");
        server.kill();
        let server = machine.start(&FAST);
        assert_eq!(log(&server), texts_are(&["before", "during", "after"]), "{way}: and so it stays");
    }
}

/// An fsync that failed leaves what it was about in the system's cache, where the next server would find it.
#[test]
fn what_was_refused_is_not_there_after_a_crash() {
    for way in WAYS {
        let mut machine = Machine::new();
        let server = machine.start(&FAST);
        let mut ann = Socket::json_in(server.address, "ann", "lobby");
        assert_eq!(said(&mut ann, "before", "1"), 1);
        machine.turns(way);
        refused(&mut ann, "during", "2");
        refused(&mut ann, &"long ".repeat(700), "3");
        refused(&mut ann, "still", "4");
        server.kill();
        machine.turns("well");
        let server = machine.start(&FAST);
        assert_eq!(log(&server), texts_are(&["before"]), "{way}");
        let mut ann = Socket::json_in(server.address, "ann", "lobby");
        assert_eq!(said(&mut ann, "after", "1"), 2);
    }
}

/// Where the disk has healed, not even the loss of power brings back what was refused, or takes what wasn't.
#[test]
fn a_failed_sync_neither_brings_back_nor_takes_away() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for fate in [Fate::ALL, Fate::ALL].concat() {
        let mut machine = Machine::new();
        let server = machine.start(&FAST);
        let mut ann = Socket::json_in(server.address, "ann", "lobby");
        assert_eq!(said(&mut ann, "before", "1"), 1);
        machine.turns("failing");
        refused(&mut ann, &"long ".repeat(700), "2");
        machine.turns("well");
        assert_eq!(said(&mut ann, "after", "3"), 2);
        server.kill();
        machine.lose_power(fate, &mut rng);
        let server = machine.start(&FAST);
        assert_eq!(log(&server), texts_are(&["before", "after"]), "{fate:?}");
    }
}

/// SIGTERM while the disk is full: everybody is told, the process ends, nothing is lost.
#[test]
fn a_server_on_a_full_disk_stops_in_good_order() {
    for way in WAYS {
        let mut machine = Machine::new();
        let server = machine.start(&FAST);
        let mut ann = Socket::json_in(server.address, "ann", "lobby");
        assert_eq!(said(&mut ann, "before", "1"), 1);
        machine.turns(way);
        refused(&mut ann, "during", "2");
        server.terminate();
        assert_eq!(ann.event("bye")["reason"], "shutdown");
        assert_eq!(ann.try_line(), None);
        assert!(server.wait().success(), "{way}");
        machine.turns("well");
        let server = machine.start(&FAST);
        assert_eq!(log(&server), texts_are(&["before"]), "{way}");
    }
}

/// What is refused at start says what to do, and nothing is changed by it.
#[test]
fn a_server_that_cannot_write_does_not_start() {
    let whole = "can't keep the log in";
    for (way, why) in [("read-only", whole), ("read-only partyline.db", "the file is read-only"), ("full", whole)] {
        let mut machine = Machine::new();
        let server = machine.start(&FAST);
        let mut ann = Socket::json_in(server.address, "ann", "lobby");
        assert_eq!(said(&mut ann, "before", "1"), 1);
        server.terminate();
        assert!(server.wait().success());
        machine.turns(way);
        let (code, text) = machine.refused();
        assert_eq!(code, Some(1), "{way}: {text}");
        assert!(text.contains(why) && text.contains("choose another folder with --data"), "{way}: {text}");
        machine.turns("well");
        let server = machine.start(&FAST);
        assert_eq!(log(&server), texts_are(&["before"]), "{way}");
    }
}
