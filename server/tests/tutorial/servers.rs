//! The tutorial's servers, with our client: `--raw` talks to anything that listens.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Python;
use crate::program::Program;
use crate::support::folder;

/// One of the tutorial's servers, on a port of its own.
fn start(python: &Python, name: &str) -> (Program, SocketAddr) {
    let mut server = Program::start(&mut python.program(name, ([127, 0, 0, 1], 0).into()));
    let port = server.until("\n").trim().strip_prefix("waiting on ").unwrap().parse().unwrap();
    (server, ([127, 0, 0, 1], port).into())
}

/// The client, built beside the server where the whole workspace is tested; `None` where it isn't.
fn partyline(home: &TempDir, words: &[&str], address: SocketAddr) -> Option<Command> {
    let program = Path::new(env!("CARGO_BIN_EXE_partylined")).with_file_name("partyline");
    if !program.exists() {
        assert!(std::env::var_os("PARTYLINE_BROWSER_TESTS").is_none(), "{} isn't built", program.display());
        eprintln!("skipped: {} isn't built", program.display());
        return None;
    }
    let mut command = Command::new(program);
    command.env("HOME", home.path()).env("XDG_DATA_HOME", home.path()).stdin(Stdio::null());
    command.args(words).arg(address.to_string());
    Some(command)
}

#[test]
fn send_to_the_one_shot_server_shows_what_it_answers() {
    let (Some(python), home) = (Python::find(), folder()) else { return };
    let (mut server, address) = start(python, "one_shot_server.py");
    let Some(mut send) = partyline(&home, &["send", "--raw"], address) else { return };
    let output = send.arg("teset").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim_end(), "get");
    assert_eq!(server.until("\n"), "teset\n", "sent as it was written, without a newline");
    assert!(server.finish().0.success());
}

#[test]
fn chat_with_the_one_shot_server_ends_when_the_server_does() {
    let (Some(python), home) = (Python::find(), folder()) else { return };
    let (server, address) = start(python, "one_shot_server.py");
    let Some(mut chat) = partyline(&home, &["chat", "--raw"], address) else { return };
    let mut chat = Program::start(&mut chat);
    chat.write("teset\n");
    chat.until("get");
    assert!(chat.finish().0.success());
    assert!(server.finish().0.success());
}

#[test]
fn chat_with_the_echo_server_leaves_room_for_the_next() {
    let (Some(python), home) = (Python::find(), folder()) else { return };
    let (_server, address) = start(python, "echo_server.py");
    for _ in 0..2 {
        let Some(mut chat) = partyline(&home, &["chat", "--raw"], address) else { return };
        let mut chat = Program::start(&mut chat);
        for line in ["one", "二"] {
            chat.write(&format!("{line}\n"));
            chat.until(line);
        }
        chat.close_stdin();
        assert!(chat.finish().0.success(), "the end of its input ends it");
    }
}

#[test]
fn what_is_under_way_at_the_end_of_the_input_still_arrives() {
    let (Some(python), home) = (Python::find(), folder()) else { return };
    let (_server, address) = start(python, "echo_server.py");
    let Some(mut chat) = partyline(&home, &["chat", "--raw"], address) else { return };
    let mut chat = Program::start(&mut chat);
    chat.write("one\n");
    chat.close_stdin();
    let (status, output) = chat.finish();
    assert!(status.success() && output.contains("one"), "{output}");
}

#[test]
fn chat_with_the_threaded_server_gets_a_receipt_for_each_line() {
    let (Some(python), home) = (Python::find(), folder()) else { return };
    let (_server, address) = start(python, "threaded_server.py");
    let start = || partyline(&home, &["chat", "--raw"], address).map(|mut chat| Program::start(&mut chat));
    let (Some(mut ann), Some(mut bob)) = (start(), start()) else { return };
    for line in ["one", "two"] {
        for chat in [&mut ann, &mut bob] {
            chat.write(&format!("{line}\n"));
            chat.until(&format!("收到你的消息{line}"));
        }
    }
    for mut chat in [ann, bob] {
        chat.close_stdin();
        assert!(chat.finish().0.success());
    }
}
