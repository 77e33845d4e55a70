//! A server that follows a script, and a `partyline` that talks to it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use partyline_shared::Command as Said;
use partyline_shared::codec::json::decode_command;

/// Nobody waits for ever for the other one.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const WELCOME: &str = r#"{"type":"welcome","protocol":1,"server":"scripted","you":{"id":"6d650000000000000000000000000000","nick":"me"},"token":"00112233445566778899aabbccddeeff","epoch":"e1","default_room":"lobby","now":0,"limits":{}}"#;
pub(crate) const JOINED: &str = r#"{"type":"joined","room":"lobby","count":1,"members":[],"head":0,"messages":[]}"#;

/// A port that somebody will listen on.
pub(crate) struct Server {
    listener: TcpListener,
    pub(crate) address: String,
}

/// One connection to it.
pub(crate) struct Connection {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Server {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        Self { listener, address }
    }

    pub(crate) fn accept(&self) -> Connection {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Connection { reader: BufReader::new(stream.try_clone().unwrap()), writer: stream }
    }
}

impl Connection {
    /// What the client says next.
    pub(crate) fn hear(&mut self) -> Option<Said> {
        let mut line = String::new();
        let count = self.reader.read_line(&mut line).unwrap();
        (count > 0).then(|| decode_command(&line).unwrap())
    }

    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.writer, "{line}").unwrap();
    }

    /// Lets a client in, up to its first room.
    pub(crate) fn welcome(&mut self) {
        let Some(Said::Hello(hello)) = self.hear() else { panic!("hello comes first") };
        self.say(WELCOME);
        if hello.resume.is_empty() {
            assert!(matches!(self.hear(), Some(Said::Join(join)) if join.room == "lobby"));
        }
        self.say(JOINED);
    }

    /// Hears a message, without answering: its text and its reference.
    pub(crate) fn hear_message(&mut self) -> (String, String) {
        let Some(Said::Say(say)) = self.hear() else { panic!("a message is expected") };
        (say.text, say.reference.unwrap().as_str().to_owned())
    }

    pub(crate) fn confirm(&mut self, reference: &str, seq: u64) {
        self.say(&format!(r#"{{"type":"sent","ref":"{reference}","room":"lobby","seq":{seq},"at":0}}"#));
    }
}

/// How it went: status, stdout, stderr.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) problems: String,
}

/// Runs `partyline` to its end, with a home of its own, while `script` plays the server.
pub(crate) fn partyline(args: &[&str], stdin: &str, script: impl FnOnce() + Send) -> Outcome {
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_partyline"))
        .args(args)
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path())
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A client that leaves without reading it all is no failure of the test.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = std::thread::scope(|scope| {
        scope.spawn(script);
        child.wait_with_output().unwrap()
    });
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code(), out: text(output.stdout), problems: text(output.stderr) }
}
