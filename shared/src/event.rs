//! What the server tells a client.

use serde::{Deserialize, Serialize};

use crate::{ClientRef, Epoch, Limits, MemberId, Refused, Seq, Timestamp, Token};

/// One thing that the server says. In JSON it is an object whose `type` is the variant's name in
/// `snake_case`. A client ignores fields and types that it doesn't know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The answer to `hello`.
    Welcome(Welcome),
    /// The answer to `join`, and to each resume point of a `hello`.
    Joined(Joined),
    /// Somebody else said something, or oneself in another session.
    Message(Message),
    /// What one said is on the disk, under this number.
    Sent(Sent),
    /// Somebody came, left, or is called something else.
    Presence {
        /// The room.
        room: String,
        /// Who, as they are called now.
        member: MemberRef,
        /// What happened.
        change: Change,
        /// What they were called before, where they renamed themselves.
        #[serde(skip_serializing_if = "Option::is_none")]
        was: Option<String>,
    },
    /// How many are in a crowd now: a room with more than [`Limits::crowd`] members, which isn't told who comes, goes
    /// and is renamed. What was known of who is there may be out of date.
    Count {
        /// The room.
        room: String,
        /// How many are in it.
        count: usize,
    },
    /// The answer to `history`.
    History(HistoryPage),
    /// The answer to `who`. It also comes unasked, where more changed than is told one by one, and where a crowd has
    /// shrunk: it is who is there now.
    Members {
        /// The room.
        room: String,
        /// How many are in it.
        count: usize,
        /// Who; at most 500.
        members: Vec<MemberRef>,
    },
    /// The answer to `rooms`.
    Rooms {
        /// Rooms with somebody in them first, then by how lately something was said; at most 200.
        rooms: Vec<RoomSummary>,
    },
    /// The private conversations of a member that came back, so that it can catch up on them.
    Conversations {
        /// The latest first; at most 100.
        conversations: Vec<Conversation>,
    },
    /// Somebody is typing.
    Typing {
        /// The room.
        room: String,
        /// Who.
        member: MemberRef,
    },
    /// The member has read up to there, in another session.
    Read {
        /// The room or conversation.
        room: String,
        /// The last number that was read.
        seq: Seq,
    },
    /// A command was not carried out.
    Refused(Refused),
    /// The connection ends after this.
    Bye(Bye),
    /// The answer to `ping`.
    Pong {
        /// What the `ping` held.
        #[serde(skip_serializing_if = "Option::is_none")]
        nonce: Option<u64>,
    },
    /// A type that this version doesn't know, to be ignored.
    Unknown,
}

/// A member, as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRef {
    /// Who they are, whatever they are called.
    pub id: MemberId,
    /// What they are called.
    pub nick: String,
}

/// The answer to `hello`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Welcome {
    /// The version of the protocol that the server speaks.
    pub protocol: u32,
    /// The server's name and version, for people.
    pub server: String,
    /// Who one is.
    pub you: MemberRef,
    /// The secret to come back with.
    pub token: Token,
    /// The log that the numbers are of.
    pub epoch: Epoch,
    /// The room that a newcomer is led to.
    pub default_room: String,
    /// The server's clock.
    pub now: Timestamp,
    /// What the server allows.
    pub limits: Limits,
}

/// A room that was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Joined {
    /// The room, in the spelling that it goes by.
    pub room: String,
    /// The room as it was asked for, where that is another spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// How many are in it.
    pub count: usize,
    /// Who; at most [`Limits::crowd`], and at most 500.
    pub members: Vec<MemberRef>,
    /// The highest number so far; 0 for none.
    pub head: Seq,
    /// The latest messages in order, at most [`Limits::replay`]; after a resume point, only those past it. What
    /// lies between the resume point and the first of these is to be had with `history`.
    pub messages: Vec<Message>,
    /// The last number that the member has read here, in any session; `None` where that isn't known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<Seq>,
    /// The resume point means nothing here (another epoch, or past the head): drop what you have of this room.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub afresh: bool,
}

/// A numbered entry of a room or a private conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The room's name, or `@` and the id of the other member.
    pub room: String,
    /// Its number there.
    pub seq: Seq,
    /// When it was written to the log, by the server's clock.
    pub at: Timestamp,
    /// Who said it, as they were called then.
    pub from: MemberRef,
    /// Who it was said to, in a private conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<MemberRef>,
    /// What sort of entry it is.
    #[serde(skip_serializing_if = "Kind::is_text")]
    pub kind: Kind,
    /// What was said. Line breaks (`\n`) and tabs are the only control characters in it.
    pub text: String,
    /// The door that it came through.
    pub via: Via,
}

/// What sort of entry of the log something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something said.
    #[default]
    Text,
    /// Something done (`/me`).
    Action,
    /// A kind that this version doesn't know: it has a number, and is otherwise skipped.
    #[serde(other)]
    Unknown,
}

impl Kind {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it may skip by reference")]
    fn is_text(&self) -> bool {
        *self == Self::Text
    }
}

/// The door that something came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Plain text over TCP.
    Tcp,
    /// JSON lines, over TCP or a Unix socket.
    Json,
    /// WebSocket: the page, or a program.
    Ws,
    /// Plain text over a Unix socket, as a stream or as a datagram: somebody on the server's machine.
    Unix,
    /// A UDP datagram: a message from somebody who isn't there.
    Udp,
    /// A door that this version doesn't know.
    #[serde(other)]
    Unknown,
}

/// What one said is on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// The client's name for the attempt.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<ClientRef>,
    /// Where: as in [`Message::room`].
    pub room: String,
    /// Its number there.
    pub seq: Seq,
    /// When it was written.
    pub at: Timestamp,
    /// Who it was said to, in a private conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<MemberRef>,
    /// What is kept of the text, where that isn't all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What happened to a member's presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// They came.
    Joined,
    /// They left the room.
    Left,
    /// They are called something else now.
    Renamed,
    /// A change that this version doesn't know.
    #[serde(other)]
    Unknown,
}

/// A page of what was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistoryPage {
    /// The room or conversation.
    pub room: String,
    /// In order.
    pub messages: Vec<Message>,
    /// The highest number so far.
    pub head: Seq,
    /// There is more in the direction that was asked for.
    pub more: bool,
}

/// A room, in a list of rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoomSummary {
    /// Its name.
    pub room: String,
    /// How many are in it now.
    pub count: usize,
    /// The highest number so far.
    pub head: Seq,
}

/// A private conversation, in a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conversation {
    /// `@` and the other member's id.
    pub room: String,
    /// What the other one was last called in it.
    pub nick: String,
    /// The highest number so far.
    pub head: Seq,
    /// The last number that the member has read here, in any session; `None` where that isn't known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<Seq>,
}

/// The connection ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bye {
    /// Why, for programs.
    pub reason: ByeReason,
    /// Why, for people.
    pub text: String,
    /// How long to wait before coming back, in milliseconds. Without it, don't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_after_ms: Option<u64>,
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ByeReason {
    /// The client asked for it.
    Quit,
    /// The server stops or restarts.
    Shutdown,
    /// The client reads more slowly than its rooms talk: nothing is lost, it resumes when it comes back.
    TooSlow,
    /// No `hello` came in time.
    NoHello,
    /// The client broke a rule for which there is no other answer.
    Protocol,
    /// A bound on connections was reached.
    TooMany,
    /// A reason that this version doesn't know.
    #[serde(other)]
    Unknown,
}
