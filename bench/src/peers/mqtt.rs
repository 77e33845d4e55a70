//! What clients of MQTT brokers say and hear (MQTT 3.1.1, quality of service 0). A room is a topic; publishers aren't subscribed and get nothing back.

use std::net::SocketAddr;

use crate::target::{Endpoint, Step};
use crate::wire::{Kind, Unit, Wire, websocket};

const CONNECT: u8 = 0x10;
const PUBLISH: u8 = 0x30;
/// With the flags that the standard asks for.
const SUBSCRIBE: u8 = 0x82;

/// The session is fresh and the client is let in.
const CONNECTED: [u8; 4] = [0x20, 2, 0, 0];
/// Of the packet with the identifier 1: granted, at quality of service 0.
const SUBSCRIBED: [u8; 5] = [0x90, 3, 0, 1, 0];

/// What packets travel in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// TCP, one after the other.
    Tcp,
    /// A WebSocket, a binary frame each.
    WebSocket,
}

/// Packets.
struct Packets;

/// Frames with a packet each.
struct Frames;

impl Carrier {
    /// A client with that identifier, unlike any other's; subscribed, if to anything.
    pub(super) fn client(self, address: SocketAddr, identifier: &str, topic: Option<&str>) -> Endpoint {
        let mut opening = match self {
            Self::Tcp => Vec::new(),
            Self::WebSocket => vec![Step::websocket("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n")],
        };
        // Protocol level 4, a clean session, no duty to be heard of every so often.
        let connect = [string("MQTT"), vec![4, 2, 0, 0], string(identifier)].concat();
        opening.push(Step::framed(self.framed(packet(CONNECT, &connect)), CONNECTED));
        if let Some(topic) = topic {
            let subscribe = [vec![0, 1], string(topic), vec![0]].concat();
            opening.push(Step::framed(self.framed(packet(SUBSCRIBE, &subscribe)), SUBSCRIBED));
        }
        let wire: &'static dyn Wire = match self {
            Self::Tcp => &Packets,
            Self::WebSocket => &Frames,
        };
        Endpoint { address, wire, opening }
    }

    /// What a client sends to say `text`.
    pub(super) fn say(self, out: &mut Vec<u8>, topic: &str, text: &str) {
        let publish = packet(PUBLISH, &[&string(topic), text.as_bytes()].concat());
        out.extend(self.framed(publish));
    }

    fn framed(self, packet: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Tcp => packet,
            Self::WebSocket => websocket::binary(&packet),
        }
    }
}

impl Wire for Packets {
    fn unit(&self, bytes: &[u8]) -> Unit {
        let mut length = 0;
        // Seven bits a byte, the lowest first; four bytes at most (section 2.2.3).
        for (place, byte) in bytes.iter().skip(1).take(4).enumerate() {
            length |= usize::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Unit::Length(2 + place + length);
            }
        }
        if bytes.len() > 4 { Unit::Malformed } else { Unit::Unknown }
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        kind(unit)
    }
}

impl Wire for Frames {
    fn unit(&self, bytes: &[u8]) -> Unit {
        websocket::unit(bytes)
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        if websocket::is_ping(unit) { Kind::Question } else { kind(websocket::payload(unit)) }
    }

    fn answer(&self, unit: &[u8]) -> Vec<u8> {
        websocket::pong(unit)
    }
}

fn kind(packet: &[u8]) -> Kind {
    match packet.first() {
        Some(&PUBLISH) => Kind::Message,
        _ => Kind::Other,
    }
}

fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![kind];
    let mut length = body.len();
    loop {
        let low = u8::try_from(length & 0x7f).unwrap_or_default();
        length >>= 7;
        packet.push(if length > 0 { low | 0x80 } else { low });
        if length == 0 {
            break;
        }
    }
    packet.extend_from_slice(body);
    packet
}

/// Two bytes of length, and so many of text. Names and topics here are short.
fn string(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_they_are_written() {
        for length in [0, 1, 127, 128, 300, 16_383, 16_384, 3_000_000] {
            let packet = packet(PUBLISH, &vec![7; length]);
            assert_eq!(Packets.unit(&packet), Unit::Length(packet.len()));
            assert_eq!(Packets.kind(&packet), Kind::Message);
        }
        assert_eq!(Packets.unit(&[PUBLISH]), Unit::Unknown);
        assert_eq!(Packets.unit(&[PUBLISH, 0x80]), Unit::Unknown);
        assert_eq!(Packets.unit(&[PUBLISH, 0x80, 0x80, 0x80, 0x80, 1]), Unit::Malformed);
    }
}
