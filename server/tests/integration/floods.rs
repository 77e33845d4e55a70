//! What one client sends without end, or in the smallest of pieces: it is read at its pace, and others don't notice.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::frames::{self, CLOSE, CONTINUATION, PING, TEXT, frame};
use crate::support::{Server, Socket, Web, say};

/// The pair talks as fast as it can.
const FAST: [&str; 2] = ["--per-second", "0"];

/// A pair in a room of their own: says something, and hears it.
fn talk(ann: &mut Socket, bob: &mut Socket, text: &str) {
    ann.send_json(&say("kitchen", text, text));
    assert_eq!(bob.event("message")["text"], text);
    assert_eq!(ann.event("sent")["ref"], text);
}

fn pair(server: &Server) -> (Socket, Socket) {
    let ann = Socket::json_in(server.address, "ann", "kitchen");
    (ann, Socket::json_in(server.address, "bob", "kitchen"))
}

/// What costs 256 bytes of 20,480 a second takes a second for 80 of them, and a burst for 4: however short they are.
#[test]
fn commands_cost_more_than_their_bytes_in_every_dialect() {
    let flags = ["--read-bytes-per-second", "20480", "--read-burst-bytes", "1024", "--requests-per-second", "0"];
    let server = Server::start(&flags);
    let at_least = |what: &str, work: &mut dyn FnMut()| {
        let began = Instant::now();
        work();
        let took = began.elapsed();
        assert!(took >= Duration::from_millis(900), "{what}: {took:?}");
    };
    // What came with one read is paid for before the next: the last one is sent once all the others are answered.
    let mut json = Socket::json_in(server.address, "json", "lobby");
    let ping = "{\"type\":\"ping\",\"nonce\":1}\n";
    for (what, line, answer) in [("JSON", ping, "pong"), ("nonsense", "x\n", "refused")] {
        at_least(what, &mut || {
            json.send(line.repeat(80));
            (0..80).for_each(|_| drop(json.event(answer)));
            json.send(ping);
            json.event("pong");
        });
    }
    let mut plain = Socket::plain_in(server.address, "plain");
    at_least("plain text", &mut || {
        plain.send("/receipts on\n".repeat(80));
        (0..80).for_each(|_| drop(plain.line_with("are on")));
        plain.send("/receipts off\n");
        plain.line_with("are off");
    });
    let mut web = Web::join(server.address, "web", "lobby");
    at_least("pings of WebSocket", &mut || {
        for _ in 0..80 {
            web.send_raw(Message::Ping(vec![].into()));
        }
        for nonce in 1..3 {
            web.send(&json!({"type": "ping", "nonce": nonce}));
            web.event("pong");
        }
    });
    let mut http = server.connect();
    at_least("HTTP, 4,096 bytes each", &mut || {
        let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for _ in 0..6 {
            http.send(request);
            http.line_with("ok");
        }
    });
}

#[test]
fn a_message_in_the_smallest_fragments_is_one_message() {
    let server = Server::start(&FAST);
    let (mut ann, mut bob) = pair(&server);
    let mut splitter = frames::open(server.address);
    let text = format!(r#"{{"type":"ping","nonce":7,"unknown":"{}"}}"#, "x".repeat(65_000));
    let bytes = text.as_bytes();
    let mut wire = frame(TEXT, false, &bytes[..1]);
    for byte in &bytes[1..bytes.len() - 1] {
        wire.extend(frame(CONTINUATION, false, &[*byte]));
    }
    splitter.send(&wire);
    talk(&mut ann, &mut bob, "before the end of it");
    splitter.send(frame(CONTINUATION, true, &bytes[bytes.len() - 1..]));
    assert_eq!(frames::received(&mut splitter), (TEXT, r#"{"type":"pong","nonce":7}"#.to_owned()));
}

#[test]
fn a_flood_of_pings_is_answered_at_its_pace_and_others_talk() {
    let server = Server::start(&FAST);
    let (mut ann, mut bob) = pair(&server);
    let mut flood = frames::open(server.address);
    // Nobody reads the answers; 100,000 of them fit nowhere, and yet the connection just waits.
    let pings = frame(PING, true, b"").repeat(1000);
    let flooding = std::thread::spawn(move || {
        let sent = (0..100).take_while(|_| flood.try_send(&pings)).count();
        (flood, sent)
    });
    for n in 0..100 {
        talk(&mut ann, &mut bob, &n.to_string());
    }
    drop(server);
    let (_flood, _sent) = flooding.join().unwrap();
}

#[test]
fn what_breaks_the_framing_or_its_bounds_ends_with_a_reason() {
    let server = Server::start(&FAST);
    let (mut ann, mut bob) = pair(&server);
    let endless: Vec<u8> = (0..17u8)
        .flat_map(|n| frame(if n == 0 { TEXT } else { CONTINUATION }, false, &vec![b'x'; 64 * 1024]))
        .collect();
    let mut unmasked = frame(TEXT, true, b"{}");
    unmasked[1] &= 0x7f;
    let wrong = [
        ("a message over every bound", endless),
        ("a control frame over 125 bytes", frame(PING, true, &[0; 126])),
        ("a control frame in parts", frame(PING, false, b"")),
        ("an unmasked frame", unmasked),
        ("a continuation of nothing", frame(CONTINUATION, true, b"x")),
        ("a frame of 2^63 bytes", [&[0x81, 0xff][..], &[0x80, 0, 0, 0, 0, 0, 0, 0], &[0; 4]].concat()),
    ];
    for (what, bytes) in wrong {
        let mut socket = frames::open(server.address);
        socket.try_send(bytes);
        let (code, text) = frames::received(&mut socket);
        assert!(code == TEXT && text.starts_with(r#"{"type":"bye","reason":"protocol""#), "{what}: {code} {text}");
        assert_eq!(frames::received(&mut socket).0, CLOSE, "{what}");
        talk(&mut ann, &mut bob, what);
    }
}
