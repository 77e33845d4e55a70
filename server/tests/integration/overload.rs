//! A log that can't be written, and readers that don't read: refused or let go, and nothing is lost.

use serde_json::json;

use crate::support::{Server, Socket, folder, say};

#[test]
fn a_log_that_somebody_locks_refuses_and_heals() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &["--log-level", "error"]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut plain = Socket::plain_in(server.address, "plain");
    ann.send_json(&say("lobby", "before", "1"));
    assert_eq!(plain.line_with("before"), "ann: before");
    let database = rusqlite::Connection::open(folder.path().join("partyline.db")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    ann.send_json(&say("lobby", "during", "2"));
    let refused = ann.event("refused");
    assert_eq!((&refused["code"], &refused["ref"]), (&json!("log_unavailable"), &json!("2")));
    assert!(refused["retry_after_ms"].as_u64().is_some() && !refused["text"].to_string().contains("SQL"), "{refused}");
    plain.send("also during\n");
    assert!(plain.line().starts_with("-- error: the server can't use its log now"));
    // Whoever comes in meanwhile is served.
    let mut late = server.connect();
    late.send("\n");
    assert!(late.line_with("ann: before").ends_with("ann: before"));
    database.execute_batch("ROLLBACK").unwrap();
    ann.send_json(&say("lobby", "after", "2"));
    assert_eq!(ann.event("sent")["seq"], 2, "what was refused got no number");
    assert_eq!(late.line(), "ann: after");
}

#[test]
fn a_reader_that_stops_reading_is_let_go_and_misses_nothing() {
    let fast =
        ["--burst", "1000000", "--per-second", "0", "--requests-per-second", "0", "--read-bytes-per-second", "0"];
    let server = Server::start(&[&fast[..], &["--queue-bytes", "65536"]].concat());
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut lazy = server.connect();
    lazy.send_json(&json!({"type": "hello", "nick": "lazy"}));
    lazy.send_json(&json!({"type": "join", "room": "lobby"}));
    let welcome = lazy.event("welcome");
    lazy.event("joined");
    ann.event("presence");
    // More than what the system buffers for a socket. The reader is gone when the room is told that it left.
    let text = "x".repeat(4000);
    let mut said = 0;
    loop {
        said += 1;
        ann.send_json(&say("lobby", &text, &said.to_string()));
        let gone = loop {
            let event = ann.json();
            match event["type"].as_str() {
                Some("sent") => break false,
                Some("presence") => break true,
                _ => {}
            }
        };
        if gone {
            break;
        }
        assert!(said < 20_000, "80 MB are more than any queue here may hold");
    }
    // It is told so after what it has, and what it has is without a gap.
    let mut last = 0;
    let bye = loop {
        let Some(line) = lazy.try_line() else { break None };
        // The last line may be cut off.
        let Ok(event) = serde_json::from_str::<serde_json::Value>(&line) else { break None };
        match event["type"].as_str() {
            Some("message") => {
                assert_eq!(event["seq"], last + 1);
                last += 1;
            }
            Some("bye") => break Some(event),
            _ => {}
        }
    };
    // Whoever doesn't take the last words in within a few seconds is cut off without them.
    assert!(bye.is_none_or(|bye| bye["reason"] == "too_slow" && bye["return_after_ms"].is_number()));
    let mut back = server.connect();
    let (token, epoch) = (&welcome["token"], &welcome["epoch"]);
    let resume = json!([{"room": "lobby", "seq": last}]);
    back.send_json(&json!({"type": "hello", "token": token, "epoch": epoch, "resume": resume}));
    let head = back.event("joined")["head"].as_u64().unwrap();
    assert!(head > last, "it had missed something");
    while last < head {
        back.send_json(&json!({"type": "history", "room": "lobby", "after": last}));
        for message in back.event("history")["messages"].as_array().unwrap() {
            assert_eq!(message["seq"], last + 1);
            last += 1;
        }
    }
}
