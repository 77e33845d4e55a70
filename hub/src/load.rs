//! How much the hub holds.

use crate::Hub;

/// What a hub holds in memory, for metrics. Everything in it is bounded; with nobody connected and nobody kept in
/// mind, and the log having answered, all of it is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Open connections.
    pub sessions: usize,
    /// Members with a session, and those who are kept in mind for a while.
    pub members: usize,
    /// Rooms that somebody is in or about to enter, or whose messages are on their way to the log.
    pub rooms: usize,
    /// Messages on their way to the log.
    pub appends: usize,
    /// Reads that the log hasn't answered.
    pub reads: usize,
}

impl Hub {
    /// What is held now.
    pub fn load(&self) -> Load {
        Load {
            sessions: self.sessions.len(),
            members: self.members.len(),
            rooms: self.rooms.len(),
            appends: self.appends.len(),
            reads: self.reads.len(),
        }
    }
}
