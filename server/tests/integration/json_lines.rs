//! The JSON protocol, an object a line.

use serde_json::json;

use crate::support::{Server, Socket, folder, say};

#[test]
fn hello_join_say() {
    let server = Server::start(&[]);
    let mut ann = server.connect();
    ann.send_json(&json!({"type": "hello", "nick": "ann", "protocol": 1}));
    let welcome = ann.json();
    assert_eq!(welcome["type"], "welcome");
    assert_eq!(welcome["you"]["nick"], "ann");
    assert_eq!(welcome["token"].as_str().unwrap().len(), 32);
    assert_eq!(welcome["limits"]["message_chars"], 4000);
    ann.send_json(&json!({"type": "join", "room": "lobby"}));
    let joined = ann.json();
    assert_eq!((&joined["type"], &joined["head"], &joined["count"]), (&json!("joined"), &json!(0), &json!(1)));
    ann.send_json(&say("lobby", "hi", "a1"));
    let sent = ann.json();
    assert_eq!((&sent["type"], &sent["ref"], &sent["seq"]), (&json!("sent"), &json!("a1"), &json!(1)));
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    assert_eq!(ann.event("presence")["member"]["nick"], "bob");
    bob.send_json(&say("lobby", "hello", "b1"));
    let message = ann.event("message");
    assert_eq!((&message["seq"], &message["text"], &message["via"]), (&json!(2), &json!("hello"), &json!("json")));
    assert_eq!(message["from"]["nick"], "bob");
}

#[test]
fn a_script_that_says_all_at_once_is_answered_before_it_ends() {
    let server = Server::start(&[]);
    let mut script = server.connect();
    for value in [
        json!({"type": "hello", "nick": "ci"}),
        json!({"type": "join", "room": "builds"}),
        say("builds", "green", "1"),
        json!({"type": "history", "room": "builds"}),
        json!({"type": "rooms"}),
        json!({"type": "who", "room": "builds"}),
        json!({"type": "ping", "nonce": 7}),
    ] {
        script.send_json(&value);
    }
    let output = script.finish();
    for kind in ["welcome", "joined", "sent", "history", "rooms", "members", "pong", "bye"] {
        assert!(output.contains(&format!(r#"{{"type":"{kind}""#)), "{kind} is missing in {output}");
    }
}

#[test]
fn the_same_reference_is_the_same_message_also_after_a_restart() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &[]);
    let address = server.address;
    let mut ann = server.connect();
    ann.send_json(&json!({"type": "hello", "nick": "ann"}));
    let welcome = ann.event("welcome");
    ann.send_json(&json!({"type": "join", "room": "lobby"}));
    ann.send_json(&say("lobby", "once", "r"));
    let first = ann.event("sent");
    ann.send_json(&say("lobby", "once", "r"));
    assert_eq!(ann.event("sent")["seq"], first["seq"]);
    server.kill();
    let server = Server::in_folder(folder.path(), &address.to_string(), &[]);
    let mut ann = server.connect();
    let resume = json!([{"room": "lobby", "seq": 0}]);
    ann.send_json(&json!({"type": "hello", "token": welcome["token"], "epoch": welcome["epoch"], "resume": resume}));
    let again = ann.event("welcome");
    assert_eq!((&again["you"]["id"], &again["epoch"]), (&welcome["you"]["id"], &welcome["epoch"]));
    let joined = ann.event("joined");
    assert_eq!((&joined["head"], &joined["messages"][0]["text"]), (&json!(1), &json!("once")));
    ann.send_json(&say("lobby", "once", "r"));
    assert_eq!((&ann.event("sent")["seq"], &first["seq"]), (&json!(1), &json!(1)));
}

#[test]
fn a_resume_point_of_another_log_starts_afresh() {
    let server = Server::start(&[]);
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    bob.send_json(&say("lobby", "new log", "1"));
    bob.event("sent");
    for (epoch, seq, afresh) in [("elsewhere", 1, true), ("", 2, true)] {
        let mut ann = server.connect();
        let mut hello = json!({"type": "hello", "resume": [{"room": "lobby", "seq": seq}]});
        if !epoch.is_empty() {
            hello["epoch"] = json!(epoch);
        }
        ann.send_json(&hello);
        let joined = ann.event("joined");
        assert_eq!((&joined["afresh"], joined["messages"].as_array().unwrap().len()), (&json!(afresh), 1));
    }
}

#[test]
fn history_is_paged_both_ways() {
    let server = Server::start(&["--burst", "1000", "--per-second", "0"]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    for n in 1..=25 {
        ann.send_json(&say("lobby", &format!("m{n}"), &n.to_string()));
        ann.event("sent");
    }
    let mut page = |query: serde_json::Value| {
        let mut query = query;
        query["type"] = json!("history");
        query["room"] = json!("lobby");
        ann.send_json(&query);
        let page = ann.event("history");
        let seqs: Vec<_> = page["messages"].as_array().unwrap().iter().map(|m| m["seq"].as_u64().unwrap()).collect();
        (seqs, page["more"] == true, page["head"].as_u64().unwrap())
    };
    assert_eq!(page(json!({"limit": 3})), (vec![23, 24, 25], true, 25));
    assert_eq!(page(json!({"limit": 3, "before": 4})), (vec![1, 2, 3], false, 25));
    assert_eq!(page(json!({"limit": 3, "after": 20})), (vec![21, 22, 23], true, 25));
    assert_eq!(page(json!({"after": 25})), (vec![], false, 25));
}

#[test]
fn private_messages_reach_both_and_nobody_else() {
    let server = Server::start(&[]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    let mut eve = Socket::json_in(server.address, "eve", "lobby");
    ann.send_json(&json!({"type": "tell", "to": "BOB", "text": "psst", "ref": "p"}));
    let sent = ann.event("sent");
    let message = bob.event("message");
    assert_eq!((&message["text"], &message["to"]["nick"], &message["seq"]), (&json!("psst"), &json!("bob"), &json!(1)));
    assert_eq!(sent["room"], format!("@{}", message["to"]["id"].as_str().unwrap()));
    bob.send_json(&json!({"type": "say", "room": message["room"], "text": "yes?"}));
    assert_eq!(ann.event("message")["text"], "yes?");
    eve.send_json(&json!({"type": "history", "room": message["room"]}));
    assert_eq!(eve.event("history")["messages"], json!([]), "her conversation with ann, not bob's");
}

#[test]
fn typing_is_told_to_json_and_not_to_plain_text() {
    let server = Server::start(&[]);
    let mut plain = Socket::plain_in(server.address, "plain");
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut bob = Socket::json_in(server.address, "bob", "lobby");
    plain.line_with("bob joined");
    ann.send_json(&json!({"type": "typing", "room": "lobby"}));
    assert_eq!(bob.event("typing")["member"]["nick"], "ann");
    ann.send_json(&say("lobby", "done", "1"));
    assert_eq!(plain.line(), "ann: done");
}
