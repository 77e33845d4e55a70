//! The thread that writes: whatever is queued, in one transaction, then the answers.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use partyline_hub::{AppendId, Input, LogError, NewEntry};
use partyline_shared::Timestamp;
use rusqlite::Connection;

use super::Answer;
use super::append::append_all;
use super::open::{Db, locked};
use super::outage::Outage;

/// An append, until it is committed.
#[derive(Debug)]
pub(super) struct WaitingAppend {
    pub(super) append: AppendId,
    pub(super) entry: NewEntry,
}

pub(super) struct Writer {
    db: Db,
    queue: Receiver<WaitingAppend>,
    batch: usize,
    clock: Box<dyn Fn() -> Timestamp + Send>,
    answer: Answer,
    outage: Outage,
    /// The folder is this server's for as long as something is still written to it.
    _lock: Option<Arc<File>>,
}

impl Writer {
    pub(super) fn new(
        db: Db,
        queue: Receiver<WaitingAppend>,
        batch: usize,
        clock: Box<dyn Fn() -> Timestamp + Send>,
        answer: Answer,
        lock: Option<Arc<File>>,
    ) -> Self {
        Self { db, queue, batch, clock, answer, outage: Outage::new("written"), _lock: lock }
    }

    /// Until nobody can queue anything any more, and nothing is queued.
    pub(super) fn run(mut self) {
        while let Ok(first) = self.queue.recv() {
            let mut taken = vec![first];
            taken.extend(self.queue.try_iter().take(self.batch - 1));
            self.commit(taken);
        }
        if let Err(error) = truncate(&locked(&self.db)) {
            // Nothing is lost: whoever opens the database next reads the write-ahead log too.
            tracing::warn!(%error, "the write-ahead log was not folded into the database");
        }
    }

    fn commit(&mut self, taken: Vec<WaitingAppend>) {
        let at = (self.clock)();
        // The database is let go before the answers: they may have to wait.
        let committed = append_all(&mut locked(&self.db), taken.iter().map(|waiting| &waiting.entry), at);
        let answers = match committed {
            Ok(committed) => {
                self.outage.worked();
                let answer = |(waiting, committed): (WaitingAppend, _)| Input::Committed {
                    append: waiting.append,
                    outcome: Ok(committed),
                };
                taken.into_iter().zip(committed).map(answer).collect()
            }
            Err(error) => {
                self.outage.failed(&error, taken.len());
                let answer = |waiting: WaitingAppend| Input::Committed {
                    append: waiting.append,
                    outcome: Err(LogError::Unavailable),
                };
                taken.into_iter().map(answer).collect()
            }
        };
        (self.answer)(answers);
    }
}

fn truncate(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
