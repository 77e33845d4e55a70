//! What the hub and the log say to each other.

use partyline_shared::{ClientRef, Kind, MemberId, MemberRef, RoomName, Seq, Timestamp, Via};

/// A sequence of numbered entries: a room, or what two members say to each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// A room.
    Room(RoomName),
    /// A private conversation.
    Private {
        /// The member with the lower id.
        low: MemberId,
        /// The member with the higher id.
        high: MemberId,
    },
}

impl Stream {
    /// The conversation between two members, whichever asks.
    pub fn private(a: MemberId, b: MemberId) -> Self {
        Self::Private { low: a.min(b), high: a.max(b) }
    }

    /// What a log keeps the stream under: the same for every spelling of a room, and no room's is a
    /// conversation's (no room's name holds an `@`).
    pub fn key(&self) -> String {
        match self {
            Self::Room(name) => name.key(),
            Self::Private { low, high } => format!("@{low}@{high}"),
        }
    }
}

/// Something that is to get a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Where.
    pub stream: Stream,
    /// Who says it.
    pub from: MemberRef,
    /// Who it is said to, in a private conversation.
    pub to: Option<MemberRef>,
    /// What sort of entry it is.
    pub kind: Kind,
    /// What is said.
    pub text: String,
    /// The door it came through.
    pub via: Via,
    /// The attempt: in a stream the log gives the same author's same reference the same number again.
    pub reference: Option<ClientRef>,
}

/// An entry that has its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub seq: Seq,
    /// When it was written.
    pub at: Timestamp,
    /// Who said it.
    pub from: MemberRef,
    /// Who it was said to, in a private conversation.
    pub to: Option<MemberRef>,
    /// What sort of entry it is.
    pub kind: Kind,
    /// What was said.
    pub text: String,
    /// The door it came through.
    pub via: Via,
}

/// The answer to an append that is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Its number.
    pub seq: Seq,
    /// When it was written: for a duplicate, the first time.
    pub at: Timestamp,
    /// The same author had said this under the same reference before, and it is one message.
    pub duplicate: bool,
}

/// Why the log did not do something. What lies behind it is for the server's own log, not for clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// It can't be written or read: a full disk, a lock, a failing device.
    #[error("the log is not available")]
    Unavailable,
    /// More is waiting than it takes.
    #[error("the log is busy")]
    Busy,
}

/// What can be read from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A page of a stream, in order: the last `limit` entries, those before `before`, or the first ones after
    /// `after`. Answered with [`Outcome::Page`].
    Page {
        /// Which.
        stream: Stream,
        /// Only lower numbers.
        before: Option<Seq>,
        /// Only higher numbers, lowest first.
        after: Option<Seq>,
        /// How many at most.
        limit: usize,
    },
    /// The rooms that something was said in, the latest first, to a second. Answered with [`Outcome::Rooms`].
    Rooms {
        /// How many at most.
        limit: usize,
    },
    /// The private conversations of a member, the latest first. Answered with [`Outcome::Conversations`].
    Conversations {
        /// Whose.
        member: MemberId,
        /// How many at most.
        limit: usize,
    },
    /// What a member has read: of the streams that it read last, each one's key and the last number. Answered with
    /// [`Outcome::Marks`], the one that was read longest ago first.
    Marks {
        /// Whose.
        member: MemberId,
        /// How many at most.
        limit: usize,
    },
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A page.
    Page(Page),
    /// Rooms.
    Rooms(Vec<RoomHead>),
    /// Conversations.
    Conversations(Vec<ConversationHead>),
    /// What a member has read.
    Marks(Vec<(String, Seq)>),
}

/// A page of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The room's name in the spelling that the log has, if it has the room.
    pub name: Option<String>,
    /// In order.
    pub entries: Vec<Entry>,
    /// The highest number of the stream; 0 for none.
    pub head: Seq,
    /// There is more in the direction that was asked for.
    pub more: bool,
}

/// A room that something was said in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomHead {
    /// What it is compared by.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its highest number.
    pub head: Seq,
}

/// A private conversation of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationHead {
    /// The other member, as they were last called in it.
    pub with: MemberRef,
    /// Its highest number.
    pub head: Seq,
}
