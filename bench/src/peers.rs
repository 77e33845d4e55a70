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

use anyhow::{Context as _, Result};

use crate::target::Target;
use mqtt::Carrier;

pub use axum::Axum;
pub use store::Store;

/// Looks for a server in a store, or installs it there.
type Find = fn(&Store) -> Result<Box<dyn Target>>;

/// All that are known, in the order of the report, by their names in it.
const PEERS: [(&str, Find); 9] = [
    ("uWebSockets", |store| Ok(Box::new(uwebsockets::UWebSockets::find(store)?))),
    ("node ws", |store| Ok(Box::new(ws::Ws::find(store)?))),
    ("socket.io", |store| Ok(Box::new(socket_io::SocketIo::find(store)?))),
    ("axum, tokio broadcast", |_| Ok(Box::new(Axum::find()?))),
    ("mosquitto, WebSocket", |store| Ok(Box::new(mosquitto::Mosquitto::find(store, Carrier::WebSocket)?))),
    ("mosquitto, TCP", |store| Ok(Box::new(mosquitto::Mosquitto::find(store, Carrier::Tcp)?))),
    ("nats-server", |store| Ok(Box::new(nats::Nats::find(store)?))),
    ("inspircd", |store| Ok(Box::new(inspircd::Inspircd::find(store)?))),
    ("ngircd", |store| Ok(Box::new(ngircd::Ngircd::find(store)?))),
];

/// What there is to compare with.
#[derive(Default)]
pub struct Peers {
    /// Ready to be started.
    pub found: Vec<Box<dyn Target>>,
    /// Each with why, in a line.
    pub missing: Vec<(String, String)>,
}

/// All that this machine has. Those that are missing are named with what to do about it, and left out.
pub fn all(store: &Store) -> Peers {
    let mut peers = Peers::default();
    for (name, find) in PEERS {
        match find(store) {
            Ok(peer) => peers.found.push(peer),
            Err(error) => peers.missing.push((name.to_owned(), format!("{error:#}"))),
        }
    }
    peers
}

/// The one with that name.
///
/// # Errors
/// Where there is none, or it isn't installed: the error says what to do.
pub fn find(store: &Store, name: &str) -> Result<Box<dyn Target>> {
    let (_, find) =
        PEERS.iter().find(|(known, _)| *known == name).with_context(|| format!("no server is called {name}"))?;
    find(store)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_the_name_that_it_has() {
        // Those that this machine has.
        let store = Store::of_user().unwrap();
        for (name, find) in PEERS {
            if let Ok(peer) = find(&store) {
                assert_eq!(peer.name(), name);
            }
        }
        assert!(find(&store, "nobody").is_err());
    }
}
