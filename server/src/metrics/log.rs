//! How the log does. Only its own threads count here.

use std::time::Duration;

use partyline_shared::Via;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::Label;

/// From half a millisecond, a fast disk's sync, to the seconds that a lock is waited for.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// The doors that messages come through.
const DOORS: [(Via, &str); 5] =
    [(Via::Tcp, "tcp"), (Via::Json, "json"), (Via::Ws, "ws"), (Via::Unix, "unix"), (Via::Udp, "udp")];

/// How the log does.
#[derive(Clone, Debug)]
pub(crate) struct LogMetrics {
    messages: [(Via, Counter); DOORS.len()],
    append: Histogram,
    commit: Histogram,
    batch: Histogram,
    writable: Gauge,
    write_failures: Counter,
    /// Reads that failed.
    pub(crate) read_failures: Counter,
}

impl LogMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let messages = Family::<Label, Counter>::default();
        let failures = Family::<Label, Counter>::default();
        let log = Self {
            messages: DOORS.map(|(via, name)| (via, messages.get_or_create_owned(&[("via", name)]))),
            append: Histogram::new(SECONDS),
            commit: Histogram::new(SECONDS),
            batch: Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            writable: Gauge::default(),
            write_failures: failures.get_or_create_owned(&[("doing", "write")]),
            read_failures: failures.get_or_create_owned(&[("doing", "read")]),
        };
        log.writable.set(1);
        let seconds = || Unit::Seconds;
        let append = "From a message's being queued for the log to its commit; one observation a message";
        registry.register("messages", "Messages that were committed, by the door they came through", messages);
        registry.register_with_unit("log_append_duration", append, seconds(), log.append.clone());
        registry.register_with_unit("log_commit_duration", "How long a commit takes", seconds(), log.commit.clone());
        registry.register("log_commit_messages", "Messages in a commit", log.batch.clone());
        registry.register("log_failures", "Commits and reads that failed", failures);
        registry.register(
            "log_writable",
            "1 while the last write worked, else 0, as /readyz says",
            log.writable.clone(),
        );
        log
    }

    /// A commit of so many messages worked, and took so long.
    pub(crate) fn committed(&self, messages: usize, took: Duration) {
        self.writable.set(1);
        self.commit.observe(took.as_secs_f64());
        // A batch is far below what a f64 counts exactly.
        self.batch.observe(f64::from(u32::try_from(messages).unwrap_or(u32::MAX)));
    }

    /// A message is in the log, so long after it was queued for it.
    pub(crate) fn appended(&self, via: Via, took: Duration) {
        self.append.observe(took.as_secs_f64());
        if let Some((_, counter)) = self.messages.iter().find(|(door, _)| *door == via) {
            counter.inc();
        }
    }

    /// A write failed.
    pub(crate) fn write_failed(&self) {
        self.writable.set(0);
        self.write_failures.inc();
    }

    /// The log was found to be writable again, though nothing was said.
    pub(crate) fn write_works(&self) {
        self.writable.set(1);
    }

    /// Whether the last write worked.
    pub(crate) fn is_writable(&self) -> bool {
        self.writable.get() == 1
    }
}
