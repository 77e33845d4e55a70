//! `--listen unix:PATH`: all dialects over a socket that has a path, and whose path that is.

use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;

use serde_json::json;

use crate::support::{Server, Socket, folder, run, say};

fn on(path: &Path, flags: &[&str]) -> Server {
    let unix = format!("unix:{}", path.display());
    let mut server = Server::start(&[&["--listen", &unix], flags].concat());
    assert_eq!(server.listens_also(), unix);
    server
}

/// Tries to start one there; returns why it doesn't.
fn refused(address: &str) -> String {
    let (code, _, stderr) = run(&["--listen", address, "--data", ":memory:"]);
    assert_eq!(code, Some(1), "{stderr}");
    stderr
}

#[test]
fn every_dialect_is_spoken_over_it() {
    let folder = folder();
    let path = folder.path().join("party.sock");
    let server = on(&path, &[]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut script = Socket::unix(&path);
    script.send("no line end");
    assert_eq!(script.receive(), "收到你的消息no line end");
    let message = ann.event("message");
    assert_eq!((&message["text"], &message["via"]), (&json!("no line end"), &json!("unix")));
    let mut person = Socket::unix(&path);
    person.send("\n");
    assert!(person.line().starts_with("-- Welcome"));
    person.line_with("no line end");
    ann.send_json(&say("lobby", "hello there", "1"));
    assert_eq!(person.line_with("hello"), "ann: hello there");
    let mut bot = Socket::unix(&path);
    bot.send_json(&json!({"type": "hello", "nick": "bot"}));
    bot.send_json(&json!({"type": "join", "room": "lobby"}));
    bot.send_json(&say("lobby", "by json", "1"));
    bot.event("sent");
    let message = ann.event("message");
    assert_eq!((&message["text"], &message["via"]), (&json!("by json"), &json!("json")));
    let mut http = Socket::unix(&path);
    http.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(http.finish().ends_with("\r\n\r\nok\n"));
    let mut last = Socket::unix(&path);
    last.send("tail");
    assert_eq!(last.finish(), "收到你的消息tail\n");
}

#[test]
fn it_is_the_owners_unless_said_otherwise_and_gone_at_the_end() {
    let folder = folder();
    let path = folder.path().join("party.sock");
    for (flags, mode) in [(&[][..], 0o600), (&["--unix-mode", "660"], 0o660)] {
        let server = on(&path, flags);
        let found = std::fs::symlink_metadata(&path).unwrap();
        assert!(found.file_type().is_socket());
        assert_eq!(found.permissions().mode() & 0o777, mode);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing lies beside it");
        server.terminate();
        assert!(server.wait().1.contains(&format!("nc -U {}", path.display())));
        assert!(!path.exists());
    }
}

#[test]
fn a_socket_is_replaced_only_if_nobody_answers() {
    let folder = folder();
    let path = folder.path().join("party.sock");
    let address = format!("unix:{}", path.display());
    let server = on(&path, &[]);
    assert!(refused(&address).contains("the address is in use"));
    server.kill();
    assert!(path.exists(), "as a crash leaves it");
    let _server = on(&path, &[]);
    let mut script = Socket::unix(&path);
    script.send("back");
    assert_eq!(script.receive(), "收到你的消息back");
}

#[test]
fn what_is_in_the_way_is_left_alone() {
    let folder = folder();
    let file = folder.path().join("file");
    std::fs::write(&file, "precious").unwrap();
    for kind in ["unix", "unixgram"] {
        let said = refused(&format!("{kind}:{}", file.display()));
        assert!(said.contains("isn't a socket") && said.contains("left alone"), "{said}");
    }
    assert_eq!(std::fs::read(&file).unwrap(), b"precious");
    assert!(refused(&format!("unix:{}/no/x.sock", folder.path().display())).contains("its folder doesn't exist"));
    assert!(refused(&format!("unix:{}", folder.path().join("x".repeat(108)).display())).contains("too long"));
}

#[test]
fn it_serves_without_any_port() {
    let folder = folder();
    let path = folder.path().join("party.sock");
    let gram = folder.path().join("gram.sock");
    let (unix, unixgram) = (format!("unix:{}", path.display()), format!("unixgram:{}", gram.display()));
    let mut child = crate::support::program(&["--listen", &unix, "--listen", &unixgram, "--data", ":memory:"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().unwrap());
    while !said.contains("Ctrl-C") {
        assert!(std::io::BufRead::read_line(&mut stdout, &mut said).unwrap() > 0, "{said}");
    }
    assert!(said.starts_with(&format!("listening on {unix}\nlistening on {unixgram}\n")), "{said}");
    let mut script = Socket::unix(&path);
    script.send("alone");
    assert_eq!(script.receive(), "收到你的消息alone");
    child.kill().unwrap();
    child.wait().unwrap();
}
