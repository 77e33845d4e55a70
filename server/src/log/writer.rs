//! The thread that writes: whatever is queued, in one transaction, then the answers. Between two batches it removes
//! what is no longer to be kept.

#[cfg(feature = "test-build")]
mod mutilated;

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use partyline_hub::{AppendId, Input, LogError, NewEntry};
use partyline_shared::Timestamp;
use rusqlite::Connection;

use super::append::append_all;
use super::checkpoint::Checkpointer;
use super::marks::{Marks, WaitingMarks};
use super::open::{Db, locked};
use super::outage::Outage;
use super::transaction::{immediate, without_waiting};
use super::trim::Trimmer;
use super::{Answer, LogSettings};
use crate::metrics::LogMetrics;

/// How often a log that can't be written is tried while nobody says anything.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// What waits to be written.
#[derive(Debug)]
pub(super) enum Work {
    Append(WaitingAppend),
    Marks(WaitingMarks),
}

/// An append, until it is committed.
#[derive(Debug)]
pub(super) struct WaitingAppend {
    pub(super) append: AppendId,
    pub(super) entry: NewEntry,
    /// When it was queued.
    pub(super) queued: Instant,
}

pub(super) struct Writer {
    db: Db,
    queue: Receiver<Work>,
    batch: usize,
    marks: Marks,
    clock: Box<dyn Fn() -> Timestamp + Send>,
    answer: Answer,
    outage: Outage,
    metrics: LogMetrics,
    trimmer: Trimmer,
    checkpointer: Option<Checkpointer>,
    /// The folder is this server's for as long as something is still written to it.
    _lock: Option<Arc<File>>,
}

impl Writer {
    pub(super) fn new(
        db: Db,
        queue: Receiver<Work>,
        settings: LogSettings,
        clock: Box<dyn Fn() -> Timestamp + Send>,
        answer: Answer,
        checkpointer: Option<Checkpointer>,
        lock: Option<Arc<File>>,
    ) -> Self {
        let LogSettings { batch, keep, trim_every, metrics, .. } = settings;
        let (batch, trimmer) = (batch.max(1), Trimmer::new(keep, trim_every));
        let outage = Outage::new("written");
        Self {
            db,
            queue,
            batch,
            marks: Marks::default(),
            clock,
            answer,
            outage,
            metrics,
            trimmer,
            checkpointer,
            _lock: lock,
        }
    }

    /// Until nobody can queue anything any more, and nothing is queued.
    pub(super) fn run(mut self) {
        loop {
            match self.next() {
                Ok(first) => {
                    let (mut taken, mut marks) = (Vec::new(), Vec::new());
                    for work in std::iter::once(first).chain(self.queue.try_iter().take(self.batch - 1)) {
                        match work {
                            Work::Append(append) => taken.push(append),
                            Work::Marks(waiting) => marks.push(waiting),
                        }
                    }
                    if !taken.is_empty() {
                        self.commit(taken);
                    }
                    if !marks.is_empty() {
                        self.write_marks(&marks);
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.try_again(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.trimmer.is_due() {
                self.trim();
            }
        }
        if let Some(checkpointer) = self.checkpointer.take() {
            checkpointer.stop();
        }
        if let Err(error) = truncate(&locked(&self.db)) {
            // Nothing is lost: whoever opens the database next reads the write-ahead log too.
            tracing::warn!(%error, "the write-ahead log was not folded into the database");
        }
    }

    /// The next append, unless there is something else to do before one comes.
    fn next(&self) -> Result<Work, RecvTimeoutError> {
        let again = self.outage.lasts().then_some(TRY_EVERY);
        match [self.trimmer.wait(), again].into_iter().flatten().min() {
            Some(wait) => self.queue.recv_timeout(wait),
            None => self.queue.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    /// While the log can't be written it is tried again by itself: nobody may be saying anything, and whoever watches
    /// the server would be told for ever that it fails.
    fn try_again(&mut self) {
        if self.outage.lasts() && try_out(&mut locked(&self.db), (self.clock)()).is_ok() {
            self.metrics.write_works();
            self.outage.worked();
        }
    }

    /// In a transaction of their own, after what was said: nobody waits for them, and where they fail nothing else does.
    fn write_marks(&mut self, marks: &[WaitingMarks]) {
        let at = (self.clock)();
        if let Err(error) = self.marks.write(&mut locked(&self.db), marks, at) {
            tracing::debug!(%error, members = marks.len(), "what was read could not be kept");
        }
    }

    fn trim(&mut self) {
        let now = (self.clock)();
        let trimmed = self.trimmer.step(&mut locked(&self.db), now);
        if !trimmed.is_empty() {
            (self.answer)(trimmed);
        }
    }

    fn commit(&mut self, taken: Vec<WaitingAppend>) {
        let at = (self.clock)();
        #[cfg(feature = "test-build")]
        if crate::faults::fault() == Some(crate::faults::Fault::DeliverFirst) {
            return self.deliver_first(taken, at);
        }
        let began = Instant::now();
        // The database is let go before the answers: they may have to wait.
        let committed = append_all(&mut locked(&self.db), taken.iter().map(|waiting| &waiting.entry), at);
        let answers = match committed {
            Ok(committed) => {
                if let Some(checkpointer) = &mut self.checkpointer {
                    checkpointer.committed(taken.len());
                }
                let now = Instant::now();
                self.metrics.committed(taken.len(), now.duration_since(began));
                for (waiting, _) in taken.iter().zip(&committed).filter(|(_, committed)| !committed.duplicate) {
                    self.metrics.appended(waiting.entry.via, now.duration_since(waiting.queued));
                }
                self.outage.worked();
                let answer = |(waiting, committed): (WaitingAppend, _)| Input::Committed {
                    append: waiting.append,
                    outcome: Ok(committed),
                };
                taken.into_iter().zip(committed).map(answer).collect()
            }
            Err(error) => {
                self.metrics.write_failed();
                self.outage.failed(&error, taken.len());
                // Where only the fsync failed, all of it lies in the write-ahead log, and whoever opens that after a
                // crash of this process would take it for committed: what is being refused would have been said. The
                // next thing that is written there makes it unreadable, whether its own fsync fails or not.
                let _ = try_out(&mut locked(&self.db), at);
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

/// Commits something that is nothing to anybody. What doesn't change isn't written, so it is the time.
fn try_out(connection: &mut Connection, at: Timestamp) -> rusqlite::Result<()> {
    const CHECKED: &str = "INSERT INTO meta (key, value) VALUES ('checked', ?1)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    without_waiting(connection, |connection| {
        let transaction = immediate(connection)?;
        transaction.execute(CHECKED, [at.0.to_string()])?;
        transaction.commit()
    })
}

fn truncate(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
