//! What is measured: a server, and how clients speak with it.
//!
//! To measure one more, implement [`Target`]. [`crate::partyline`] is an example; [`crate::wire`] has the framings that most use.

use std::net::SocketAddr;

use anyhow::Result;

use crate::server::{Launch, Server};
use crate::wire::Wire;

/// A server, and one way to read from it.
///
/// Whatever it does for each message, it does as it is usually deployed: no settings that make it quicker, none that make it slower,
/// but without bounds on rates, so that it is the server and not a bound that is measured.
pub trait Target {
    /// As the report's tables have it, such as "nats-server" or "Partyline, WebSocket". One line, short.
    fn name(&self) -> String;

    /// Its release, as it says it itself, such as "2.9.10". Empty where it has none.
    fn version(&self) -> String;

    /// Starts it, and returns once it can be connected to. `launch` has a fresh folder for it and puts it on its cores; whatever has
    /// to be built or installed has been before, and isn't part of this.
    ///
    /// # Errors
    /// Where it isn't installed or doesn't start: the error says what to do.
    fn start(&self, launch: &Launch) -> Result<Server>;

    /// How the reader with this number, counted from 0, enters a room. Rooms are called by lower-case letters and digits.
    fn reader(&self, server: &Server, room: &str, number: usize) -> Endpoint;

    /// How the sender with this number, counted from 0, does. It is another client than any reader.
    fn sender(&self, server: &Server, room: &str, number: usize) -> Endpoint;

    /// Appends what that sender sends to say `text` in that room: 128 bytes of ASCII letters, digits, `.` and `:`, which no encoding
    /// escapes. `message` counts up from 0 for each sender.
    fn say(&self, out: &mut Vec<u8>, room: &str, text: &str, message: u64);

    /// Does the server acknowledge each message to its sender, by a [`crate::wire::Kind::Receipt`]?
    fn acknowledges(&self) -> bool;

    /// How many clients may be connecting at a time, where `usual` is how many may to most servers. Those that let clients in by the
    /// ticks of a clock want more, and those with a short queue fewer.
    fn at_once(&self, usual: usize) -> usize {
        usual
    }
}

/// How one client connects.
pub struct Endpoint {
    /// Where to, by TCP.
    pub address: SocketAddr,
    /// How what it gets is framed.
    pub wire: &'static dyn Wire,
    /// What it says first, and waits for. After the last one it is in its room and gets what is said there.
    pub opening: Vec<Step>,
}

/// A step of a client's opening.
#[derive(Clone, Debug)]
pub enum Step {
    /// Sends bytes, and reads up to the end of the first `until`, before anything is framed: an HTTP request, up to an empty line.
    /// Only at the beginning.
    Raw {
        /// What is sent.
        send: Vec<u8>,
        /// What is waited for.
        until: &'static [u8],
    },
    /// Sends bytes, framed as the client frames what it sends, and waits for a unit that contains `until`. Sends only, if that is empty.
    /// Nothing may be sent: it waits only.
    Framed {
        /// What is sent.
        send: Vec<u8>,
        /// What is waited for.
        until: Vec<u8>,
    },
}

impl Step {
    /// A WebSocket's opening handshake, with more header lines where a server wants them.
    pub fn websocket(path: &str, more: &str) -> Self {
        Self::Raw { send: crate::wire::websocket::request(path, more), until: b"\r\n\r\n" }
    }

    /// A framed step.
    pub fn framed(send: impl Into<Vec<u8>>, until: impl Into<Vec<u8>>) -> Self {
        Self::Framed { send: send.into(), until: until.into() }
    }
}
