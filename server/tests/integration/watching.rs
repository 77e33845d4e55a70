//! What programs that watch the server are told: `/healthz`, `/readyz`, `/metrics`.

use std::io::{BufRead, BufReader};
use std::net::UdpSocket;
use std::process::Stdio;

use serde_json::json;

use crate::request::{Answer, ask, ask_exactly};
use crate::support::{PATIENCE, Server, Socket, Web, folder, program, say};

fn get(server: &Server, path: &str) -> Answer {
    ask(server.connect(), &format!("GET {path}"), &[])
}

/// One number of the metrics.
fn number(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} isn't in\n{metrics}")).parse().unwrap()
}

#[test]
fn what_happens_is_counted_and_nobody_is_named() {
    let mut server = Server::start(&["--listen", "udp:127.0.0.1:0"]);
    let udp = server.listens_also();
    let mut ann = Socket::json_in(server.address, "annabel", "kitchen");
    let mut web = Web::join(server.address, "webster", "kitchen");
    let mut plain = Socket::plain_in(server.address, "plainly");
    plain.send("/join kitchen\n");
    plain.line_with("-- This is kitchen");
    ann.send_json(&say("kitchen", "a secret", "1"));
    ann.event("sent");
    web.event("message");
    plain.line_with("a secret");
    ann.send_json(&say("kitchen", "a secret", "1"));
    assert_eq!(ann.event("sent")["seq"], 1, "a repetition is no message");
    ann.send_json(&json!({"type": "msg"}));
    ann.event("refused");
    ann.send_json(&say("elsewhere", "text", "2"));
    ann.event("refused");
    let mut irc = server.connect();
    irc.send("NICK ann\r\n");
    irc.finish();
    let device = UdpSocket::bind("127.0.0.1:0").unwrap();
    device.set_read_timeout(Some(PATIENCE)).unwrap();
    for datagram in ["", "a measurement"] {
        device.send_to(datagram.as_bytes(), udp.strip_prefix("udp:").unwrap()).unwrap();
    }
    device.recv(&mut [0; 64]).unwrap();
    // Whatever the hub did before it answers this has been counted.
    ann.send_json(&json!({"type": "ping", "nonce": 1}));
    ann.event("pong");
    let answer = get(&server, "/metrics");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.field("content-type").unwrap().starts_with("application/openmetrics-text; version=1.0.0"));
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    let metrics = &answer.body;
    for (name, value) in [
        ("partyline_open_connections{dialect=\"plain\"}", 1.0),
        ("partyline_open_connections{dialect=\"json\"}", 1.0),
        ("partyline_open_connections{dialect=\"ws\"}", 1.0),
        ("partyline_connections_total{dialect=\"silent\"}", 5.0),
        ("partyline_connections_turned_away_total{reason=\"not_spoken_here\"}", 1.0),
        ("partyline_messages_total{via=\"json\"}", 1.0),
        ("partyline_messages_total{via=\"ws\"}", 0.0),
        ("partyline_messages_total{via=\"udp\"}", 1.0),
        ("partyline_deliveries_total{dialect=\"plain\",kind=\"message\"}", 1.0),
        ("partyline_deliveries_total{dialect=\"ws\",kind=\"message\"}", 1.0),
        ("partyline_deliveries_total{dialect=\"json\",kind=\"message\"}", 0.0),
        ("partyline_refusals_total{code=\"not_in_room\"}", 1.0),
        ("partyline_sessions", 3.0),
        ("partyline_members", 3.0),
        ("partyline_appends_waiting", 0.0),
        ("partyline_queue_bytes", 0.0),
        ("partyline_log_writable", 1.0),
        ("partyline_log_append_duration_seconds_count", 2.0),
        ("partyline_log_commit_messages_sum", 3.0),
        ("partyline_log_failures_total{doing=\"write\"}", 0.0),
        ("partyline_readers_too_slow_total{dialect=\"ws\"}", 0.0),
        ("partyline_datagrams_total{outcome=\"taken\"}", 1.0),
        ("partyline_datagrams_total{outcome=\"empty\"}", 1.0),
    ] {
        assert!((number(metrics, name) - value).abs() < 0.1, "{name} isn't {value}:\n{metrics}");
    }
    assert!(number(metrics, "process_start_time_seconds") > 1.7e9);
    assert!(number(metrics, "process_resident_memory_bytes") > 1e6);
    assert!(metrics.contains("partyline_refusals_total{code=\"unknown_command\"} 1"), "{metrics}");
    for personal in ["annabel", "webster", "plainly", "kitchen", "secret", "elsewhere", "measure", "127.0.0.1"] {
        assert!(!metrics.contains(personal), "{personal} is in\n{metrics}");
    }
}

/// A connection that has its place, and asks for the metrics once it sends one more empty line.
fn about_to_ask(server: &Server) -> Socket {
    let mut asking = server.connect();
    asking.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    asking
}

