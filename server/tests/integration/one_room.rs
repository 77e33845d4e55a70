//! All dialects in one room.

use serde_json::json;

use crate::support::{Server, Socket, Web, say};

#[test]
fn every_kind_of_socket_sees_the_same_in_the_same_order() {
    let server = Server::start(&[]);
    let mut plain = Socket::plain_in(server.address, "plain");
    let mut lines = Socket::json_in(server.address, "lines", "lobby");
    let mut web = Web::join(server.address, "web", "lobby");
    let mut watcher = Socket::json_in(server.address, "watcher", "lobby");
    plain.line_with("watcher joined");
    plain.send("from plain\n");
    assert_eq!(web.event("message")["text"], "from plain");
    assert_eq!(lines.event("message")["text"], "from plain");
    lines.send_json(&say("lobby", "from lines", "1"));
    assert_eq!(plain.line(), "lines: from lines");
    assert_eq!(web.event("message")["via"], "json");
    web.send(&say("lobby", "from web", "1"));
    assert_eq!(plain.line(), "web: from web");
    assert_eq!(lines.event("message")["via"], "ws");
    let seen: Vec<_> = (0..3).map(|_| watcher.event("message")).map(|m| (m["seq"].clone(), m["via"].clone())).collect();
    assert_eq!(seen, [(json!(1), json!("tcp")), (json!(2), json!("json")), (json!(3), json!("ws"))]);
}

#[test]
fn escape_sequences_reach_nobody() {
    let server = Server::start(&[]);
    let mut plain = Socket::plain_in(server.address, "plain");
    let mut web = Web::join(server.address, "web", "lobby");
    plain.line_with("web joined");
    web.send(&say("lobby", "\u{1b}[2Jcleared\u{202e}", "1"));
    assert_eq!(plain.line(), "web: cleared");
    plain.send("\u{1b}]0;title\u{7}x\n");
    assert_eq!(web.event("message")["text"], "x");
}
