//! Writing a room that comes from elsewhere, beside a server that goes on writing.
//!
//! It is written under a key that no room's is, in transactions of their own that are short, and has no name: nobody is
//! shown it. The last transaction gives it its name. An import that dies leaves such a stream behind; the next import and
//! the next start of a server remove it, each after having made sure that nobody is at work on it.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use partyline_shared::{ClientRef, RoomName, Seq};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use super::record::Record;
use super::rows::integer;
use super::transaction::{Transaction, immediate};
use super::{OpenError, access, open};

/// Held by whoever imports. It is never removed: see [`open::LOCK`].
const LOCK: &str = "partyline.import.lock";

/// What the keys of imports begin with. No room's holds a `!`.
const KEY: &str = "!import-";

/// What begins with [`KEY`], whose last character `.` follows.
const UNFINISHED: &str = "SELECT id FROM stream WHERE key >= '!import-' AND key < '!import.' LIMIT 1";

/// Entries that are written or removed in one transaction.
pub(crate) const CHUNK: usize = 1000;

/// The least rest between two transactions. Who waits for SQLite's lock looks for it again after 1, 2, 5, 10, 15, 20, 25
/// ms …: a writer that left no pause could keep a server from ever finding it free.
const REST: Duration = Duration::from_millis(25);

/// Why a room can't be imported. The messages are for whoever asked for it.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The log can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Somebody else imports.
    #[error("another import is at work on this log: try again when it is done")]
    Busy,
    /// The room exists.
    #[error("the log has a room {0} already, and an import never mixes with what is there: choose another name")]
    Taken(RoomName),
    /// The author used the reference before. Of those that were to be written, which.
    #[error("its author has used the same ref before")]
    Repeated(usize),
    /// The log fails.
    #[error("the log can't be written ({0}); nothing was imported")]
    Log(#[from] rusqlite::Error),
}

/// A room that is being written.
#[derive(Debug)]
pub(crate) struct Import {
    connection: Connection,
    room: RoomName,
    id: i64,
    first: Option<Seq>,
    at: u64,
    bytes: u64,
    next: Instant,
    _lock: File,
}

impl Import {
    /// Begins with a room that doesn't exist.
    pub(crate) fn begin(folder: &Path, room: RoomName) -> Result<Self, ImportError> {
        let mut connection = access::to_write(folder)?;
        let lock = lock(folder)?.ok_or(ImportError::Busy)?;
        clear(&mut connection, REST)?;
        let transaction = immediate(&mut connection)?;
        if is_taken(&transaction, &room)? {
            return Err(ImportError::Taken(room));
        }
        let begin = "INSERT INTO stream (id, key, head, at) SELECT coalesce(max(id), 0) + 1, ?1, 0, 0 FROM stream";
        transaction.execute(begin, [format!("{KEY}{}", room.key())])?;
        let id = transaction.last_insert_rowid();
        transaction.commit()?;
        Ok(Self { connection, room, id, first: None, at: 0, bytes: 0, next: Instant::now(), _lock: lock })
    }

    /// Writes some, at most [`CHUNK`].
    pub(crate) fn add(&mut self, records: &[Record]) -> Result<(), ImportError> {
        thread::sleep(self.next.saturating_duration_since(Instant::now()));
        let began = Instant::now();
        let transaction = immediate(&mut self.connection)?;
        for (at, record) in records.iter().enumerate() {
            insert(&transaction, self.id, record).map_err(|error| match error.sqlite_error_code() {
                Some(ErrorCode::ConstraintViolation) => ImportError::Repeated(at),
                _ => ImportError::Log(error),
            })?;
        }
        transaction.commit()?;
        for record in records {
            self.first.get_or_insert(record.seq);
            self.at = record.at.0;
            self.bytes += record.text.len() as u64;
        }
        let now = Instant::now();
        self.next = now + REST.max(now - began);
        Ok(())
    }

    /// Gives the room its name, unless somebody has taken it meanwhile.
    pub(crate) fn finish(mut self, head: Seq) -> Result<(), ImportError> {
        let transaction = immediate(&mut self.connection)?;
        let taken = is_taken(&transaction, &self.room)?;
        if !taken {
            let first = self.first.unwrap_or(head.next());
            let (head, first) = (integer(head.0), integer(first.0));
            let finish =
                "UPDATE stream SET key = ?2, name = ?3, head = ?4, first = ?5, at = ?6, bytes = ?7 WHERE id = ?1";
            let (key, name) = (self.room.key(), self.room.as_str());
            let at = integer(self.at);
            transaction.execute(finish, params![self.id, key, name, head, first, at, integer(self.bytes)])?;
        }
        transaction.commit()?;
        if taken {
            let room = self.room.clone();
            self.give_up();
            return Err(ImportError::Taken(room));
        }
        Ok(())
    }

