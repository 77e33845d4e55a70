//! A fault of the server that one client meets ends that client's connection, and nothing else.

use std::process::Stdio;

use crate::frames::{self, TEXT, frame};
use crate::support::{Server, Socket, Web, program, say};

const PANIC: &str = r#"{"type":"panic"}"#;

#[test]
fn a_panic_ends_one_connection_and_is_logged_with_it() {
    // A place for those who stay and one more: a place that isn't given back is missed at once.
    let flags = ["--listen", "127.0.0.1:0", "--data", ":memory:", "--connections", "3"];
    let mut server = Server::spawn(
        program(&flags).env("PARTYLINE_FAULT", "panic").env_remove("RUST_BACKTRACE").stderr(Stdio::piped()),
    );
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut bob = Web::join(server.address, "bob", "lobby");
    told(&mut ann, "joined");
    let mut left = |ann: &mut Socket, nick: &str| {
        told(ann, "left");
        ann.send_json(&say("lobby", &format!("{nick} is gone"), nick));
        assert_eq!(ann.event("sent")["ref"], nick);
        assert_eq!(bob.event("message")["text"], format!("{nick} is gone"));
    };

    let mut plain = Socket::plain_in(server.address, "plain");
    let peer = format!("127.0.0.1:{}", plain.local_port());
    told(&mut ann, "joined");
    plain.send("/panic\n");
    assert_eq!(plain.rest(), b"");
    left(&mut ann, "plain");
    let logged = server.logged("panicked");
    let line = logged.lines().last().unwrap();
    assert!(line.contains(&format!("connection{{id=3 peer={peer} dialect=\"plain\"}}")), "{logged}");
    assert!(line.contains("faults.rs:"), "{logged}");
    assert!(!logged.contains("/panic"), "what the client said is left out:\n{logged}");

    let mut json = Socket::json_in(server.address, "json", "lobby");
    told(&mut ann, "joined");
    json.send(format!("{PANIC}\n"));
    assert_eq!(json.rest(), b"");
    left(&mut ann, "json");
    assert!(server.logged("panicked").contains("dialect=\"json\""));

    let mut web = frames::open(server.address);
    for command in [r#"{"type":"hello","nick":"web"}"#, r#"{"type":"join","room":"lobby"}"#] {
        web.send(frame(TEXT, true, command.as_bytes()));
    }
    told(&mut ann, "joined");
    web.send(frame(TEXT, true, PANIC.as_bytes()));
    left(&mut ann, "web");
    assert!(server.logged("panicked").contains("connection{id=5 "));
}

/// Who comes and leaves again at once may not be told of: each is waited for.
fn told(socket: &mut Socket, change: &str) {
    while socket.event("presence")["change"] != change {}
}

#[test]
fn a_panic_of_the_hub_ends_the_server_badly() {
    let flags = ["--listen", "127.0.0.1:0", "--data", ":memory:"];
    let mut server = Server::spawn(program(&flags).env("PARTYLINE_FAULT", "panic").stderr(Stdio::piped()));
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    ann.send_json(&say("lobby", "/panic", "1"));
    assert!(!server.logged("the hub ended badly").contains("/panic"), "not even then is it logged what was said");
    assert_eq!(server.wait().0.code(), Some(1));
}
