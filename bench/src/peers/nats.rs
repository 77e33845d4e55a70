//! nats-server, over TCP, in its text protocol. A room is a subject; publishers aren't subscribed and get nothing back.

use std::fs;
use std::io::Write as _;

use anyhow::Result;

use super::debian::Program;
use super::store::Store;
use crate::server::{Launch, Server};
use crate::target::{Endpoint, Step, Target};
use crate::wire::{Kind, Unit, Wire, lines};

/// The configuration, but for the port.
const CONFIGURATION: &str = include_str!("../../peers/nats.conf");

/// What a client says first: nothing is to be confirmed one by one, and nobody hears their own.
const CONNECT: &str =
    "CONNECT {\"verbose\":false,\"pedantic\":false,\"echo\":false,\"lang\":\"bench\",\"version\":\"1\"}\r\n";

/// Lines, of which `MSG` tells how many bytes come after it.
struct Protocol;

/// The server.
#[derive(Debug)]
pub(super) struct Nats {
    program: Program,
    version: String,
}

impl Nats {
    /// Finds it.
    pub(super) fn find(store: &Store) -> Result<Self> {
        let program = Program::find(store, "nats-server", "nats-server")?;
        Ok(Self { version: program.version("--version", ": v")?, program })
    }
}

impl Target for Nats {
    fn name(&self) -> String {
        "nats-server".to_owned()
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        let port = Launch::free_port()?;
        let configuration = launch.folder.join("nats.conf");
        fs::write(&configuration, CONFIGURATION.replace("{port}", &port.to_string()))?;
        launch.at_port(self.program.command().arg("--config").arg(configuration), port)
    }

    fn reader(&self, server: &Server, room: &str, _number: usize) -> Endpoint {
        // The answer to a ping comes after all that was sent before it is done.
        let opening = vec![Step::framed(format!("{CONNECT}SUB {room} 1\r\nPING\r\n"), "PONG\r\n")];
        Endpoint { address: server.address(), wire: &Protocol, opening }
    }

    fn sender(&self, server: &Server, _room: &str, _number: usize) -> Endpoint {
        let opening = vec![Step::framed(format!("{CONNECT}PING\r\n"), "PONG\r\n")];
        Endpoint { address: server.address(), wire: &Protocol, opening }
    }

    fn say(&self, out: &mut Vec<u8>, room: &str, text: &str, _message: u64) {
        // Writing into memory can't fail.
        let _ = write!(out, "PUB {room} {}\r\n{text}\r\n", text.len());
    }

    fn acknowledges(&self) -> bool {
        false
    }
}

impl Wire for Protocol {
    fn unit(&self, bytes: &[u8]) -> Unit {
        let line = match lines::unit(bytes) {
            Unit::Length(line) if bytes.starts_with(b"MSG ") => line,
            other => return other,
        };
        // "MSG room 1 128\r\n", then so many bytes, then "\r\n".
        let digits = bytes[..line].trim_ascii_end().rsplit(|&byte| byte == b' ').next().unwrap_or_default();
        let length = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<usize>().ok());
        length.and_then(|length| length.checked_add(line + 2)).map_or(Unit::Malformed, Unit::Length)
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        match unit {
            [b'M', ..] => Kind::Message,
            [b'P', b'I', ..] => Kind::Question,
            [b'-', ..] => Kind::Refusal,
            _ => Kind::Other,
        }
    }

    fn answer(&self, _unit: &[u8]) -> Vec<u8> {
        b"PONG\r\n".to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_long_as_its_line_says() {
        let bytes = b"MSG lobby 1 5\r\na\r\nbc\r\nPING\r\n";
        assert_eq!(Protocol.unit(bytes), Unit::Length(bytes.len() - 6));
        assert_eq!(Protocol.unit(&bytes[..10]), Unit::Unknown);
        assert_eq!(Protocol.unit(b"PING\r\nMSG"), Unit::Length(6));
        assert_eq!(Protocol.unit(b"MSG lobby 1 x\r\n"), Unit::Malformed);
        for (unit, kind) in [
            (&bytes[..22], Kind::Message),
            (b"PING\r\n", Kind::Question),
            (b"PONG\r\n", Kind::Other),
            (b"INFO {}\r\n", Kind::Other),
            (b"-ERR 'Slow Consumer'\r\n", Kind::Refusal),
        ] {
            assert_eq!(Protocol.kind(unit), kind);
        }
    }
}
