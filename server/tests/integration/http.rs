//! HTTP on the same port.

use serde_json::json;

use crate::request::{ask, ask_exactly};
use crate::support::{Server, Socket, folder};

/// What a client sends to have a WebSocket.
const HANDSHAKE: [&str; 4] = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

#[test]
fn health_is_answered_to_a_raw_client_that_half_closes() {
    let server = Server::start(&[]);
    let mut raw = server.connect();
    raw.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let response = raw.finish();
    assert!(response.starts_with("HTTP/1.1 200 OK") && response.ends_with("\r\n\r\nok\n"), "{response}");
}

#[test]
fn what_http_carries_never_reaches_chat() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut post = server.connect();
    let body = "hello room\n/nick evil\n";
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nConnection: close";
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
fn a_page_that_makes_up_a_method_reaches_no_chat_either() {
    let server = Server::start(&["--line-bytes", "1024"]);
    // Pages may do so to their own origin, whose name may point here by now.
    for target in ["/".to_owned(), format!("/{}", "x".repeat(100_000))] {
        let mut page = server.connect();
        let head = format!("BREW {target} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 18");
        page.send(format!("{head}\r\n\r\nsaid by the page\r\n"));
        let answer = page.finish();
        assert!(answer.contains("HTTP/1.1 501 ") && answer.ends_with("no such method is known here\n"), "{answer}");
    }
    let mut ann = server.connect();
    ann.send_json(&json!({"type": "hello", "nick": "ann"}));
    ann.send_json(&json!({"type": "join", "room": "lobby"}));
    assert_eq!(ann.event("joined")["head"], 0, "nothing was said");
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

#[test]
fn every_answer_says_what_browsers_must_not_do_with_it() {
    let server = Server::start(&[]);
    let mut seen = Vec::new();
    let mut check = |line: &str, fields: &[&str]| {
        let answer = ask_exactly(server.connect(), line, fields);
        let shown = format!("{line} {fields:?}: {answer:?}");
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"), "{shown}");
        assert_eq!(answer.field("referrer-policy"), Some("no-referrer"), "{shown}");
        assert_eq!(answer.field("cross-origin-opener-policy"), Some("same-origin"), "{shown}");
        assert_eq!(answer.field("cross-origin-resource-policy"), Some("same-origin"), "{shown}");
        assert!(answer.field("permissions-policy").is_some_and(|policy| policy.contains("camera=()")), "{shown}");
        let policy = answer.field("content-security-policy").unwrap_or_else(|| panic!("{shown}"));
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{shown}");
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{shown}");
        assert_eq!(answer.field("access-control-allow-origin"), None, "{shown}");
        seen.push(answer.status);
    };
    let (evil, forged) = ("Origin: http://evil.example", "Sec-Fetch-Site: cross-site");
    for path in ["/", "/r/kitchen", "/ws", "/healthz", "/readyz", "/metrics", "/nothing.js", "/../etc/passwd"] {
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            check(&format!("{method} {path}"), &["Host: localhost"]);
            check(&format!("{method} {path}"), &["Host: localhost", evil]);
            check(&format!("{method} {path}"), &["Host: localhost", forged]);
        }
        check(&format!("GET {path}"), &["Host: evil.example"]);
        check(&format!("GET {path}"), &[]);
    }
    for status in [400, 403, 404, 405, 421] {
        assert!(seen.contains(&status), "no {status} was among {seen:?}");
    }
}

#[test]
fn the_page_itself_is_never_kept() {
    let server = Server::start(&[]);
    for path in ["/", "/index.html", "/r/kitchen"] {
        let answer = ask(server.connect(), &format!("GET {path}"), &["If-None-Match: *"]);
        // 503 where the page isn't built; what is asked here is the same.
        assert!([200, 503].contains(&answer.status), "{path}: {answer:?}");
        assert_eq!(answer.field("cache-control"), Some("no-store"), "{path}");
        assert_eq!((answer.field("etag"), answer.field("last-modified")), (None, None), "{path}");
    }
}

#[test]
fn a_page_of_another_origin_can_have_nothing_done() {
    let server = Server::start(&["--allow-origin", "https://friend.example"]);
    let status = |line: &str, fields: &[&str]| ask(server.connect(), line, fields).status;
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        for path in ["/", "/ws", "/healthz", "/metrics", "/api/rooms"] {
            let line = format!("{method} {path}");
            for field in [
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: http://localhost:1",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Site: same-site",
            ] {
                assert_eq!(status(&line, &[field]), 403, "{line} {field}");
            }
            assert_eq!(status(&line, &["Origin: http://localhost", "Origin: http://evil.example"]), 403, "{line}");
            for field in [
                "Origin: http://localhost",
                "Origin: https://friend.example",
                "Sec-Fetch-Site: same-origin",
                "X-Program: none of the above",
            ] {
                assert_eq!(status(&line, &[field]), 405, "{line} {field}");
            }
        }
    }
    assert_eq!(status("GET /healthz", &["Sec-Fetch-Site: cross-site"]), 200, "a link here is fine");
    let answer = ask(server.connect(), "POST /", &["Origin: http://evil.example"]);
    assert!(answer.body.contains("allow-origin"), "it says what to do: {answer:?}");
}