#[test]
fn whoever_is_turned_away_is_counted_by_why() {
    let server = Server::start(&["--connections", "2"]);
    let mut asking = about_to_ask(&server);
    let _ann = Socket::json_in(server.address, "ann", "lobby");
    assert_eq!(server.connect().try_line(), None, "there are two");
    asking.send("\r\n");
    assert!(asking.finish().contains("partyline_connections_turned_away_total{reason=\"full\"} 1\n"));
    let server = Server::start(&["--silent-connections", "1"]);
    let mut silent = server.connect();
    let mut asking = about_to_ask(&server);
    assert_eq!(silent.try_line(), None, "the oldest of the silent makes room");
    asking.send("\r\n");
    assert!(asking.finish().contains("partyline_connections_turned_away_total{reason=\"silent_evicted\"} 1\n"));
}

#[test]
fn metrics_are_for_this_machine() {
    let folder = folder();
    let path = folder.path().join("watch.sock");
    let server = Server::in_folder(folder.path(), "0.0.0.0:0", &["--listen", &format!("unix:{}", path.display())]);
    assert_eq!(get(&server, "/metrics").status, 200);
    assert_eq!(ask(Socket::unix(&path), "GET /metrics", &[]).status, 200);
    assert_eq!(ask(server.connect(), "HEAD /metrics", &[]).body, "");
    // A proxy on this machine speaks for the world.
    for field in [
        "Forwarded: for=192.0.2.1",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Proto: https",
        "X-Real-IP: 127.0.0.1",
        "Via: 1.1 proxy",
    ] {
        for socket in [server.connect(), Socket::unix(&path)] {
            let answer = ask(socket, "GET /metrics", &[field]);
            assert_eq!(answer.status, 403, "{field}");
            assert!(answer.body.contains("metrics-token"), "it says what to do: {answer:?}");
        }
    }
    // A page whose name was made to point here, on a listener that can't know its names.
    let rebound = ask_exactly(server.connect(), "GET /metrics", &["Host: evil.example", "Sec-Fetch-Site: same-origin"]);
    assert_eq!(rebound.status, 403);
}

#[test]
fn metrics_are_for_whoever_has_the_token_and_never_for_a_page() {
    const TOKEN: &str = "Authorization: Bearer a-token-of-24-characters";
    let server = Server::start(&["--metrics-token", "a-token-of-24-characters"]);
    let proxied = |field: &str| ask(server.connect(), "GET /metrics", &["X-Forwarded-For: 192.0.2.1", field]);
    assert_eq!(proxied(TOKEN).status, 200);
    assert_eq!(proxied("authorization: bearer a-token-of-24-characters").status, 200);
    for field in [
        "X: none",
        "Authorization: Bearer",
        "Authorization: Bearer ",
        "Authorization: Bearer a-token-of-24-character",
        "Authorization: Bearer a-token-of-24-characters1",
        "Authorization: Basic a-token-of-24-characters",
        "Authorization: a-token-of-24-characters",
    ] {
        let answer = proxied(field);
        assert_eq!((answer.status, answer.field("www-authenticate")), (401, Some("Bearer")), "{field}");
        assert!(!answer.body.contains("partyline_"));
    }
    for field in ["Origin: http://localhost", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"]
    {
        assert_eq!(proxied(&format!("{TOKEN}\r\n{field}")).status, 403, "{field}");
        assert_eq!(ask(server.connect(), "GET /metrics", &[field]).status, 403, "{field}");
    }
    assert_eq!(ask(server.connect(), "GET /metrics", &["Sec-Fetch-Site: none"]).status, 200, "typed into a browser");
}

#[test]
fn it_is_ready_while_the_log_works_and_again_once_it_does() {
    let folder = folder();
    let data = folder.path().to_str().unwrap();
    let mut child = program(&["--listen", "127.0.0.1:0", "--data", data])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap().parse().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let ready = || ask(Socket::connect(address), "GET /readyz", &[]);
    assert_eq!((ready().status, ready().body), (200, "ready\n".to_owned()));
    let database = rusqlite::Connection::open(folder.path().join("partyline.db")).unwrap();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut ann = Socket::json_in(address, "ann", "lobby");
    ann.send_json(&say("lobby", "during", "1"));
    assert_eq!(ann.event("refused")["code"], "log_unavailable");
    let answer = ready();
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("the log can't be written") && !answer.body.contains("SQL"), "{answer:?}");
    assert_eq!(ask(Socket::connect(address), "GET /healthz", &[]).status, 200, "a restart wouldn't mend that");
    let metrics = ask(Socket::connect(address), "GET /metrics", &[]).body;
    assert!(number(&metrics, "partyline_log_failures_total{doing=\"write\"}") >= 1.0);
    assert!(number(&metrics, "partyline_log_writable") < 1.0);
    drop(ann);
    database.execute_batch("ROLLBACK").unwrap();
    // Nobody says anything any more: it finds out by itself.
    assert!(log.any(|line| line.unwrap().contains("the log can be written again")));
    assert_eq!(ready().status, 200);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn it_is_not_ready_while_it_stops() {
    let server = Server::start(&[]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut asking = server.connect();
    asking.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n");
    // What was sent has arrived once another connection that came later is served.
    Socket::json_in(server.address, "bob", "lobby");
    server.terminate();
    ann.event("bye");
    asking.send("\r\n");
    let answer = asking.finish();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("the server stops\n"), "{answer}");
    assert!(server.wait().0.success());
}
