//! What a client shows.

use std::collections::BTreeMap;

use partyline_shared::light::same_name;
use partyline_shared::{Bye, Epoch, Limits, MemberRef, Timestamp, Token};
use serde::{Deserialize, Serialize};

use crate::{Clock, Room};

/// What a client keeps between its runs to be the same member again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The secret.
    pub token: Token,
    /// What one was called last.
    pub nick: String,
    /// The log that one was last connected to.
    pub epoch: Epoch,
}

/// Whether the server can be talked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// Not asked to connect yet.
    Idle,
    /// The socket is being opened, or `hello` not answered yet.
    Connecting,
    /// Welcomed.
    Online,
    /// Dropped; the next attempt is at `until`.
    Waiting {
        /// When the next attempt is due.
        until: Timestamp,
        /// How many attempts failed in a row.
        attempt: u32,
        /// What the server said when it ended the connection, if it did.
        bye: Option<Bye>,
    },
    /// Ended for good: the server said not to come back, or the person left.
    Ended(Bye),
}

/// All that a client shows.
#[derive(Clone, Debug)]
pub struct Model {
    /// Whether the server can be talked to.
    pub connection: Connection,
    /// Who one is, once welcomed.
    pub me: Option<MemberRef>,
    /// The server's name.
    pub server: String,
    /// The room that a newcomer is led to.
    pub default_room: String,
    /// What the server allows.
    pub limits: Limits,
    /// The server's clock.
    pub clock: Clock,
    /// Rooms and private conversations by their name on the wire.
    pub rooms: BTreeMap<String, Room>,
    /// The names of the server's rooms as it listed them last: at most 1,000, and maybe none.
    pub listed: Vec<String>,
}

impl Model {
    /// The room that one is in under a name, however it is spelt, or the conversation of this name on the wire.
    pub fn find(&self, typed: &str) -> Option<&Room> {
        let is_it =
            |room: &&Room| !room.private && (same_name(&room.name, typed) || room.asked.as_deref() == Some(typed));
        self.rooms.get(typed).or_else(|| self.rooms.values().find(is_it))
    }
}
