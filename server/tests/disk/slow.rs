//! A disk that takes its time: nothing but what is being written waits for it.

use std::sync::mpsc::channel;

use serde_json::json;

use crate::failing::reading_goes_on;
use crate::machine::Machine;
use crate::support::{Socket, say};

/// Messages that may wait to be written.
const QUEUE: usize = 16;

/// What is being written is no longer in the queue.
const ACCEPTED: usize = QUEUE + 1;

#[test]
fn a_slow_log_keeps_nobody_waiting_but_those_who_say_something() {
    let mut machine = Machine::new();
    let server = machine.start(&["--log-queue", "16", "--burst", "1000"]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut bob = Socket::plain_in(server.address, "bob");
    let mut cat = Socket::json_in(server.address, "cat", "lobby");
    ann.send_json(&say("lobby", "before", "before"));
    ann.event("sent");
    bob.line_with("ann: before");
    cat.event("message");
    machine.turns("held");
    ann.send_json(&say("lobby", "0", "0"));
    let held = machine.held();
    assert_eq!(held.file, "partyline.db-wal");
    for number in 1..ACCEPTED + 3 {
        ann.send_json(&say("lobby", &number.to_string(), &number.to_string()));
    }
    // Those beyond the bound are refused at once, and nothing else is heard of any.
    for number in ACCEPTED..ACCEPTED + 3 {
        let event = loop {
            let event = ann.json();
            if event["type"] != "presence" {
                break event;
            }
        };
        assert_eq!(
            (&event["type"], &event["code"], &event["ref"]),
            (&json!("refused"), &json!("busy"), &json!(number.to_string()))
        );
        assert!(event["retry_after_ms"].as_u64().is_some_and(|millis| millis > 0), "{event}");
    }
    // In plain text too.
    bob.send("too much\n");
    let answer = bob.line_with("-- ");
    assert!(answer.contains("-- error: the server has more to write than it can"), "{answer}");
    reading_goes_on(&server, &mut cat, &["before"]);
    // Asked last: what came before the answer would have been an acknowledgement.
    ann.send_json(&json!({"type": "ping", "nonce": 1}));
    loop {
        let event = ann.json();
        match event["type"].as_str() {
            Some("presence") => {}
            Some("pong") => break,
            _ => panic!("nothing is acknowledged before it is written: {event}"),
        }
    }
    machine.turns("well");
    held.release();
    for number in 0..ACCEPTED {
        let sent = ann.event("sent");
        let seq = number + 2;
        assert_eq!((&sent["ref"], &sent["seq"]), (&json!(number.to_string()), &json!(seq)));
        let shown = cat.event("message");
        assert_eq!((&shown["text"], &shown["seq"]), (&json!(number.to_string()), &json!(seq)));
    }
    ann.send_json(&say("lobby", "again", &ACCEPTED.to_string()));
    assert_eq!(ann.event("sent")["seq"], ACCEPTED + 2);
}

/// Whoever stops the server while the disk takes its time waits for it, and loses nothing.
#[test]
fn a_stop_waits_for_what_is_being_written() {
    let mut machine = Machine::new();
    let server = machine.start(&[]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    machine.turns("held");
    ann.send_json(&say("lobby", "one", "1"));
    let held = machine.held();
    ann.send_json(&say("lobby", "two", "2"));
    // Answered by the hub, so that what came before it was taken.
    ann.send_json(&json!({"type": "ping", "nonce": 1}));
    ann.event("pong");
    server.terminate();
    let bye = ann.event("bye");
    assert_eq!((&bye["reason"], &bye["return_after_ms"]), (&json!("shutdown"), &json!(2000)));
    assert_eq!(ann.try_line(), None);
    let (ended, end) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || ended.send(server.wait()));
        assert!(end.try_recv().is_err(), "it hasn't ended: an fsync of its waits");
        machine.turns("well");
        held.release();
        assert!(end.recv().unwrap().success());
    });
    assert!(!machine.data().join("partyline.db-wal").exists(), "the log is closed, nothing is left beside it");
    let server = machine.start(&[]);
    let mut ann = Socket::connect(server.address);
    ann.send_json(&json!({"type": "hello", "nick": "ann"}));
    ann.send_json(&json!({"type": "join", "room": "lobby"}));
    let texts: Vec<_> =
        ann.event("joined")["messages"].as_array().unwrap().iter().map(|one| one["text"].clone()).collect();
    assert_eq!(texts, ["one", "two"], "neither was acknowledged, and neither refused");
}
