//! Keeping within what is to be kept: the oldest entries go, a few at a time.
//!
//! Once a minute the writer goes through all streams, in steps of at most [`ROWS`] entries with a transaction each; what
//! waits to be appended comes between two steps. Only the oldest entries of a stream are ever removed, so that what is
//! kept has no gap, and the stream's head stays, so that no number is given twice.

use std::time::{Duration, Instant};

use partyline_hub::Input;
use partyline_shared::{Seq, Timestamp};
use rusqlite::{Connection, ErrorCode, Result, params};

use super::keep::{Bounds, Keep};
use super::rows::{count, integer, number};
use super::transaction::{Transaction, immediate, without_waiting};

/// Entries that a step removes at most: a few milliseconds, which is how long an append may have to wait for one.
const ROWS: usize = 1000;

/// Streams that a step looks at, at most.
const STREAMS: usize = 200;

/// How soon it is tried again where another process was writing: an import goes on for a while.
const SOON: Duration = Duration::from_secs(1);

/// The oldest entries of a stream.
const OLDEST: &str = "SELECT seq, at, octet_length(text) FROM entry WHERE stream = ?1 ORDER BY seq LIMIT ?2";

/// What keeps each stream within its bounds.
#[derive(Debug)]
pub(super) struct Trimmer {
    keep: Keep,
    every: Duration,
    /// When to begin with the streams again, by the system's clock.
    due: Instant,
    /// While it goes through them: the last that is done. They are gone through by their ids.
    done: Option<i64>,
    /// What was removed may still be in the write-ahead log.
    lingers: bool,
}

/// A stream that something is kept of.
struct Kept {
    id: i64,
    key: String,
    is_room: bool,
    is_private: bool,
    head: u64,
    bytes: u64,
}

/// What was removed of one stream.
#[derive(Clone, Copy, Debug, Default)]
struct Removed {
    entries: usize,
    bytes: u64,
    last: u64,
}

impl Trimmer {
    /// Begins at once, and then again each time that `every` has passed.
    pub(super) fn new(keep: Keep, every: Duration) -> Self {
        Self { keep, every, due: Instant::now(), done: None, lingers: false }
    }

    /// How long the writer may wait for appends before there is something to do here; `None` for ever.
    pub(super) fn wait(&self) -> Option<Duration> {
        match self.done {
            _ if self.keep.is_everything() => None,
            Some(_) => Some(Duration::ZERO),
            None => Some(self.due.saturating_duration_since(Instant::now())),
        }
    }

    /// There is something to do now.
    pub(super) fn is_due(&self) -> bool {
        self.wait() == Some(Duration::ZERO)
    }

    /// Does a step of it; `now` is the time that the entries are dated by. Returns what the hub has to know. What fails
    /// is tried again the next time.
    pub(super) fn step(&mut self, connection: &mut Connection, now: Timestamp) -> Vec<Input> {
        let done = self.done.take().unwrap_or_default();
        let mut pause = self.every;
        let trimmed = match without_waiting(connection, |connection| self.trim(connection, done, now)) {
            Ok(trimmed) => trimmed,
            Err(error) => {
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) {
                    pause = pause.min(SOON);
                } else {
                    tracing::warn!(%error, "the log was not cut down to what is to be kept; it is tried again");
                }
                Vec::new()
            }
        };
        if self.done.is_none() {
            self.due = Instant::now() + pause;
            // Before anybody is told of the last of it.
            if self.lingers {
                self.lingers = !without_waiting(connection, fold).unwrap_or(false);
            }
        }
        trimmed
    }

    fn trim(&mut self, connection: &mut Connection, done: i64, now: Timestamp) -> Result<Vec<Input>> {
        let transaction = immediate(connection)?;
        let streams = streams(&transaction, done)?;
        let (mut last, mut left, mut trimmed) = (done, ROWS, Vec::new());
        for stream in &streams {
            let bounds = self.bounds(stream);
            let removed = if bounds == Bounds::default() {
                Removed::default()
            } else {
                remove(&transaction, stream, bounds, left, now)?
            };
            if removed.entries > 0 && stream.is_room {
                trimmed.push(Input::Trimmed { key: stream.key.clone(), first: Seq(removed.last + 1) });
            }
            self.lingers |= removed.entries > 0;
            left -= removed.entries;
            if left == 0 {
                // There may be more to remove of this one.
                break;
            }
            last = stream.id;
        }
        transaction.commit()?;
        let more = left == 0 || streams.len() == STREAMS;
        self.done = more.then_some(last);
        Ok(trimmed)
    }

    fn bounds(&self, stream: &Kept) -> Bounds {
        match stream {
            Kept { is_private: true, .. } => self.keep.private(),
            Kept { is_room: true, key, .. } => self.keep.room(key),
            // What is being imported.
            Kept { .. } => Bounds::default(),
        }
    }
}

/// The next streams that something is kept of.
fn streams(transaction: &Transaction<'_>, after: i64) -> Result<Vec<Kept>> {
    let sql = "SELECT id, key, name IS NOT NULL, low IS NOT NULL, head, bytes FROM stream
        WHERE id > ?1 AND head >= first ORDER BY id LIMIT ?2";
    let kept = |row: &rusqlite::Row<'_>| {
        Ok(Kept {
            id: row.get(0)?,
            key: row.get(1)?,
            is_room: row.get(2)?,
            is_private: row.get(3)?,
            head: number(row.get(4)?),
            bytes: number(row.get(5)?),
        })
    };
    transaction.prepare_cached(sql)?.query_map(params![after, count(STREAMS)], kept)?.collect()
}

/// Removes the oldest entries of a stream, as far as they are beyond its bounds, and at most `most` of them.
fn remove(
    transaction: &Transaction<'_>,
    stream: &Kept,
    bounds: Bounds,
    most: usize,
    now: Timestamp,
) -> Result<Removed> {
    let mut removed = Removed::default();
    let mut oldest = transaction.prepare_cached(OLDEST)?;
    let mut rows = oldest.query(params![stream.id, count(most)])?;
    while let Some(row) = rows.next()? {
        let (seq, at, bytes) = (number(row.get(0)?), number(row.get(1)?), number(row.get(2)?));
        let beyond = bounds.age.is_some_and(|age| now.since(Timestamp(at)) > age)
            || bounds.messages.is_some_and(|messages| stream.head.saturating_sub(seq) >= messages)
            || bounds.bytes.is_some_and(|most| stream.bytes.saturating_sub(removed.bytes) > most);
        if !beyond {
            break;
        }
        removed = Removed { entries: removed.entries + 1, bytes: removed.bytes + bytes, last: seq };
    }
    drop(rows);
    if removed.entries > 0 {
        let delete = "DELETE FROM entry WHERE stream = ?1 AND seq <= ?2";
        transaction.prepare_cached(delete)?.execute(params![stream.id, integer(removed.last)])?;
        let update = "UPDATE stream SET first = ?2, bytes = max(bytes - ?3, 0) WHERE id = ?1";
        let first = integer(removed.last + 1);
        transaction.prepare_cached(update)?.execute(params![stream.id, first, integer(removed.bytes)])?;
    }
    Ok(removed)
}

/// Writes what was removed over in the database itself, and empties the write-ahead log, which holds the pages as they
/// were. Returns whether it is empty: somebody who reads at this moment keeps it, and isn't waited for.
fn fold(connection: &mut Connection) -> Result<bool> {
    let stays: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(stays == 0)
}
