//! A WebSocket per room, named by the path; what is said is a text frame each, and so is what is heard. For servers that bring only
//! WebSockets: the least that a chat over them can be, written the way that each one's examples do it.

use std::net::SocketAddr;

use crate::target::{Endpoint, Step};
use crate::wire::{Kind, Unit, Wire, websocket};

/// Text frames, each of which is a message.
struct Texts;

impl Wire for Texts {
    fn unit(&self, bytes: &[u8]) -> Unit {
        websocket::unit(bytes)
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        if websocket::is_text(unit) {
            Kind::Message
        } else if websocket::is_ping(unit) {
            Kind::Question
        } else {
            Kind::Other
        }
    }

    fn answer(&self, unit: &[u8]) -> Vec<u8> {
        websocket::pong(unit)
    }
}

/// A client of that room: in it once the handshake is answered.
pub(super) fn client(address: SocketAddr, room: &str) -> Endpoint {
    Endpoint { address, wire: &Texts, opening: vec![Step::websocket(&format!("/{room}"), "")] }
}

/// What a client sends to say `text`. The connection is the room's already.
pub(super) fn say(out: &mut Vec<u8>, text: &str) {
    out.extend(websocket::text(text.as_bytes()));
}
