//! Programs that speak HTTP and WebSocket.

use std::process::Command;

use serde_json::{Value, json};

use crate::cell;
use crate::program::Program;
use crate::support::{Server, Socket, say};

/// The one that Debian's packages are for, whatever else is called `python3` here.
pub(crate) const PYTHON: &str = "/usr/bin/python3";

pub(crate) const HEADING: &str = "\
| with | over HTTP |
|---|---|
";

/// The rows of the table.
pub(crate) fn rows() -> String {
    websocket_of_curl();
    let rows = [
        ("curl: `curl http://HOST:19534/`", cell("the whole page", page)),
        ("curl: `curl http://HOST:19534/healthz`", cell("`ok`, with status 0", health)),
        (
            "Python's `websockets`: `connect(\"ws://HOST:19534/ws\")`",
            cell("both ways, with the number of each message", websockets),
        ),
    ];
    rows.map(|(with, works)| format!("| {with} | {works} |\n")).concat()
}

fn curl(words: &[&str]) -> String {
    // No configuration of the person's, and no proxy between.
    let output = Command::new("curl").args(["-q", "--silent", "--show-error", "--noproxy", "*"]).args(words).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn page() {
    let server = Server::start(&[]);
    let page = curl(&[&format!("http://{}/", server.address)]);
    assert!(page.starts_with("<!") && page.trim_end().ends_with("</html>"), "{page}");
}

fn health() {
    let server = Server::start(&[]);
    assert_eq!(curl(&["--fail", &format!("http://{}/healthz", server.address)]), "ok\n");
}

/// Only some builds of curl have it, so it is in no table; where it is there, it must work.
fn websocket_of_curl() {
    let version = Command::new("curl").arg("--version").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let protocols = version.lines().find_map(|line| line.strip_prefix("Protocols: ")).unwrap_or_default();
    if !protocols.split(' ').any(|protocol| protocol == "ws") {
        return;
    }
    // It sends nothing, and shows what comes: the server's good-bye to somebody who never says hello.
    let server = Server::start(&["--hello-seconds", "1"]);
    let mut curl = Command::new("curl");
    let mut curl = Program::start(curl.args(["-q", "-sN", "--noproxy", "*", &format!("ws://{}/ws", server.address)]));
    curl.until("\"type\":\"bye\"");
}

fn websockets() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools/websocket_client.py");
    let url = format!("ws://{}/ws", server.address);
    let mut client = Program::start(Command::new(PYTHON).args([script, &url]).env("PYTHONUTF8", "1"));
    for command in [
        json!({"type": "hello", "nick": "bot"}),
        json!({"type": "join", "room": "lobby"}),
        say("lobby", "hello 你好 é", "1"),
    ] {
        client.write(&format!("{command}\n"));
    }
    assert_eq!(ann.line_with("hello"), "bot: hello 你好 é");
    assert_eq!(event(&mut client, "sent")["seq"], 1);
    ann.send("welcome 你好 é\n");
    let message = event(&mut client, "message");
    assert_eq!((&message["text"], &message["seq"]), (&json!("welcome 你好 é"), &json!(2)));
    client.close_stdin();
    assert!(client.finish().0.success());
}

/// The next object of this type among what it prints.
fn event(client: &mut Program, kind: &str) -> Value {
    loop {
        let value: Value = serde_json::from_str(&client.until("\n")).unwrap();
        if value["type"] == kind {
            return value;
        }
    }
}
