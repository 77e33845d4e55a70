//! What clients write down.

use partyline_shared::{ByeReason, ClientRef, Epoch, MemberRef, ResumePoint, Seq};
use serde::{Deserialize, Serialize};

/// How a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// Plain text: no numbers, no references, no resume.
    Plain,
    /// JSON lines.
    Json,
    /// WebSocket.
    Web,
}

/// One line of a journal: something that a client did or saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// The first one: who keeps the journal.
    Client {
        /// How it speaks.
        dialect: Dialect,
    },
    /// It was welcomed, for the first time or again.
    Connected {
        /// What it is called.
        nick: String,
        /// The log; plain text doesn't tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<Epoch>,
        /// The resume points that it had given.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        resume: Vec<ResumePoint>,
    },
    /// It was let into a room.
    Joined {
        /// The room.
        room: String,
        /// The room's highest number.
        head: Seq,
        /// Its resume point meant nothing.
        afresh: bool,
    },
    /// It is about to write this to its connection, for the first time or again.
    Said {
        /// The room.
        room: String,
        /// The attempt; none in plain text.
        #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<ClientRef>,
        /// No client says the same text twice but under the same reference.
        text: String,
    },
    /// `sent` came.
    Acknowledged {
        /// The room.
        room: String,
        /// The attempt.
        #[serde(rename = "ref")]
        reference: ClientRef,
        /// Its number.
        seq: Seq,
    },
    /// In plain text: the receipt for this came.
    Receipt {
        /// The text.
        text: String,
    },
    /// `refused` came for an attempt.
    Refused {
        /// The attempt.
        #[serde(rename = "ref")]
        reference: ClientRef,
        /// Why.
        why: String,
    },
    /// A message came as it was said, rather than in a page.
    Heard {
        /// The room.
        room: String,
        /// Its number.
        seq: Seq,
        /// Who said it.
        from: MemberRef,
        /// What.
        text: String,
    },
    /// A message took its place in what the person sees, from wherever it came.
    Shown {
        /// The room.
        room: String,
        /// Its number.
        seq: Seq,
        /// Who said it.
        from: MemberRef,
        /// What.
        text: String,
        /// Above all that was there, as when somebody reads up, rather than below.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        above: bool,
    },
    /// In plain text: a line of somebody came.
    Line {
        /// The room.
        room: String,
        /// What they are called.
        nick: String,
        /// What they said.
        text: String,
    },
    /// The server ended the connection.
    Bye {
        /// Why.
        reason: ByeReason,
        /// When to come back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        return_after_ms: Option<u64>,
        /// After it the connection was closed as its dialect has it.
        closed: bool,
    },
    /// The connection is gone.
    Disconnected,
    /// The client ended in good order: it was shown all that there is in its rooms.
    Finished,
    /// The ledger: this stands in the history, asked for at the very end.
    Kept {
        /// The room.
        room: String,
        /// Its number.
        seq: Seq,
        /// Who said it.
        from: MemberRef,
        /// What.
        text: String,
    },
    /// The ledger: that was all of this log.
    End {
        /// The log.
        epoch: Epoch,
    },
}
