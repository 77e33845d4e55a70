//! What clients of IRC servers say and hear (RFC 2812).

use std::io::Write as _;
use std::net::SocketAddr;

use crate::target::{Endpoint, Step};
use crate::wire::{Kind, Unit, Wire, lines};

/// Lines.
struct Irc;

impl Wire for Irc {
    fn unit(&self, bytes: &[u8]) -> Unit {
        lines::unit(bytes)
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        if unit.starts_with(b":") {
            // ":nick!user@host PRIVMSG #room :text", a few dozen bytes in; else ":server 001 nick :text" and the like.
            match memchr::memchr(b' ', unit).and_then(|at| unit.get(at + 1..)) {
                Some(command) if command.starts_with(b"PRIVMSG ") => Kind::Message,
                // 401 to 407 are what becomes of a message that isn't sent; 433 and its like, of a nick; 471 and on, of joining.
                Some([b'4', b'0' | b'3' | b'7', ..]) => Kind::Refusal,
                _ => Kind::Other,
            }
        } else if unit.starts_with(b"PING ") {
            Kind::Question
        } else if unit.starts_with(b"ERROR ") {
            Kind::Refusal
        } else {
            Kind::Other
        }
    }

    fn answer(&self, unit: &[u8]) -> Vec<u8> {
        [b"PO", unit.get(2..).unwrap_or_default()].concat()
    }
}

/// A client with that nick, unlike any other's, in that room.
pub(super) fn client(address: SocketAddr, nick: &str, room: &str) -> Endpoint {
    let opening = vec![
        // Whoever joins before being welcome is refused.
        Step::framed(format!("NICK {nick}\r\nUSER bench 0 * :bench\r\n"), format!(" 001 {nick} ")),
        // The end of the list of who is there.
        Step::framed(format!("JOIN #{room}\r\n"), format!(" 366 {nick} ")),
    ];
    Endpoint { address, wire: &Irc, opening }
}

/// What a client sends to say `text`. It isn't told its own.
pub(super) fn say(out: &mut Vec<u8>, room: &str, text: &str) {
    // Writing into memory can't fail.
    let _ = write!(out, "PRIVMSG #{room} :{text}\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_from_the_rest() {
        for (line, kind) in [
            (":s0!~bench@127.0.0.1 PRIVMSG #room :text\r\n", Kind::Message),
            (":r7!~bench@127.0.0.1 JOIN :#room\r\n", Kind::Other),
            (":bench.local 422 r0 :Message of the day file is missing.\r\n", Kind::Other),
            (":bench.local 404 r0 #room :Cannot send to channel\r\n", Kind::Refusal),
            (":bench.local 433 * r0 :Nickname already in use\r\n", Kind::Refusal),
            ("ERROR :Closing connection\r\n", Kind::Refusal),
            ("PING :bench.local\r\n", Kind::Question),
        ] {
            assert_eq!(Irc.kind(line.as_bytes()), kind, "{line}");
        }
        assert_eq!(Irc.answer(b"PING :bench.local\r\n"), b"PONG :bench.local\r\n");
    }
}
