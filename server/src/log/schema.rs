//! The tables.

use partyline_shared::Epoch;
use rusqlite::{Connection, Result};

use super::transaction::immediate;

/// Tells a Partyline database from any other SQLite file: "PTLN".
pub(super) const APPLICATION_ID: u32 = 0x5054_4c4e;

/// The version of the tables that this code writes, and the highest that it reads.
pub(super) const VERSION: u32 = 3;

/// What makes version 1 of nothing, 2 of 1, and so on. A new log goes through all of them, so that it can't differ from
/// one that was brought up to date. What stands here was run somewhere: it is never changed, only followed.
const STEPS: [&str; VERSION as usize] = [TABLES, KEPT, MARKS];

/// `entry` has no rowid: a stream's entries lie side by side, and a page of them is one walk. `stream` has the head
/// of each, so that the next number needs no search. The indexes are for the lists of rooms and conversations, the
/// latest first, and for telling a repeated reference.
const TABLES: &str = "
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stream (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT,
    low BLOB,
    high BLOB,
    low_nick TEXT,
    high_nick TEXT,
    head INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX stream_room ON stream (at) WHERE low IS NULL;
CREATE INDEX stream_low ON stream (low, at) WHERE low IS NOT NULL;
CREATE INDEX stream_high ON stream (high, at) WHERE high IS NOT NULL;

CREATE TABLE entry (
    stream INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    author BLOB NOT NULL,
    nick TEXT NOT NULL,
    to_id BLOB,
    to_nick TEXT,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    via TEXT NOT NULL,
    ref TEXT,
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entry_ref ON entry (author, stream, ref) WHERE ref IS NOT NULL;
";

/// What of a stream is still there, so that keeping within a bound needs no search either: `first` is the lowest number
/// that is kept (one more than `head` where nothing is), `bytes` the length of all texts that are, in UTF-8.
const KEPT: &str = "
ALTER TABLE stream ADD COLUMN first INTEGER NOT NULL DEFAULT 1;
ALTER TABLE stream ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
UPDATE stream SET bytes = (SELECT coalesce(sum(octet_length(text)), 0) FROM entry WHERE entry.stream = stream.id);
";

/// Up to where each member has read in each stream, and when that was last so. The index is for those that are let go of,
/// the oldest first.
const MARKS: &str = "
CREATE TABLE mark (
    member BLOB NOT NULL,
    stream INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (member, stream)
) STRICT, WITHOUT ROWID;
CREATE INDEX mark_at ON mark (at);
";

/// What every table must have: a database where one of these fails is not readable as a log.
const COLUMNS: [&str; 3] = [
    "SELECT id, key, name, low, high, low_nick, high_nick, head, at, first, bytes FROM stream LIMIT 1",
    "SELECT stream, seq, at, author, nick, to_id, to_nick, kind, text, via, ref FROM entry LIMIT 1",
    "SELECT member, stream, seq, at FROM mark LIMIT 1",
];

/// Makes the tables of a new log, all or nothing.
pub(super) fn create(connection: &mut Connection, epoch: &Epoch) -> Result<()> {
    let transaction = immediate(connection)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    run(&transaction, &STEPS, 0)?;
    transaction.execute("INSERT INTO meta (key, value) VALUES ('epoch', ?1)", [&epoch.0])?;
    transaction.commit()
}

/// Brings an older log up to date, all or nothing: whatever fails on the way, a crash included, leaves it as it was.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    migrate_by(connection, &STEPS)
}

/// The same, by these steps.
pub(super) fn migrate_by(connection: &mut Connection, steps: &[&str]) -> Result<()> {
    let transaction = immediate(connection)?;
    let (_, found) = identity(&transaction)?;
    tracing::info!(from = found, to = steps.len(), "bringing the log up to date; a large one takes a while");
    run(&transaction, steps, found)?;
    transaction.commit()?;
    tracing::info!("the log is up to date");
    Ok(())
}

/// Runs the steps that a log of this version lacks. The version is part of the transaction like all the rest.
fn run(connection: &Connection, steps: &[&str], found: u32) -> Result<()> {
    for (step, version) in steps.iter().zip(1_u32..).filter(|(_, version)| *version > found) {
        connection.execute_batch(step)?;
        connection.pragma_update(None, "user_version", version)?;
        tracing::debug!(version, "a step is done");
    }
    Ok(())
}

/// The name of the log; fails where a table isn't as it should be. Reads a page of each table, not all of them: a
/// full check of a large log would keep the server down for minutes.
pub(super) fn check(connection: &Connection) -> Result<Epoch> {
    for columns in COLUMNS {
        let mut statement = connection.prepare(columns)?;
        statement.query([])?.next()?;
    }
    connection.query_row("SELECT value FROM meta WHERE key = 'epoch'", [], |row| row.get(0)).map(Epoch)
}

/// What the database says it is: its application id and its version.
pub(super) fn identity(connection: &Connection) -> Result<(u32, u32)> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, u32>(0));
    Ok((pragma("application_id")?, pragma("user_version")?))
}
