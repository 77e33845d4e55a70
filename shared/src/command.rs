//! What a client asks of the server.

use serde::{Deserialize, Serialize};

use crate::{ClientRef, Epoch, Seq, Token};

/// One request of a client. In JSON it is an object whose `type` is the variant's name in `snake_case`; fields
/// that the server doesn't know are ignored. docs/PROTOCOL.md shows each with an example.
///
/// Rooms are written by their name, private conversations as `@` and the other member's id (see
/// [`crate::Target`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// The first one of every session: who is calling. Answered with `welcome`.
    Hello(Hello),
    /// Enter a room. Answered with `joined`.
    Join(Join),
    /// Leave a room. Answered with `presence`.
    Part {
        /// The room.
        room: String,
    },
    /// Say something. Answered with `sent` once it is on the disk, or with `refused`.
    Say(Say),
    /// Say something to one member in private, by nick. Answered like `say`.
    Tell {
        /// The nick.
        to: String,
        /// What is said.
        text: String,
        /// See [`Say::reference`].
        #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<ClientRef>,
    },
    /// Take another nick. Answered with `presence` or `refused`.
    Nick {
        /// The new nick.
        nick: String,
    },
    /// Read a page of what was said. Answered with `history`.
    History(History),
    /// Ask who is in a room. Answered with `members`.
    Who {
        /// The room.
        room: String,
    },
    /// Ask which rooms there are. Answered with `rooms`.
    Rooms,
    /// Tell a room that one is typing. Not answered, never stored.
    Typing {
        /// The room.
        room: String,
    },
    /// Tell the member's other sessions, and later ones, up to where one has read. Not answered.
    Read {
        /// The room or conversation.
        room: String,
        /// The last number that was read. A lower one than before changes nothing.
        seq: Seq,
    },
    /// Ask for a `pong`.
    Ping {
        /// Comes back in the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nonce: Option<u64>,
    },
    /// Leave for good: the nick is free at once. Answered with `bye`.
    Quit,
}

/// Who is calling, and what they have already.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hello {
    /// The version of the protocol that the client speaks; [`crate::PROTOCOL`] where it isn't said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<u32>,
    /// The nick that the client would like. Without one, or where it is taken, a guest's nick is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nick: Option<String>,
    /// The token of an earlier `welcome`: whoever shows it is the same member again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// The epoch of the log that the resume points are of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// The rooms to enter again, and what the client has of each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resume: Vec<ResumePoint>,
}

/// The last number that a client has of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumePoint {
    /// The room.
    pub room: String,
    /// The last number; 0 for none.
    pub seq: Seq,
}

/// Enter a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    /// The room.
    pub room: String,
    /// The last number that the client has; the first page starts after it where it reaches that far back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
}

/// Say something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Say {
    /// Where.
    pub room: String,
    /// What.
    pub text: String,
    /// The client's name for this attempt. Sent again after a drop under the same name, it stays one message.
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<ClientRef>,
    /// What one does rather than says (`/me waves`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub action: bool,
}

/// Read a page of what was said: the last one before `before`, or the first one after `after`, or the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The room or conversation.
    pub room: String,
    /// Only messages with a lower number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Seq>,
    /// Only messages with a higher number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// How many at most: 1 to [`crate::Limits::page`], which is also what is given where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
