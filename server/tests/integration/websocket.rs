//! The JSON protocol over WebSocket.

use serde_json::json;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, connect};

use crate::support::{Server, Web, say};

#[test]
fn hello_join_say() {
    let server = Server::start(&[]);
    let mut ann = Web::join(server.address, "ann", "lobby");
    let mut bob = Web::join(server.address, "bob", "lobby");
    ann.send(&say("lobby", "hi\nthere", "a1"));
    assert_eq!(ann.event("sent")["ref"], "a1");
    let message = bob.event("message");
    assert_eq!((&message["text"], &message["via"]), (&json!("hi\nthere"), &json!("ws")));
    bob.send(&json!({"type": "quit"}));
    assert_eq!(bob.event("bye")["reason"], "quit");
    assert_eq!(bob.try_json(), None);
}

#[test]
fn a_dropped_page_finds_its_nick_again() {
    let server = Server::start(&[]);
    let mut page = Web::connect(server.address);
    page.send(&json!({"type": "hello", "nick": "ann"}));
    let token = page.event("welcome")["token"].clone();
    drop(page);
    let mut other = Web::connect(server.address);
    other.send(&json!({"type": "hello", "nick": "ann"}));
    assert_ne!(other.event("welcome")["you"]["nick"], "ann", "it is held");
    assert_eq!(other.event("refused")["code"], "nick_taken");
    let mut page = Web::connect(server.address);
    page.send(&json!({"type": "hello", "token": token}));
    assert_eq!(page.event("welcome")["you"]["nick"], "ann");
}

#[test]
fn frames_that_will_not_do_are_refused_and_the_connection_lives() {
    let server = Server::start(&["--json-bytes", "1024"]);
    let mut ann = Web::join(server.address, "ann", "lobby");
    ann.send_raw(Message::text("x".repeat(1025)));
    assert_eq!(ann.event("refused")["code"], "too_long");
    ann.send_raw(Message::Binary(Bytes::from_static(b"{}")));
    assert_eq!(ann.event("refused")["code"], "bad_json");
    ann.send_raw(Message::text("{"));
    assert_eq!(ann.event("refused")["code"], "bad_json");
    ann.send(&json!({"type": "ping", "nonce": 1}));
    assert_eq!(ann.event("pong")["nonce"], 1);
    // Far beyond any bound it isn't even read.
    ann.send_raw(Message::text("x".repeat(1024 * 16 + 1)));
    assert_eq!(ann.event("bye")["reason"], "protocol");
}

#[test]
fn a_page_of_another_origin_is_turned_away() {
    let server = Server::start(&[]);
    let mut request = format!("ws://{}/ws", server.address).into_client_request().unwrap();
    request.headers_mut().insert("origin", HeaderValue::from_static("http://evil.example"));
    match connect(request).unwrap_err() {
        Error::Http(response) => assert_eq!(response.status(), 403),
        error => panic!("{error}"),
    }
}

#[test]
fn a_close_is_answered_with_a_close() {
    let server = Server::start(&[]);
    assert!(Web::join(server.address, "ann", "lobby").close());
}

#[test]
fn a_websocket_counts_for_as_long_as_it_lasts() {
    let server = Server::start(&["--connections", "2"]);
    let mut ann = Web::join(server.address, "ann", "lobby");
    let _bob = Web::join(server.address, "bob", "lobby");
    // Its request is long over, and its place is still taken: one more is hung up on at once.
    assert_eq!(server.connect().rest(), b"");
    ann.send(&say("lobby", "we are here", "1"));
    assert_eq!(ann.event("sent")["seq"], 1);
}
