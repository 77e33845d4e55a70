//! What the shim noted: every change to the watched folder, in order.

use std::fs;
use std::path::Path;

/// A change, or the end of an fsync. Files go by the handle that opening gave them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// Something was opened; what is `created` was not there before.
    Opened { handle: u32, path: String, created: bool, emptied: bool, folder: bool },
    /// Bytes at a place.
    Written { handle: u32, at: usize, bytes: Vec<u8> },
    /// Cut to a length, or drawn out to it.
    Resized { handle: u32, length: usize },
    /// An fsync succeeded that began when there were `before` notes.
    Synced { handle: u32, before: usize },
    /// An fsync failed that began when there were `before` notes.
    NotSynced { handle: u32, before: usize },
    /// A file has another name.
    Renamed { from: String, to: String },
    /// A name is gone.
    Unlinked { path: String },
    /// A folder was made.
    Folder { path: String },
}

/// Reads a journal. The process may have died while it wrote the last note: what that was about didn't happen.
pub(crate) fn read(path: &Path) -> Vec<Note> {
    let bytes = fs::read(path).expect("the shim was loaded, and keeps a journal");
    let mut rest = &bytes[..];
    let mut notes = Vec::new();
    while let Some((note, after)) = next(rest) {
        notes.push(note);
        rest = after;
    }
    notes
}

fn next(bytes: &[u8]) -> Option<(Note, &[u8])> {
    let (&kind, rest) = bytes.split_first()?;
    let (handle, rest) = rest.split_first_chunk()?;
    let (at, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (payload, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).unwrap())?;
    let (handle, at) = (u32::from_le_bytes(*handle), usize::try_from(u64::from_le_bytes(*at)).unwrap());
    let text = || String::from_utf8(payload.to_vec()).unwrap();
    let note = match kind {
        b'o' => {
            let is = |bit| at & bit != 0;
            Note::Opened { handle, path: text(), created: is(1), emptied: is(2), folder: is(4) }
        }
        b'w' => Note::Written { handle, at, bytes: payload.to_vec() },
        b't' => Note::Resized { handle, length: at },
        b's' => Note::Synced { handle, before: at },
        b'f' => Note::NotSynced { handle, before: at },
        b'r' => {
            let text = text();
            let (from, to) = text.split_once('\0').unwrap();
            Note::Renamed { from: from.to_owned(), to: to.to_owned() }
        }
        b'u' => Note::Unlinked { path: text() },
        b'm' => Note::Folder { path: text() },
        other => panic!("the shim writes no {other}"),
    };
    Some((note, rest))
}
