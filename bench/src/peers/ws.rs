//! `ws`, the WebSocket library of Node.js, with a broadcast as in its own example: to everybody but the sender. It comes without
//! native add-ons.

use anyhow::Result;

use super::node::Program;
use super::rooms;
use super::store::Store;
use crate::server::{Launch, Server};
use crate::target::{Endpoint, Target};

/// The server.
#[derive(Debug)]
pub(super) struct Ws(Program);

impl Ws {
    /// Finds it.
    pub(super) fn find(store: &Store) -> Result<Self> {
        Ok(Self(Program::find(store, "ws", include_str!("../../peers/node/ws.js"))?))
    }
}

impl Target for Ws {
    fn name(&self) -> String {
        "node ws".to_owned()
    }

    fn version(&self) -> String {
        self.0.version()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        self.0.start(launch)
    }

    fn reader(&self, server: &Server, room: &str, _number: usize) -> Endpoint {
        rooms::client(server.address(), room)
    }

    fn sender(&self, server: &Server, room: &str, _number: usize) -> Endpoint {
        rooms::client(server.address(), room)
    }

    fn say(&self, out: &mut Vec<u8>, _room: &str, text: &str, _message: u64) {
        rooms::say(out, text);
    }

    fn acknowledges(&self) -> bool {
        false
    }
}
