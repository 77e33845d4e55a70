//! Other servers, measured in the same run (`--peers`).
//!
//! To add one: a file in `peers/` with a type that implements [`Target`] (see [`crate::partyline`] for an example, [`crate::wire`]
//! for framings, and [`crate::server::Launch`] for starting a process: `announced` or `at_port`), its `mod` below, and a line in [`all`].
//! What is installed goes into a [`Store`]. The type's constructor looks whether the server is there and says how to get it where it
//! isn't. Nothing else needs to be known: rooms are lower-case letters and digits, texts are ASCII without anything that an encoding
//! escapes, and everything is run by the same scenarios. A wire of its own is a type without state that implements
//! [`crate::wire::Wire`]: `unit` tells the length of the unit that some bytes begin with, `kind` tells a message from the rest, by its
//! first bytes if at all possible, since it is asked for each delivery.
//!
//! None of them keeps messages, acknowledges them, or sends them back to whoever said them.

mod axum;
mod debian;
mod inspircd;
mod irc;
mod mosquitto;
mod mqtt;
mod nats;
mod ngircd;
mod node;
mod rooms;
mod socket_io;
mod store;
mod uwebsockets;
mod ws;

use anyhow::Result;

use crate::target::Target;

pub use axum::Axum;
pub use store::Store;

/// All that this machine has, in the order of the report. Those that are missing are named with what to do about it, and left out.
pub fn all(store: &Store) -> Peers {
    let mut peers = Peers::default();
    peers.add("uWebSockets", uwebsockets::UWebSockets::find(store));
    peers.add("node ws", ws::Ws::find(store));
    peers.add("socket.io", socket_io::SocketIo::find(store));
    peers.add("axum", Axum::find());
    peers.add("mosquitto", mosquitto::Mosquitto::find(store, mqtt::Carrier::WebSocket));
    peers.add("mosquitto", mosquitto::Mosquitto::find(store, mqtt::Carrier::Tcp));
    peers.add("nats-server", nats::Nats::find(store));
    peers.add("inspircd", inspircd::Inspircd::find(store));
    peers.add("ngircd", ngircd::Ngircd::find(store));
    peers
}

/// What there is to compare with.
#[derive(Default)]
pub struct Peers {
    /// Ready to be started.
    pub found: Vec<Box<dyn Target>>,
    /// Each with why, in a line.
    pub missing: Vec<(String, String)>,
}

impl Peers {
    fn add<T: Target + 'static>(&mut self, name: &str, peer: Result<T>) {
        match peer {
            Ok(peer) => self.found.push(Box::new(peer)),
            // Of one program with two faces, once.
            Err(_) if self.missing.iter().any(|(missing, _)| missing == name) => {}
            Err(error) => self.missing.push((name.to_owned(), format!("{error:#}"))),
        }
    }
}
