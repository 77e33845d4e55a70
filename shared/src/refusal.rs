//! Why a command was not carried out.

use serde::{Deserialize, Serialize};

use crate::ClientRef;

/// A command was not carried out; the session goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Why, for programs.
    pub code: Code,
    /// Why and what to do about it, for people.
    pub text: String,
    /// The attempt that was refused, where it had a name.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<ClientRef>,
    /// The room that the command was about, as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Asking again makes sense after so many milliseconds. Without it, the same command is refused again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// It isn't a JSON object.
    BadJson,
    /// The object's `type` is no command.
    UnknownCommand,
    /// A field is missing, of the wrong type or out of range.
    BadField,
    /// Longer than a line or frame may be.
    TooLong,
    /// `hello` comes first, and once.
    HelloFirst,
    /// The client speaks another version of the protocol.
    UnsupportedProtocol,
    /// Another member has this nick.
    NickTaken,
    /// No nick can look like this.
    BadNick,
    /// No room can be called this.
    BadRoom,
    /// The text is empty or too long.
    BadText,
    /// One isn't in the room.
    NotInRoom,
    /// Nobody here is called that.
    NoSuchMember,
    /// In as many rooms as a member may be.
    TooManyRooms,
    /// Too many messages in a short time.
    RateLimited,
    /// Too many requests of this session are still being answered.
    Busy,
    /// The log can't be written or read now. Nothing was kept.
    LogUnavailable,
    /// A code that this version doesn't know.
    #[serde(other)]
    Unknown,
}

impl Refused {
    /// A refusal that is final for this command.
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, text: text.into(), reference: None, room: None, retry_after_ms: None }
    }

    /// Names the attempt.
    #[must_use]
    pub fn reference(mut self, reference: Option<ClientRef>) -> Self {
        self.reference = reference;
        self
    }

    /// Names the room.
    #[must_use]
    pub fn room(mut self, room: impl Into<String>) -> Self {
        self.room = Some(room.into());
        self
    }

    /// Says when to ask again.
    #[must_use]
    pub fn retry_after(mut self, millis: u64) -> Self {
        self.retry_after_ms = Some(millis);
        self
    }
}
