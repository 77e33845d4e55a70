//! `partyline`, the native client, against the real server.
//!
//! It is another package's program: cargo builds it beside the server where the whole workspace is tested, which
//! `cargo xtask test` does. Tested alone, the server does without.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Server, Socket, folder};

/// The client's program with a home of its own; `None` where it isn't built.
fn partyline(home: &Path) -> Option<Command> {
    let program: PathBuf = Path::new(env!("CARGO_BIN_EXE_partylined")).with_file_name("partyline");
    if !program.exists() {
        assert!(std::env::var_os("PARTYLINE_BROWSER_TESTS").is_none(), "{} isn't built", program.display());
        return None;
    }
    let mut command = Command::new(program);
    command.env("HOME", home).env("XDG_DATA_HOME", home).stdin(Stdio::null());
    Some(command)
}

#[test]
fn send_succeeds_once_it_is_kept() {
    let home = folder();
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let address = server.address.to_string();
    let Some(mut send) = partyline(home.path()) else { return };
    let output = send.args(["send", &address, "from", "a", "script"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(ann.line_with("from a script").starts_with("guest-"));

    let mut send =
        partyline(home.path()).unwrap().args(["send", &address, "--nick", "ci"]).stdin(Stdio::piped()).spawn().unwrap();
    send.stdin.take().unwrap().write_all("two\nlines\n".as_bytes()).unwrap();
    assert!(send.wait().unwrap().success());
    assert_eq!(ann.line_with(": two"), "ci: two");
    assert_eq!(ann.line(), "  | lines");

    let long = "x".repeat(4001);
    let refused = partyline(home.path()).unwrap().args(["send", &address, &long]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("4000"), "{refused:?}");
}

#[test]
fn chat_talks_through_a_restart_as_the_same_member() {
    let (home, data) = (folder(), folder());
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &[]);
    let address = server.address;
    let mut ann = Socket::plain_in(address, "ann");
    let Some(mut chat) = partyline(home.path()) else { return };
    let chat = chat.args(["chat", &address.to_string(), "--nick", "bob"]);
    let mut chat = chat.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut typed = chat.stdin.take().unwrap();
    let mut shown = BufReader::new(chat.stdout.take().unwrap()).lines().map_while(Result::ok);
    typed.write_all("hello from chat\n".as_bytes()).unwrap();
    assert_eq!(ann.line_with("from chat"), "bob: hello from chat");
    ann.send("hello bob\n");
    assert!(shown.any(|line| line.contains("ann") && line.contains("hello bob")));
    server.kill();
    typed.write_all("said while nobody answers\n".as_bytes()).unwrap();
    let _server = Server::in_folder(data.path(), &address.to_string(), &[]);
    let mut ann = Socket::connect(address);
    ann.send("\n");
    // It comes back before ann, and she is shown it as history; or after her, and she sees it come.
    let said = ann.line_with("said while nobody answers");
    assert!(said.ends_with("bob: said while nobody answers"), "{said}");
    ann.send("welcome back\n");
    assert!(shown.any(|line| line.contains("welcome back")));
    drop(typed);
    assert!(chat.wait().unwrap().success());
}