    /// Removes what was written. What can't be removed now is removed the next time.
    pub(crate) fn give_up(mut self) {
        if let Err(error) = clear(&mut self.connection, REST) {
            tracing::warn!(%error, "what was imported so far is removed by the next import, or when the server starts");
        }
    }
}

/// Removes what imports left behind that didn't come to their end, unless one is at work just now. Nobody is shown it, so
/// that a server which can't remove it (a full disk) can do without.
pub(super) fn tidy(folder: &Path, connection: &mut Connection) {
    let mut clear_away = || -> Result<Option<usize>, ImportError> {
        // Nobody waits for this log yet, so there is no need to rest.
        if unfinished(connection)?.is_none() {
            return Ok(None);
        }
        let Some(_lock) = lock(folder)? else { return Ok(None) };
        clear(connection, Duration::ZERO).map(Some).map_err(ImportError::Log)
    };
    match clear_away() {
        Ok(None) => {}
        Ok(Some(entries)) => tracing::info!(entries, "what an import had left behind is removed"),
        Err(error) => tracing::warn!(%error, "what an import had left behind is still there"),
    }
}

/// `None` where somebody else has it.
fn lock(folder: &Path) -> Result<Option<File>, OpenError> {
    let path = folder.join(LOCK);
    let fails = |error| OpenError::folder(&path, &error);
    let file = open::private().create(true).truncate(false).open(&path).map_err(fails)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(fails(error)),
    }
}

/// Whoever calls this holds the lock. Rests this long at least between two transactions. Returns how many entries it were.
fn clear(connection: &mut Connection, rest: Duration) -> rusqlite::Result<usize> {
    let mut removed = 0;
    while let Some(id) = unfinished(connection)? {
        loop {
            let transaction = immediate(connection)?;
            let delete = "DELETE FROM entry WHERE stream = ?1 AND seq <= (
                SELECT max(seq) FROM (SELECT seq FROM entry WHERE stream = ?1 ORDER BY seq LIMIT ?2))";
            let entries = transaction.prepare_cached(delete)?.execute(params![id, super::rows::count(CHUNK)])?;
            if entries == 0 {
                // Last, so that the id isn't given to another stream while something is left of this one.
                transaction.execute("DELETE FROM stream WHERE id = ?1", [id])?;
            }
            transaction.commit()?;
            if entries == 0 {
                break;
            }
            removed += entries;
            thread::sleep(rest);
        }
    }
    Ok(removed)
}

/// A stream that has the key of an import. Found by its key: every start of a server looks for one, and streams without
/// a name would be found by going through all rooms.
fn unfinished(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection.query_row(UNFINISHED, [], |row| row.get(0)).optional()
}

fn is_taken(transaction: &Transaction<'_>, room: &RoomName) -> rusqlite::Result<bool> {
    transaction.query_row("SELECT EXISTS (SELECT 1 FROM stream WHERE key = ?1)", [room.key()], |row| row.get(0))
}

fn insert(transaction: &Transaction<'_>, stream: i64, record: &Record) -> rusqlite::Result<usize> {
    let Record { seq, at, from, kind, text, via, reference } = record;
    let insert = "INSERT INTO entry (stream, seq, at, author, nick, kind, text, via, ref)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let (seq, at, reference) = (integer(seq.0), integer(at.0), reference.as_ref().map(ClientRef::as_str));
    let values = params![stream, seq, at, from.id.0, from.nick, kind, text, via, reference];
    transaction.prepare_cached(insert)?.execute(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::schema;

    #[test]
    fn what_was_left_behind_is_found_without_going_through_the_rooms() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::create(&mut connection, &partyline_shared::Epoch("e".to_owned())).unwrap();
        let explain = format!("EXPLAIN QUERY PLAN {UNFINISHED}");
        let plan: String = connection.query_row(&explain, [], |row| row.get(3)).unwrap();
        assert!(plan.contains("SEARCH stream") && plan.contains("(key>? AND key<?)"), "{plan}");

        let add = "INSERT INTO stream (id, key, name, head, at) VALUES (?1, ?2, ?3, 0, 0)";
        for (id, key) in [(1, "lobby"), (2, "#import-x"), (3, "@import-x")] {
            connection.execute(add, params![id, key, key]).unwrap();
        }
        assert_eq!(unfinished(&connection).unwrap(), None);
        connection.execute(add, params![4, format!("{KEY}lobby"), None::<&str>]).unwrap();
        assert_eq!(unfinished(&connection).unwrap(), Some(4));
    }
}
