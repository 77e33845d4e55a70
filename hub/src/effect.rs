//! What the hub wants done.

use partyline_shared::{Event, MemberId, Refused, Sent, Seq};

use crate::{NewEntry, PostId, Query, SessionId};

/// A room, as long as it is in memory. A number is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u64);

/// One append, until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppendId(pub u64);

/// One read, until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadId(pub u64);

/// What is to be done, in the order it is returned in.
#[derive(Debug)]
pub enum Effect {
    /// Tell one session.
    Send {
        /// Which.
        session: SessionId,
        /// What.
        event: Event,
    },
    /// Tell whoever brought an [`crate::Input::Post`] what came of it.
    Posted {
        /// Which.
        post: PostId,
        /// The number it got, or why it got none.
        outcome: Result<Sent, Refused>,
    },
    /// Tell a session whatever is delivered to this room from now on.
    Subscribe {
        /// Which session.
        session: SessionId,
        /// Which room.
        room: RoomId,
    },
    /// Stop that.
    Unsubscribe {
        /// Which session.
        session: SessionId,
        /// Which room.
        room: RoomId,
    },
    /// Tell every session that is subscribed to a room: one effect, however many there are.
    Deliver {
        /// Which room.
        room: RoomId,
        /// What.
        event: Event,
        /// The session that caused it, which is told in another way.
        except: Option<SessionId>,
    },
    /// Write to the log; answer with [`crate::Input::Committed`].
    Append {
        /// To answer with.
        append: AppendId,
        /// What.
        entry: NewEntry,
    },
    /// Read from the log; answer with [`crate::Input::Read`].
    Read {
        /// To answer with.
        read: ReadId,
        /// What.
        query: Query,
    },
    /// Keep what a member has read. Not answered: where it can't be kept, it is lost, and written again only once the
    /// member has read further.
    Mark {
        /// Whose.
        member: MemberId,
        /// Streams by their key, and the last number that was read in each.
        marks: Vec<(String, Seq)>,
    },
    /// End a connection once it has been told everything. No [`crate::Input::Close`] needs to follow.
    Close {
        /// Which.
        session: SessionId,
    },
}
