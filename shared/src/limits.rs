//! The bounds that a client has to know.

use serde::Serialize;

/// The bounds of a server that a client can run into, as told in `welcome`. Each is a setting of the server;
/// the defaults are those of a server that was told nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// Longest message, in characters (Unicode scalar values).
    pub message_chars: usize,
    /// Longest nick, in characters.
    pub nick_chars: usize,
    /// Longest room name, in characters.
    pub room_chars: usize,
    /// Rooms that one member may be in at a time.
    pub rooms_per_member: usize,
    /// Messages that a member may say at once after a silence.
    pub burst: u32,
    /// Messages a second that a member may go on saying after that.
    pub per_second: u32,
    /// Messages of the first page that comes with `joined`.
    pub replay: usize,
    /// Most messages in one page of history.
    pub page: usize,
    /// Members of a room up to whom each is told of who comes, goes and is renamed; of more, only how many there are.
    pub crowd: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_chars: 4000,
            nick_chars: 32,
            room_chars: 64,
            rooms_per_member: 50,
            burst: 5,
            per_second: 2,
            replay: 50,
            page: 100,
            crowd: 100,
        }
    }
}
