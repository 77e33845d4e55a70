//! The tables.

use partyline_shared::Epoch;
use rusqlite::{Connection, Result, TransactionBehavior};

/// Tells a Partyline database from any other SQLite file: "PTLN".
pub(super) const APPLICATION_ID: u32 = 0x5054_4c4e;

/// The version of the tables that this code writes, and the highest that it reads.
pub(super) const VERSION: u32 = 1;

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

/// What every table must have: a database where one of these fails is not readable as a log.
const COLUMNS: [&str; 2] = [
    "SELECT id, key, name, low, high, low_nick, high_nick, head, at FROM stream LIMIT 1",
    "SELECT stream, seq, at, author, nick, to_id, to_nick, kind, text, via, ref FROM entry LIMIT 1",
];

/// Makes the tables of a new log, all or nothing.
pub(super) fn create(connection: &mut Connection, epoch: &Epoch) -> Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.execute_batch(TABLES)?;
    transaction.execute("INSERT INTO meta (key, value) VALUES ('epoch', ?1)", [&epoch.0])?;
    transaction.commit()
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
