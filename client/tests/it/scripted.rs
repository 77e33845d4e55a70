//! A server that follows a script, and a `partyline` that talks to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use partyline_shared::Command as Said;
use partyline_shared::codec::json::decode_command;

/// Nobody waits for ever for the other one.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const WELCOME: &str = r#"{"type":"welcome","protocol":1,"server":"scripted","you":{"id":"6d650000000000000000000000000000","nick":"me"},"token":"00112233445566778899aabbccddeeff","epoch":"e1","default_room":"lobby","now":0,"limits":{}}"#;
pub(crate) const JOINED: &str = r#"{"type":"joined","room":"lobby","count":1,"members":[],"head":0,"messages":[]}"#;

/// A socket that somebody will listen on.
pub(crate) struct Server {
    listener: Listener,
    pub(crate) address: String,
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// One connection to it.
pub(crate) struct Connection {
    reader: BufReader<Box<dyn Read>>,
    writer: Box<dyn Write>,
}

impl Server {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        Self { listener: Listener::Tcp(listener), address }
    }

    pub(crate) fn unix(path: &Path) -> Self {
        let listener = Listener::Unix(UnixListener::bind(path).unwrap());
        Self { listener, address: format!("unix:{}", path.display()) }
    }

    pub(crate) fn accept(&self) -> Connection {
        let (reader, writer): (Box<dyn Read>, Box<dyn Write>) = match &self.listener {
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept().unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                (Box::new(stream.try_clone().unwrap()), Box::new(stream))
            }
            Listener::Unix(listener) => {
                let (stream, _) = listener.accept().unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                (Box::new(stream.try_clone().unwrap()), Box::new(stream))
            }
        };
        Connection { reader: BufReader::new(reader), writer }
    }
}

impl Connection {
    /// What the client says next, but for what it has read: it says that when it finds the time.
    pub(crate) fn hear(&mut self) -> Option<Said> {
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match decode_command(&line).unwrap() {
                Said::Read { .. } => {}
                said => return Some(said),
            }
        }
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

impl Outcome {
    /// Waits for a `partyline` to end. What it wrote has to be text.
    pub(crate) fn of(child: Child) -> Self {
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), problems: text(output.stderr) }
    }

    /// It failed, and said why.
    #[track_caller]
    pub(crate) fn fails_with(&self, why: &str) {
        assert_eq!(self.code, Some(1), "{}", self.problems);
        let last = self.problems.lines().last().unwrap_or_default();
        assert!(last.starts_with("partyline: ") && last.contains(why), "{}", self.problems);
    }
}

/// A `partyline`, ready to run, with pipes and a home of its own.
pub(crate) fn command(args: &[&str], home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_partyline"));
    command.args(args).env("HOME", home).env("XDG_DATA_HOME", home).env("TZ", "UTC");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `partyline` to its end, with a home of its own, while `script` plays the server.
pub(crate) fn partyline(args: &[&str], stdin: &str, script: impl FnOnce() + Send) -> Outcome {
    let home = tempfile::tempdir().unwrap();
    let mut child = command(args, home.path()).spawn().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(script);
        let mut pipe = child.stdin.take().unwrap();
        // A client that leaves without reading it all is no failure of the test.
        scope.spawn(move || pipe.write_all(stdin.as_bytes()));
        Outcome::of(child)
    })
}
