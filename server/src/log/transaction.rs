//! How everything that writes begins.

use std::ops::Deref;
use std::time::Duration;

use rusqlite::{Connection, Result};

/// A transaction that writes. Dropped without [`Transaction::commit`], it is rolled back.
///
/// rusqlite's own has SQLite read its `BEGIN` and `COMMIT` anew each time, which a commit of a single message shows.
#[derive(Debug)]
pub(super) struct Transaction<'c>(&'c Connection);

impl Transaction<'_> {
    /// Returns once everything in it is where it is to be kept. Where it fails, nothing of it is.
    pub(super) fn commit(self) -> Result<()> {
        // What can't be committed is rolled back by the drop.
        self.0.prepare_cached("COMMIT")?.execute([]).map(drop)
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // SQLite has ended it already where it was committed, and where some errors met it. A rollback that fails is
        // tried again before the next one begins.
        if !self.0.is_autocommit() {
            let _ = self.0.execute_batch("ROLLBACK");
        }
    }
}

/// Begins a transaction that writes. Immediate: another process's lock is met, and waited for, here and not halfway.
pub(super) fn immediate(connection: &mut Connection) -> Result<Transaction<'_>> {
    // A rollback that failed would leave a transaction open, and every later one would trip over it.
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    Ok(Transaction(connection))
}

/// Does something that can as well be done later: where another process holds a lock, it fails at once. An append that
/// comes meanwhile shall not wait for that as well.
pub(super) fn without_waiting<T>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T>,
) -> Result<T> {
    let patience: u32 = connection.pragma_query_value(None, "busy_timeout", |row| row.get(0))?;
    connection.busy_timeout(Duration::ZERO)?;
    let outcome = work(connection);
    connection.busy_timeout(Duration::from_millis(patience.into()))?;
    outcome
}
