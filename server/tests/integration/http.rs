//! HTTP on the same port.

use crate::support::{Server, Socket};

#[test]
fn health_is_answered_to_a_raw_client_that_half_closes() {
    let server = Server::start(&[]);
    let mut raw = server.connect();
    raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let response = raw.finish();
    assert!(response.starts_with("HTTP/1.1 200 OK") && response.ends_with("\r\n\r\nok\n"), "{response}");
    assert!(response.contains("x-content-type-options: nosniff"));
}

#[test]
fn what_http_carries_never_reaches_chat() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut post = server.connect();
    let body = "hello room\n/nick evil\n";
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nConnection: close";
    post.send(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    assert!(post.finish().starts_with("HTTP/1.1 405 "));
    let mut bob = server.connect();
    bob.send("GET ready\n");
    assert!(ann.line_with("GET ready").starts_with("guest-"), "and what looks like HTTP and isn't does");
    ann.send("/history\n");
    ann.line_with("times are UTC");
    assert!(ann.line().ends_with(": GET ready"));
}

#[test]
fn what_is_not_spoken_here_yet_is_told_so() {
    let server = Server::start(&[]);
    let mut irc = server.connect();
    irc.send("NICK ann\r\nUSER ann 0 * :Ann\r\n");
    assert!(irc.line().starts_with("ERROR :This server does not speak IRC yet"));
    let mut tls = server.connect();
    tls.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice());
    assert_eq!(tls.finish_bytes(), b"\x15\x03\x01\x00\x02\x02\x28");
}
