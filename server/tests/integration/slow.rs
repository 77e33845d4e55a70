//! Clients that take their time over what they say first: bounded, however they do it (slowloris).

use crate::frames;
use crate::support::{Server, Socket};

fn server() -> Server {
    Server::start(&["--hello-seconds", "2"])
}

/// What a socket is told that sends this and then a byte now and then.
fn told(server: &Server, start: &str, then: u8) -> String {
    let mut socket = server.connect();
    socket.send(start);
    socket.drip(then)
}

/// An HTTP/1 answer's head and body.
fn answer(socket: &mut Socket) -> (String, String) {
    let mut head = String::new();
    loop {
        let line = socket.line();
        if line.trim().is_empty() {
            break;
        }
        head += &(line.to_lowercase() + "\n");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("it says how long it is");
    let body = (0..length.trim().parse().unwrap()).flat_map(|_| socket.bytes::<1>()).collect();
    (head, String::from_utf8(body).unwrap())
}

#[test]
fn a_head_that_comes_byte_by_byte_ends_the_connection() {
    let server = server();
    assert_eq!(told(&server, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b'a'), "");
    assert_eq!(told(&server, &frames::head("/ws"), b'a'), "");
}

#[test]
fn whoever_keeps_a_connection_for_later_asks_again_in_time() {
    let server = server();
    let mut socket = server.connect();
    for _ in 0..2 {
        socket.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(answer(&mut socket).1, "ok\n");
    }
    assert_eq!(socket.drip(b'\n'), "", "empty lines before a request are none");
}

#[test]
fn a_body_that_nobody_asked_for_is_not_waited_for() {
    let server = server();
    for body in ["Content-Length: 1000000", "Transfer-Encoding: chunked"] {
        let mut socket = server.connect();
        socket.send(format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\n{body}\r\n\r\n"));
        assert_eq!(answer(&mut socket).1, "ok\n");
        assert_eq!(socket.rest(), b"", "and what follows isn't taken for a request");
    }
}

#[test]
fn http2_that_goes_no_further_ends() {
    let server = server();
    let mut half = server.connect();
    half.send("PRI * HTTP/2.0\r\n\r\nSM");
    let mut idle = server.connect();
    // The whole preface, and settings: an empty frame of type 4 (RFC 9113 sections 3.4 and 6.5).
    idle.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    idle.send([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    assert_eq!(half.rest(), b"");
    let told = idle.rest();
    assert_eq!(told.get(3), Some(&4), "its settings, at least: {told:?}");
}

#[test]
fn json_without_a_hello_is_told_good_bye() {
    let server = server();
    for bye in [told(&server, "{", b' '), {
        let mut socket = server.connect();
        socket.send("{");
        socket.line()
    }] {
        assert!(bye.starts_with(r#"{"type":"bye","reason":"no_hello""#), "{bye:?}");
    }
}
