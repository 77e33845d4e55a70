//! Whatever is wrong gets a clear answer in its own dialect, and nothing else breaks.

use serde_json::{Value, json};

use crate::support::{Server, Socket, Web};

/// What is wrong, and the code it is refused with, in both JSON dialects.
fn wrong() -> Vec<(String, &'static str)> {
    let object = |value: Value| value.to_string();
    vec![
        ("this isn't JSON".to_owned(), "bad_json"),
        ("{\"type\":\"say\"".to_owned(), "bad_json"),
        ("[]".to_owned(), "bad_json"),
        (object(json!({"type": "dance"})), "unknown_command"),
        (object(json!({"room": "lobby"})), "bad_field"),
        (object(json!({"type": "say", "room": 7, "text": "x"})), "bad_field"),
        (object(json!({"type": "history", "room": "lobby", "before": -1})), "bad_field"),
        (object(json!({"type": "history", "room": "lobby", "limit": 101})), "bad_field"),
        (object(json!({"type": "history", "room": "lobby", "limit": 0})), "bad_field"),
        (object(json!({"type": "history", "room": "lobby", "before": 1, "after": 1})), "bad_field"),
        (object(json!({"type": "nick", "nick": "taken"})), "nick_taken"),
        (object(json!({"type": "nick", "nick": "TAKEN"})), "nick_taken"),
        (object(json!({"type": "nick", "nick": "a b"})), "bad_nick"),
        (object(json!({"type": "nick", "nick": ""})), "bad_nick"),
        (object(json!({"type": "nick", "nick": "x\u{202e}y"})), "bad_nick"),
        (object(json!({"type": "join", "room": "no/where"})), "bad_room"),
        (object(json!({"type": "join", "room": "x".repeat(65)})), "bad_room"),
        (object(json!({"type": "say", "room": "elsewhere", "text": "x"})), "not_in_room"),
        (object(json!({"type": "part", "room": "elsewhere"})), "not_in_room"),
        (object(json!({"type": "say", "room": "lobby", "text": " \n "})), "bad_text"),
        (object(json!({"type": "say", "room": "lobby", "text": "x".repeat(4001)})), "bad_text"),
        (object(json!({"type": "tell", "to": "nobody", "text": "x"})), "no_such_member"),
        (object(json!({"type": "hello"})), "hello_first"),
    ]
}

#[test]
fn json_lines_are_refused_one_by_one() {
    let server = Server::start(&[]);
    let _taken = Socket::json_in(server.address, "taken", "lobby");
    let mut bot = server.connect();
    bot.send_json(&json!({"type": "rooms"}));
    assert_eq!(bot.event("refused")["code"], "hello_first");
    bot.send_json(&json!({"type": "hello", "protocol": 99}));
    assert_eq!(bot.event("refused")["code"], "unsupported_protocol");
    bot.send_json(&json!({"type": "hello"}));
    bot.send_json(&json!({"type": "join", "room": "lobby"}));
    bot.event("joined");
    for (line, code) in wrong() {
        bot.send(format!("{line}\n"));
        let refused = bot.event("refused");
        assert_eq!(refused["code"], code, "{line}: {refused}");
        assert!(!refused["text"].as_str().unwrap().is_empty());
    }
    bot.send(b"\xff\xfe\n".as_slice());
    assert_eq!(bot.event("refused")["code"], "bad_json");
    bot.send(format!("{}\n", "x".repeat(65_537)));
    assert_eq!(bot.event("refused")["code"], "too_long");
    bot.send_json(&crate::support::say("lobby", "still here", "1"));
    assert_eq!(bot.event("sent")["seq"], 1);
}

#[test]
fn websocket_messages_are_refused_one_by_one() {
    let server = Server::start(&[]);
    let _taken = Socket::json_in(server.address, "taken", "lobby");
    let mut page = Web::join(server.address, "page", "lobby");
    for (text, code) in wrong() {
        page.send_raw(tokio_tungstenite::tungstenite::Message::text(text.clone()));
        assert_eq!(page.event("refused")["code"], code, "{text}");
    }
    page.send(&crate::support::say("lobby", "still here", "1"));
    assert_eq!(page.event("sent")["seq"], 1);
}

#[test]
fn plain_lines_are_answered_with_what_to_do() {
    let server = Server::start(&[]);
    let _taken = Socket::json_in(server.address, "taken", "lobby");
    let mut ann = Socket::plain_in(server.address, "ann");
    for (line, answer) in [
        ("/dance", "there is no command /dance; /help lists them"),
        ("/nick", "usage: /nick NAME"),
        ("/nick taken", "somebody is called taken already: choose another nick"),
        ("/nick a:b", "that can't be a nick"),
        ("/join no/where", "that can't be a room's name"),
        ("/msg nobody hi", "nobody can't be reached"),
        ("/history x", "usage: /history [COUNT]"),
    ] {
        ann.send(format!("{line}\n"));
        let answered = ann.line();
        assert!(answered.starts_with("-- error: ") && answered.contains(answer), "{line}: {answered}");
    }
    ann.send(format!("{}\nafter\n", "x".repeat(8193)));
    assert_eq!(ann.line(), "-- error: that line is longer than 8192 bytes, and was dropped");
    ann.send(b"caf\xe9\ncaf\xe9\n".as_slice());
    assert!(ann.line().starts_with("-- error: that isn't UTF-8"));
    ann.send("/history\n");
    ann.line_with("times are UTC");
    assert!(ann.line().ends_with("ann: after"));
    assert!(ann.line().ends_with("ann: caf\u{fffd}"));
}

#[test]
fn whoever_vanishes_mid_line_says_nothing_and_breaks_nothing() {
    let server = Server::start(&[]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    bob.send("{\"type\":\"say\",\"room\":\"lobby\",\"te");
    drop(bob);
    assert_eq!(ann.event("presence")["change"], "joined");
    assert_eq!(ann.event("presence")["change"], "left");
    ann.send_json(&crate::support::say("lobby", "alone", "1"));
    assert_eq!(ann.event("sent")["seq"], 1);
}

#[test]
fn too_fast_is_refused_with_when_to_try_again() {
    let server = Server::start(&[]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    for n in 0..6 {
        ann.send_json(&crate::support::say("lobby", "x", &n.to_string()));
    }
    let refused = ann.event("refused");
    assert_eq!((&refused["code"], &refused["ref"]), (&json!("rate_limited"), &json!("5")));
    assert!((1..=500).contains(&refused["retry_after_ms"].as_u64().unwrap()), "{refused}");
}

#[test]
fn whoever_says_no_hello_is_let_go() {
    let server = Server::start(&["--hello-seconds", "1"]);
    let mut bot = server.connect();
    bot.send_json(&json!({"type": "ping"}));
    assert_eq!(bot.event("bye")["reason"], "no_hello");
    assert_eq!(bot.try_line(), None);
}
