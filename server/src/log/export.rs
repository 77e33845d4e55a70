//! Reading a room to its end, in one snapshot and with as little memory for a large one as for a small one.

use std::io::{self, Write};

use partyline_shared::{ClientRef, MemberId, MemberRef, RoomName, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use super::record::{FORMAT, Header, Record};
use super::rows::number;

/// Why a room can't be read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    /// The log fails.
    #[error(transparent)]
    Log(#[from] rusqlite::Error),
    /// What is read can't be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

const RECORDS: &str = "
SELECT seq, at, author, nick, kind, text, via, ref FROM entry WHERE stream = ?1 ORDER BY seq";

/// Writes all that is kept of a room, a line each after a first one that says what it is. `false` where the log has no
/// such room.
pub(crate) fn export(
    log: &mut Connection,
    room: &RoomName,
    exported_at: Timestamp,
    to: &mut dyn Write,
) -> Result<bool, ExportError> {
    let snapshot = log.transaction()?;
    let found = snapshot
        .query_row("SELECT id, name, head FROM stream WHERE key = ?1 AND name IS NOT NULL", [room.key()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, Seq(number(row.get(2)?))))
        })
        .optional()?;
    let Some((id, room, head)) = found else { return Ok(false) };
    let epoch = snapshot.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0))?;
    line(to, &Header { partyline_room: FORMAT, room, epoch, head, exported_at })?;
    let mut records = snapshot.prepare(RECORDS)?;
    for record in records.query_map([id], record)? {
        line(to, &record?)?;
    }
    to.flush()?;
    Ok(true)
}

fn line(to: &mut dyn Write, value: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, value)?;
    to.write_all(b"\n")
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        seq: Seq(number(row.get(0)?)),
        at: Timestamp(number(row.get(1)?)),
        from: MemberRef { id: MemberId(row.get(2)?), nick: row.get(3)? },
        kind: row.get(4)?,
        text: row.get(5)?,
        via: row.get(6)?,
        reference: row.get::<_, Option<String>>(7)?.and_then(|reference| ClientRef::try_from(reference).ok()),
    })
}
