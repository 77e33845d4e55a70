//! How everything that writes begins.

use std::time::Duration;

use rusqlite::{Connection, Result, Transaction, TransactionBehavior};

/// Begins a transaction that writes. Immediate: another process's lock is met, and waited for, here and not halfway.
pub(super) fn immediate(connection: &mut Connection) -> Result<Transaction<'_>> {
    // A rollback that failed would leave a transaction open, and every later one would trip over it.
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
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
