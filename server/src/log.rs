//! The log: what was said, in order, on the disk. SQLite, one writer with group commit, one reader beside it.
//!
//! What holds, whatever happens to the disk:
//! - An append is answered with its number only after `COMMIT` returned.
//! - Where the commit fails, everything in it is answered with [`LogError::Unavailable`], and nothing else: no
//!   number of it was given to anybody, and the next entries get those numbers.
//! - The writer takes whatever is queued, at most [`LogSettings::batch`], and commits it at once. It never waits
//!   for more: under load a commit's own duration gathers the next batch.
//! - After a failure (a full disk, a lock of another process, a file that can't be written) the next batch is
//!   tried like any other; while none comes, something that says nothing is written each second, to see whether it
//!   works again. The process lives; the server's own log is told when an outage starts and when it ends, and clients
//!   learn only that the log is not available. A lock of another process is waited for
//!   [`LogSettings::busy_timeout_ms`] at most.
//! - Within a stream numbers are 1, 2, 3 and so on. They are given in the transaction that writes the entries,
//!   so that what is rolled back gives its numbers back.
//! - The same author's same reference in a stream is one entry, also within a batch and after a restart: whoever repeats it
//!   is told the number and the time of the first.
//! - A read that is asked for after an append was answered sees that append. It may also see entries whose own
//!   answer is still on its way.
//! - What isn't a Partyline database, or is a newer one, is never written to. An older one is brought up to date when it
//!   is opened, all or nothing.
//! - What [`LogSettings::keep`] doesn't keep is removed from the oldest on, a few entries at a time between two commits,
//!   and overwritten. A stream's next number stays what it is, also where nothing of it is left.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use partyline_hub::{AppendId, Input, LogError, NewEntry, Query, ReadId};
use partyline_shared::{Epoch, MemberId, Seq, Timestamp};

use self::checkpoint::Checkpointer;
use self::marks::WaitingMarks;
use self::open::Opened;
use self::reader::{Reader, WaitingRead};
use self::writer::{WaitingAppend, Work, Writer};
use crate::metrics::LogMetrics;

pub(crate) mod access;
mod append;
pub(crate) mod backup;
mod checkpoint;
mod error;
pub(crate) mod export;
pub(crate) mod import;
mod keep;
mod marks;
pub(crate) mod open;
mod outage;
mod reader;
pub(crate) mod record;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod transaction;
mod trim;
mod writer;

pub use error::OpenError;
pub use import::ImportError;
pub use keep::Keep;

/// Reads that wait at most; one more is answered with [`LogError::Busy`].
const READ_QUEUE: usize = 1024;

/// What the log tells the hub, and how.
type Answer = Arc<dyn Fn(Vec<Input>) + Send + Sync>;

/// Where the log is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this folder, which is created where it doesn't exist.
    Folder(PathBuf),
    /// In memory: nothing is kept.
    Memory,
}

/// What an answered append survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// The loss of power: each commit waits for the disk.
    #[default]
    Disk,
    /// The end of the process, `kill -9` included. The loss of power takes what the system had not written yet.
    Process,
}

/// How the log is kept.
#[derive(Clone, Debug)]
pub(crate) struct LogSettings {
    /// Where.
    pub(crate) place: Place,
    /// What an answered append survives.
    pub(crate) durability: Durability,
    /// Appends that wait at most; one more is refused with [`LogError::Busy`].
    pub(crate) queue: usize,
    /// Appends per commit at most.
    pub(crate) batch: usize,
    /// How long a lock of another process is waited for, in milliseconds.
    pub(crate) busy_timeout_ms: u64,
    /// What is kept of each stream.
    pub(crate) keep: Keep,
    /// How often what isn't is removed.
    pub(crate) trim_every: Duration,
    /// Where it counts what it does.
    pub(crate) metrics: LogMetrics,
}

/// The log, as the hub's task holds it. No method but [`Log::close`] ever waits.
///
/// Dropped without [`Log::close`], its threads still commit and answer what is queued, and then end by themselves.
#[derive(Debug)]
pub(crate) struct Log {
    epoch: Epoch,
    writes: SyncSender<Work>,
    reads: SyncSender<WaitingRead>,
    writer: JoinHandle<()>,
    reader: JoinHandle<()>,
}

