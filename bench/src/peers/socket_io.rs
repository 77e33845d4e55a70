//! `socket.io` on Node.js, over its WebSocket transport: engine.io's packets in text frames. A room's messages go to everybody but
//! their sender. It comes without native add-ons.

use anyhow::Result;

use super::node::Program;
use super::store::Store;
use crate::server::{Launch, Server};
use crate::target::{Endpoint, Step, Target};
use crate::wire::{Kind, Unit, Wire, websocket};

/// engine.io's packets: `2` is a ping, `3` a pong, `4` a message of socket.io's, of which `2` is an event.
const PING: &[u8] = b"2";
const PONG: &[u8] = b"3";
const EVENT: &[u8] = b"42[";

/// Frames with a packet each.
struct Packets;

/// The server.
#[derive(Debug)]
pub(super) struct SocketIo(Program);

impl SocketIo {
    /// Finds it.
    pub(super) fn find(store: &Store) -> Result<Self> {
        Ok(Self(Program::find(store, "socket.io", include_str!("../../peers/node/socket_io.js"))?))
    }
}

impl Target for SocketIo {
    fn name(&self) -> String {
        "socket.io".to_owned()
    }

    fn version(&self) -> String {
        self.0.version()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        self.0.start(launch)
    }

    fn reader(&self, server: &Server, room: &str, _number: usize) -> Endpoint {
        let mut endpoint = self.sender(server, room, 0);
        // An event that is to be acknowledged, as number 0.
        let join = websocket::text(format!("420[\"join\",\"{room}\"]").as_bytes());
        endpoint.opening.push(Step::framed(join, "430["));
        endpoint
    }

    fn sender(&self, server: &Server, _room: &str, _number: usize) -> Endpoint {
        let opening = vec![
            Step::websocket("/socket.io/?EIO=4&transport=websocket", ""),
            Step::framed(websocket::text(b"40"), "40{"),
        ];
        Endpoint { address: server.address(), wire: &Packets, opening }
    }

    fn say(&self, out: &mut Vec<u8>, room: &str, text: &str, _message: u64) {
        out.extend(websocket::text(format!("42[\"say\",\"{room}\",\"{text}\"]").as_bytes()));
    }

    fn acknowledges(&self) -> bool {
        false
    }
}

impl Wire for Packets {
    fn unit(&self, bytes: &[u8]) -> Unit {
        websocket::unit(bytes)
    }

    fn kind(&self, unit: &[u8]) -> Kind {
        let packet = websocket::payload(unit);
        if packet.starts_with(EVENT) {
            Kind::Message
        } else if packet == PING || websocket::is_ping(unit) {
            Kind::Question
        } else {
            Kind::Other
        }
    }

    fn answer(&self, unit: &[u8]) -> Vec<u8> {
        if websocket::is_ping(unit) { websocket::pong(unit) } else { websocket::text(PONG) }
    }
}
