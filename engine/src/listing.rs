//! Which rooms the server has, beyond those that one is in.

use partyline_shared::{Command, RoomSummary, Timestamp};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::{Change, Connection, Saying};

/// A client that only wants to offer rooms asks for them at most this often, in milliseconds.
const ASK_EVERY_MS: u64 = 30_000;
/// Most rooms that are kept; nobody is offered more.
const MOST: usize = 1000;

/// When the list was asked for, and by whom.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    asked: Option<Timestamp>,
    /// The person waits for it.
    for_person: bool,
}

impl Listing {
    /// What was asked on a connection isn't answered on the next.
    pub(crate) fn drop_connection(&mut self) {
        *self = Self::default();
    }
}

impl Engine {
    /// The person wants to read the list.
    pub(crate) fn list_rooms(&mut self, out: &mut Outputs) {
        self.listing.for_person |= self.ask(Command::Rooms, out);
    }

    /// Rooms are about to be offered.
    pub(crate) fn find_rooms(&mut self, now: Timestamp, out: &mut Outputs) {
        let recent = self.listing.asked.is_some_and(|asked| now.since(asked) < ASK_EVERY_MS);
        if self.model.connection == Connection::Online && !recent {
            self.listing.asked = Some(now);
            out.transmit(Command::Rooms);
        }
    }

    /// The server's list.
    pub(crate) fn rooms_listed(&mut self, rooms: Vec<RoomSummary>, out: &mut Outputs) {
        self.model.listed = rooms.iter().take(MOST).map(|room| room.room.clone()).collect();
        out.changed(Change::Listed);
        if std::mem::take(&mut self.listing.for_person) {
            out.notice(None, Saying::Rooms(rooms));
        }
    }
}
