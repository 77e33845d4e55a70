//! An entry of a room as a line of a file: what `export` writes and `import` reads.

use partyline_shared::{ClientRef, MemberRef, Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// The version of the format that is written, and the one that is read.
pub(crate) const FORMAT: u32 = 1;

/// The first line: what the lines after it are of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The version of the format: [`FORMAT`]. Its name is what tells such a file from any other JSON lines.
    pub(crate) partyline_room: u32,
    /// The room's name.
    pub(crate) room: String,
    /// The log that it was in.
    pub(crate) epoch: String,
    /// Its highest number, which the last line has, unless nothing of the room was kept.
    pub(crate) head: Seq,
    /// When.
    pub(crate) exported_at: Timestamp,
}

/// An entry. A field that isn't known would be lost, so it is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    pub(crate) seq: Seq,
    pub(crate) at: Timestamp,
    pub(crate) from: MemberRef,
    /// As it is in the log, also where this version doesn't know it.
    pub(crate) kind: String,
    pub(crate) text: String,
    /// The same.
    pub(crate) via: String,
    #[serde(default, rename = "ref", skip_serializing_if = "Option::is_none")]
    pub(crate) reference: Option<ClientRef>,
}