impl Log {
    /// Opens the log, and creates it where there is none.
    ///
    /// `clock` dates what is written. `answer` is called from the log's own threads: with all outcomes of a commit
    /// at once as [`Input::Committed`], in the order of the appends, with each [`Input::Read`], and with
    /// [`Input::Trimmed`] for what was removed. It may wait for whoever takes the answers; meanwhile the queues fill.
    ///
    /// # Errors
    /// [`OpenError`] says what is in the way, and what to do about it.
    pub(crate) fn open(
        settings: LogSettings,
        clock: impl Fn() -> Timestamp + Send + 'static,
        answer: impl Fn(Vec<Input>) + Send + Sync + 'static,
    ) -> Result<Self, OpenError> {
        let busy_timeout = Duration::from_millis(settings.busy_timeout_ms);
        let opened = open::open(&settings.place, settings.durability, busy_timeout)?;
        Self::start(opened, settings, Box::new(clock), Arc::new(answer))
    }

    /// The name of this log: made when it was created, and the same for as long as it exists.
    pub(crate) fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    /// Queues an entry. [`Input::Committed`] follows, unless this fails.
    ///
    /// # Errors
    /// [`LogError::Busy`] where the queue is full: the entry is not written, and nothing more comes of it.
    pub(crate) fn append(&self, append: AppendId, entry: NewEntry) -> Result<(), LogError> {
        let waiting = WaitingAppend { append, entry, queued: Instant::now() };
        self.writes.try_send(Work::Append(waiting)).map_err(|error| refusal(&error))
    }

    /// Queues what a member has read. Nothing comes of it, also where the queue is full: then it isn't kept, as after a
    /// crash.
    pub(crate) fn mark(&self, member: MemberId, marks: Vec<(String, Seq)>) {
        if self.writes.try_send(Work::Marks(WaitingMarks { member, marks })).is_err() {
            tracing::debug!("what was read could not be kept: the log is busy");
        }
    }

    /// Queues a question. [`Input::Read`] follows, unless this fails.
    ///
    /// # Errors
    /// [`LogError::Busy`] where 1,024 others wait already: nothing more comes of this one.
    pub(crate) fn read(&self, read: ReadId, query: Query) -> Result<(), LogError> {
        self.reads.try_send(WaitingRead { read, query }).map_err(|error| refusal(&error))
    }

    /// Answers every read and commits and answers every append that is queued, folds the write-ahead log into the
    /// database, and ends the threads. Waits for all of that, so that somebody else must keep taking the answers.
    pub(crate) fn close(self) {
        let Self { writes, reads, writer, reader, .. } = self;
        // The reader first: nothing holds the write-ahead log when the writer, which comes last, empties it.
        drop(reads);
        let reader = reader.join();
        drop(writes);
        if reader.and(writer.join()).is_err() {
            tracing::error!("a thread of the log had panicked");
        }
    }

    fn start(
        opened: Opened,
        settings: LogSettings,
        clock: Box<dyn Fn() -> Timestamp + Send>,
        answer: Answer,
    ) -> Result<Self, OpenError> {
        let Opened { epoch, writer, reader, checkpoints, lock } = opened;
        let metrics = settings.metrics.clone();
        // A queue of nothing would refuse whatever comes while the writer isn't just waiting for it.
        let (writes, queue) = sync_channel(settings.queue.max(1));
        let checkpointer = checkpoints.map(Checkpointer::start).transpose()?;
        let writer = Writer::new(writer, queue, settings, clock, Arc::clone(&answer), checkpointer, lock.clone());
        let (reads, queue) = sync_channel(READ_QUEUE);
        let reader = Reader::new(reader, queue, answer, lock, metrics);
        let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(name.to_owned()).spawn(run).map_err(OpenError::Thread)
        };
        let writer = spawn("log-writer", Box::new(move || writer.run()))?;
        let reader = spawn("log-reader", Box::new(move || reader.run()))?;
        Ok(Self { epoch, writes, reads, writer, reader })
    }
}

fn refusal<T>(error: &TrySendError<T>) -> LogError {
    match error {
        TrySendError::Full(_) => LogError::Busy,
        // The thread is gone, which only a panic does.
        TrySendError::Disconnected(_) => LogError::Unavailable,
    }
}
