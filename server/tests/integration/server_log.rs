//! What the server's own log holds of what strangers send: nothing that they say, and nothing that acts.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::Stdio;

use serde_json::json;

use crate::request::ask_exactly;
use crate::support::{Socket, Web, folder, program, say};

/// Escape sequences in seven and eight bits, ways to end a line, to go back, and to turn one round.
const HOSTILE: &str = "\u{1b}[31m\u{1b}]0;x\u{7}\u{9b}31m\u{90}q\u{85}\r\n\u{8}\u{7f}\u{202e}\u{2066}\u{2028}\u{200b}";

/// What lets somebody read the metrics.
const TOKEN: &str = "the-metrics-token-of-this-server";

/// What is said, sent and called, each with a word to find it by.
fn hostile(word: &str) -> String {
    format!("{word}{HOSTILE}1999-01-01T00:00:00Z ERROR forged-{word}")
}

/// Sends all that somebody might, through every door.
fn visit(address: SocketAddr) {
    let mut json = Socket::json_in(address, "nickjson", "roomjson");
    json.send_json(&say("roomjson", &hostile("textjson"), "1"));
    json.event("sent");
    json.send_json(&json!({"type": "nick", "nick": hostile("nickbad")}));
    json.event("refused");
    json.send_json(&json!({"type": "join", "room": hostile("roombad")}));
    json.event("refused");
    json.send_json(&json!({"type": hostile("typebad")}));
    json.event("refused");
    json.send(format!("{{{}\n", HOSTILE.replace(['\r', '\n'], "")));
    json.event("refused");
    let mut web = Web::join(address, "nickweb", "roomjson");
    web.send(&say("roomjson", &hostile("textweb"), "1"));
    web.event("sent");
    json.event("message");
    let mut plain = Socket::plain_in(address, "nickplain");
    plain.send(format!("{}\n", hostile("textplain").replace(['\r', '\n'], "")));
    plain.send(format!("/nick {}\n", hostile("plainbad").replace(['\r', '\n'], "")));
    plain.line_with("-- error");
    let mut telnet = Socket::connect(address);
    telnet.send(b"\xff\xfb\x01\xff\xfa\x18\x00\x1b[2J\xff\xf0texttelnet\x1b[31m\x9b\r\n");
    telnet.finish_bytes();
    let mut script = Socket::connect(address);
    script.send(hostile("textscript"));
    script.finish();
    // Bytes from 0x80 on may stand in fields; controls are refused by whatever reads HTTP.
    let field = hostile("fieldbad").replace(|c: char| c.is_ascii_control(), "");
    for fields in [
        [format!("Host: {field}"), "X: y".to_owned()],
        ["Host: localhost".to_owned(), format!("Origin: http://{field}")],
        ["Host: localhost".to_owned(), format!("User-Agent: {field}")],
        ["Host: localhost".to_owned(), format!("Authorization: Bearer {field}")],
        ["Host: localhost".to_owned(), format!("X-Forwarded-Host: {}", HOSTILE.replace(['\r', '\n'], ""))],
    ] {
        let fields: Vec<_> = fields.iter().map(String::as_str).collect();
        for line in ["GET /pathbad%1b%5b31m%0aforged", "POST /metrics"] {
            assert!(ask_exactly(Socket::connect(address), line, &fields).status >= 400);
        }
    }
    let fields = ["Host: localhost", "X-Forwarded-For: 192.0.2.1", &format!("Authorization: Bearer {TOKEN}")];
    assert!([200, 403].contains(&ask_exactly(Socket::connect(address), "GET /metrics", &fields).status));
    let mut raw = Socket::connect(address);
    raw.send(format!("GET /{} HTTP/1.1\r\n\r\n", hostile("pathraw").replace(['\r', '\n'], "")));
    raw.finish_bytes();
    for garbage in
        ["NICK nickirc\x1b[31m\r\n", "\x16\x03\x01\x1b[31m", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x1b[31mtexth2"]
    {
        let mut socket = Socket::connect(address);
        socket.send(garbage);
        socket.finish_bytes();
    }
}

/// The log of a server with these flags, after that.
fn log_of(flags: &[&str]) -> String {
    let folder = folder();
    let file = folder.path().join("log");
    let flags = [&["--listen", "127.0.0.1:0", "--data", ":memory:"], flags].concat();
    let mut child =
        program(&flags).stdout(Stdio::piped()).stderr(Stdio::from(File::create(&file).unwrap())).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    visit(line.trim().strip_prefix("listening on ").unwrap().parse().unwrap());
    crate::support::signal(&child, "TERM");
    assert!(child.wait().unwrap().success());
    String::from_utf8(std::fs::read(&file).unwrap()).unwrap()
}

/// Each line is an event of the server's, and no character acts.
fn check_lines(log: &str, starts_well: impl Fn(&str) -> bool) {
    let acts = |c: char| {
        c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    for line in log.lines() {
        assert!(!line.contains(acts), "{line:?}");
        assert!(starts_well(line), "{line:?}");
    }
    assert!(log.ends_with('\n') && !log.contains('\r'));
}

/// `2026-11-22T17:00:00.000000Z  INFO …`; what is forged above is of another century.
fn is_event(line: &str) -> bool {
    line.starts_with("20") && line.get(26..27) == Some("Z")
}

#[test]
fn by_default_it_holds_nothing_that_was_said() {
    let log = log_of(&[]);
    check_lines(&log, is_event);
    assert!(log.contains("stopping"), "{log}");
    for said in ["text", "nick", "room", "typebad", "plainbad", "fieldbad", "path", "forged", "[31m"] {
        assert!(!log.contains(said), "{said} is in\n{log}");
    }
}

#[test]
fn at_its_most_talkative_it_is_still_lines_of_the_servers_own() {
    let log = log_of(&["--log-level", "trace", "--metrics-token", TOKEN]);
    check_lines(&log, is_event);
    assert!(log.contains(" TRACE "));
    assert!(log.contains("textweb") && log.contains("\\u202e") && log.contains("\\u000a"), "nothing hostile came by");
    assert!(!log.contains(TOKEN));
    let log = log_of(&["--log-level", "trace", "--log-format", "json"]);
    check_lines(&log, |line| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|event| event.is_object()));
}