#[test]
fn a_websocket_is_opened_by_pages_from_here_alone() {
    let server = Server::start(&["--allow-origin", "https://friend.example"]);
    let host = format!("Host: {}", server.address);
    let own = format!("Origin: http://{}", server.address);
    let status = |fields: &[&str]| {
        ask_exactly(server.connect(), "GET /ws", &[&HANDSHAKE[..], &[host.as_str()], fields].concat()).status
    };
    for fields in [
        &[][..],
        &[own.as_str()],
        &["Origin: https://friend.example"],
        // `trunk serve`, which says for whom it forwards.
        &["Origin: http://localhost:8080", "X-Forwarded-Host: localhost:8080"],
    ] {
        assert_eq!(status(fields), 101, "{fields:?}");
    }
    for origin in [
        "null",
        "http://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://evil.example/127.0.0.1",
        "127.0.0.1",
    ] {
        assert_eq!(status(&[&format!("Origin: {origin}")]), 403, "{origin}");
    }
}

#[test]
fn a_websocket_needs_a_real_key() {
    let server = Server::start(&[]);
    let key = |key: &[&str]| ask(server.connect(), "GET /ws", &[&HANDSHAKE[..3], key].concat());
    assert_eq!(key(&HANDSHAKE[3..]).status, 101);
    for wrong in [
        "Sec-WebSocket-Key: short",
        "Sec-WebSocket-Key: SGVsbG8sIHdvcmxkIQ==",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ] {
        let answer = key(&[wrong]);
        assert_eq!(answer.status, 400, "{wrong}");
        assert!(answer.body.contains("16 bytes"), "{answer:?}");
    }
    assert_eq!(key(&[]).status, 400);
}

#[test]
fn on_a_loopback_address_it_answers_to_names_of_this_machine() {
    let server = Server::start(&["--allow-host", "chat.example", "--allow-origin", "http://page.example:8080"]);
    let get = |path: &str, host: &str| ask_exactly(server.connect(), path, &[&format!("Host: {host}")]);
    let port = server.address.port();
    for host in ["localhost", "127.0.0.1", "127.1.2.3", "[::1]", "x.localhost", "Chat.Example", "page.example"] {
        for host in [host.to_owned(), format!("{host}:{port}"), format!("{host}:1")] {
            assert_eq!(get("GET /healthz", &host).status, 200, "{host}");
        }
    }
    // What a page of evil.example sends once that name points here: to the browser it is from the same origin.
    for host in ["evil.example", "localhost.evil.example", "192.0.2.1", "0.0.0.0"] {
        let (origin, host) = (format!("Origin: http://{host}:{port}"), format!("{host}:{port}"));
        let called = format!("Host: {host}");
        for path in ["/", "/r/x", "/healthz", "/readyz", "/metrics", "/nothing.js"] {
            let answer = get(&format!("GET {path}"), &host);
            assert_eq!(answer.status, 421, "{path} {host}");
            assert!(answer.body.contains("allow-host"), "it says what to do: {answer:?}");
        }
        let fields = [&HANDSHAKE[..], &[called.as_str(), &origin]].concat();
        assert_eq!(ask_exactly(server.connect(), "GET /ws", &fields).status, 421, "{host}");
    }
    assert_eq!(
        get(&format!("GET http://evil.example:{port}/healthz"), "localhost").status,
        421,
        "a full target counts"
    );
}

#[test]
fn a_request_says_once_which_host_it_means() {
    let server = Server::start(&[]);
    let status = |fields: &[&str]| ask_exactly(server.connect(), "GET /healthz", fields).status;
    for fields in [
        &[][..],
        &["Host: localhost", "Host: localhost"],
        &["Host: a b"],
        &["Host:"],
        &["Host: user@localhost"],
        &["Host: localhost:99999"],
        &["Host: \u{e9}vil.example"],
    ] {
        assert_eq!(status(fields), 400, "{fields:?}");
    }
    let mut old = server.connect();
    old.send("GET /healthz HTTP/1.0\r\n\r\n");
    assert!(old.finish().starts_with("HTTP/1.0 200 "), "HTTP/1.0 need not say");
}

#[test]
fn elsewhere_it_answers_to_whatever_it_is_called() {
    let folder = folder();
    let everywhere = Server::in_folder(folder.path(), "0.0.0.0:0", &[]);
    let path = folder.path().join("http.sock");
    let _unix = Server::start(&["--listen", &format!("unix:{}", path.display())]);
    for socket in [everywhere.connect(), Socket::unix(&path)] {
        assert_eq!(ask_exactly(socket, "GET /healthz", &["Host: chat.example"]).status, 200);
    }
    let six = Server::in_folder(&folder.path().join("six"), "[::1]:0", &[]);
    assert_eq!(ask_exactly(six.connect(), "GET /healthz", &["Host: chat.example"]).status, 421);
    assert_eq!(ask_exactly(six.connect(), "GET /healthz", &[&format!("Host: {}", six.address)]).status, 200);
}

/// What HTTP/2 answers to a GET of `/healthz` on the first stream: the first piece of its body.
fn over_http2(server: &Server, authority: &str) -> String {
    let mut socket = server.connect();
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    // :method GET, :scheme http; :path and :authority by their indexes (RFC 7541 appendix A), as plain text.
    let block = [&[0x82, 0x86, 0x04][..], &text("/healthz"), &[0x01], &text(authority)].concat();
    let length = u8::try_from(block.len()).unwrap();
    socket.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    socket.send([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    socket.send([&[0, 0, length, 1, 5, 0, 0, 0, 1], &block[..]].concat());
    loop {
        let [a, b, c, kind, ..] = socket.bytes::<9>();
        let body: Vec<u8> = (0..u32::from_be_bytes([0, a, b, c])).map(|_| socket.bytes::<1>()[0]).collect();
        if kind == 0 {
            return String::from_utf8(body).unwrap();
        }
    }
}

#[test]
fn http_2_is_guarded_alike() {
    let server = Server::start(&[]);
    assert_eq!(over_http2(&server, "localhost:1"), "ok\n");
    assert!(over_http2(&server, "evil.example").contains("allow-host"));
}
