//! Partyline itself, as it is told to be by default: every message is on the disk before it is delivered. Only bounds on rates are lifted.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::server::{Launch, Server};
use crate::target::{Endpoint, Step, Target};
use crate::wire::{Kind, Unit, Wire, lines, websocket};

/// The room of whoever opens in plain text and asks for nothing.
pub const DEFAULT_ROOM: &str = "lobby";

/// Bounds on rates, which are not what is measured.
const FLAGS: [&str; 8] =
    ["--log-level", "error", "--per-second", "0", "--requests-per-second", "0", "--read-bytes-per-second", "0"];

/// A form in which clients read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// JSON in WebSocket text frames.
    WebSocket,
    /// JSON, a line each.
    Json,
    /// Plain text.
    Plain,
}

/// A Partyline server with readers of one dialect or of several. Senders speak JSON lines.
#[derive(Clone, Debug)]
pub struct Partyline {
    program: PathBuf,
    name: &'static str,
    flags: Vec<String>,
    readers: &'static [(Dialect, usize)],
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::WebSocket, Self::Json, Self::Plain];

    fn readers(self) -> (&'static str, &'static [(Self, usize)]) {
        match self {
            Self::WebSocket => ("Partyline, WebSocket", &[(Self::WebSocket, 1)]),
            Self::Json => ("Partyline, JSON lines", &[(Self::Json, 1)]),
            Self::Plain => ("Partyline, plain text", &[(Self::Plain, 1)]),
        }
    }
}

impl Partyline {
    /// The program, with readers of one dialect.
    pub fn new(program: &Path, dialect: Dialect) -> Self {
        let (name, readers) = dialect.readers();
        Self { program: program.to_owned(), name, flags: Vec::new(), readers }
    }

    /// The program, with readers of all dialects in one room: of ten, five in WebSocket, three in JSON lines, two in plain text.
    pub fn mixed(program: &Path) -> Self {
        let readers = &[(Dialect::WebSocket, 5), (Dialect::Json, 3), (Dialect::Plain, 2)];
        Self { program: program.to_owned(), name: "Partyline, mixed", flags: Vec::new(), readers }
    }

    /// The same with more flags.
    #[must_use]
    pub fn with(mut self, flags: &[&str]) -> Self {
        self.flags.extend(flags.iter().map(|&flag| flag.to_owned()));
        self
    }

    /// A reader that enters several rooms.
    pub fn reader_of(&self, server: &Server, rooms: &[String], number: usize) -> Endpoint {
        let address = server.address();
        let hello = format!(r#"{{"type":"hello","nick":"r{number}"}}"#);
        match self.dialect(number) {
            Dialect::WebSocket => {
                let mut opening = vec![Step::websocket("/ws", "")];
                let mut said = websocket::text(hello.as_bytes());
                for room in rooms {
                    said.extend(websocket::text(join(room).as_bytes()));
                    opening.push(Step::framed(std::mem::take(&mut said), joined(room)));
                }
                Endpoint { address, wire: &Frames, opening }
            }
            Dialect::Json => Endpoint { address, wire: &JsonLines, opening: json_opening(&hello, rooms) },
            Dialect::Plain => {
                let enter = |room: &String| {
                    let said = if room == DEFAULT_ROOM { "\n".to_owned() } else { format!("/join {room}\n") };
                    Step::framed(said, format!("This is {room}:"))
                };
                Endpoint { address, wire: &PlainLines, opening: rooms.iter().map(enter).collect() }
            }
        }
    }

    /// A sender that enters several rooms.
    pub fn sender_of(&self, server: &Server, rooms: &[String]) -> Endpoint {
        self.sender_with(server, rooms, "s0")
    }

    #[expect(clippy::unused_self, reason = "how a server of this kind is spoken to")]
    fn sender_with(&self, server: &Server, rooms: &[String], nick: &str) -> Endpoint {
        let hello = format!(r#"{{"type":"hello","nick":"{nick}"}}"#);
        Endpoint { address: server.address(), wire: &JsonLines, opening: json_opening(&hello, rooms) }
    }

    fn dialect(&self, number: usize) -> Dialect {
        let all: usize = self.readers.iter().map(|(_, share)| share).sum();
        let mut left = number % all.max(1);
        for &(dialect, share) in self.readers {
            match left.checked_sub(share) {
                None => return dialect,
                Some(rest) => left = rest,
            }
        }
        Dialect::WebSocket
    }
}

impl Target for Partyline {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn version(&self) -> String {
        let said = Command::new(&self.program).arg("--version").output();
        let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        said.split_whitespace().last().unwrap_or_default().to_owned()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        let mut command = Command::new(&self.program);
        command
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(launch.folder.join("log"))
            .args(FLAGS)
            .args(&self.flags);
        launch.announced(command.stderr(Stdio::inherit()), "listening on ")
    }

    fn reader(&self, server: &Server, room: &str, number: usize) -> Endpoint {
        self.reader_of(server, &[room.to_owned()], number)
    }

    fn sender(&self, server: &Server, room: &str, number: usize) -> Endpoint {
        self.sender_with(server, &[room.to_owned()], &format!("s{number}"))
    }

    fn say(&self, out: &mut Vec<u8>, room: &str, text: &str, message: u64) {
        let said = format!("{{\"type\":\"say\",\"room\":\"{room}\",\"ref\":\"{message}\",\"text\":\"{text}\"}}\n");
        out.extend_from_slice(said.as_bytes());
    }

    fn acknowledges(&self) -> bool {
        true
    }
}

fn json_opening(hello: &str, rooms: &[String]) -> Vec<Step> {
    let mut said = format!("{hello}\n");
    let mut opening = Vec::new();
    for room in rooms {
        said.push_str(&join(room));
        said.push('\n');
        opening.push(Step::framed(std::mem::take(&mut said), joined(room)));
    }
    opening
}

fn join(room: &str) -> String {
    format!(r#"{{"type":"join","room":"{room}"}}"#)
}

/// What the answer begins with.
fn joined(room: &str) -> String {
    format!(r#"{{"type":"joined","room":"{room}""#)
}

/// JSON in WebSocket text frames.
struct Frames;

/// JSON, a line each.
struct JsonLines;

/// Plain text.
struct PlainLines;

impl Wire for Frames {
    fn unit(&self, bytes: &[u8]) -> Unit {
        websocket::unit(bytes)
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        if websocket::is_ping(unit) { Kind::Question } else { kind_of_event(websocket::payload(unit)) }
    }

    fn answer(&self, unit: &[u8]) -> Vec<u8> {
        websocket::pong(unit)
    }
}

impl Wire for JsonLines {
    fn unit(&self, bytes: &[u8]) -> Unit {
        lines::unit(bytes)
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        kind_of_event(unit)
    }
}

impl Wire for PlainLines {
    fn unit(&self, bytes: &[u8]) -> Unit {
        lines::unit(bytes)
    }

    /// What the server says itself begins with dashes.
    fn kind(&self, unit: &[u8]) -> Kind {
        if unit.starts_with(b"-- ") { Kind::Other } else { Kind::Message }
    }
}

/// The server writes the type first.
fn kind_of_event(event: &[u8]) -> Kind {
    if event.starts_with(br#"{"type":"message""#) {
        Kind::Message
    } else if event.starts_with(br#"{"type":"sent""#) {
        Kind::Receipt
    } else if event.starts_with(br#"{"type":"refused""#) || event.starts_with(br#"{"type":"bye""#) {
        Kind::Refusal
    } else {
        Kind::Other
    }
}
