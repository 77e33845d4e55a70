//! The thread that folds the write-ahead log into the database, beside the writer.
//!
//! SQLite would have the writer do it every so many pages, in the middle of a commit: two fsyncs and megabytes, while
//! everybody waits. At thousands of messages a second that made one answer in a hundred ten times as late as the others.
//! Here the writer goes on meanwhile. What it can't do is begin the write-ahead log anew while something of it is still to
//! be folded in; it does the rest itself once the file has reached its bound ([`super::open`]).

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::OpenError;
use super::outage::Outage;

/// Pages of the write-ahead log after which it is time for it, as [`Checkpointer::committed`] reckons them: 8 MiB. More at a
/// time is folded in for less, and holds up the disk for longer: measured with 64 writers, twice as much at a time cost
/// the hundredth answer a third more.
const PAGES: usize = 2000;

/// Pages that a commit writes, besides one for each entry: the ends of the tables and their indexes.
const COMMIT_PAGES: usize = 4;

/// How often it is tried to leave nothing. The first time takes as long as some commits, and the second one folds in no
/// more than those: where it is done before the next commit, that one begins the write-ahead log anew, in a file that has
/// its length already. To make it longer costs a commit of a single message two thirds more. Where messages come without a
/// pause there is always something left, and the writer's own bound holds.
const TRIES: usize = 3;

/// The thread, as the writer holds it.
#[derive(Debug)]
pub(super) struct Checkpointer {
    wake: SyncSender<()>,
    thread: JoinHandle<()>,
    /// Since it was called last.
    pages: usize,
}

impl Checkpointer {
    /// Starts it, on a connection of its own.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub(super) fn start(connection: Connection) -> Result<Self, OpenError> {
        // One call is as good as many: it folds in whatever is there when it begins.
        let (wake, woken) = sync_channel(1);
        let thread = thread::Builder::new().name("log-checkpointer".to_owned());
        let thread = thread.spawn(move || run(&connection, &woken)).map_err(OpenError::Thread)?;
        Ok(Self { wake, thread, pages: 0 })
    }

    /// So many more entries were committed at once.
    pub(super) fn committed(&mut self, entries: usize) {
        self.pages += COMMIT_PAGES + entries;
        if self.pages >= PAGES {
            self.pages = 0;
            // Full: it is called already. Gone: only a panic does that, and the writer's own bound holds.
            let _ = self.wake.try_send(());
        }
    }

    /// Ends it, and waits for that: nobody else holds the write-ahead log then.
    pub(super) fn stop(self) {
        drop(self.wake);
        if self.thread.join().is_err() {
            tracing::error!("the thread that folds the write-ahead log in had panicked");
        }
    }
}

fn run(connection: &Connection, woken: &Receiver<()>) {
    let mut outage = Outage::new("folded into its database");
    while woken.recv().is_ok() {
        match fold(connection) {
            Ok(()) => outage.worked(),
            Err(error) => outage.failed(&error, 1),
        }
    }
}

/// Passive: as much as can be done without anybody's waiting.
fn fold(connection: &Connection) -> rusqlite::Result<()> {
    let mut before = None;
    for _ in 0..TRIES {
        // How many pages there were when it began.
        let pages: i64 = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(1))?;
        if before.replace(pages) == Some(pages) {
            // Nothing was written meanwhile.
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_committed_is_folded_in_while_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.db");
        let writer = Connection::open(&file).unwrap();
        writer.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
        writer.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(())).unwrap();
        writer.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))").unwrap();
        let before = file.metadata().unwrap().len();
        let mut checkpointer = Checkpointer::start(Connection::open(&file).unwrap()).unwrap();
        checkpointer.committed(PAGES - COMMIT_PAGES - 1);
        checkpointer.committed(1);
        // A call that was made is answered before it ends.
        checkpointer.stop();
        assert!(file.metadata().unwrap().len() > before + 100_000, "nothing was folded in");
        writer.execute_batch("INSERT INTO t VALUES (1)").unwrap();
    }
}
