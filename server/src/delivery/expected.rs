//! Messages that the log is about to have, and that are delivered then.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many there are. The hub's task counts them; the threads that write ask whether there are any.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected(Arc<AtomicUsize>);

impl Expected {
    /// One is on its way to the log.
    pub(super) fn one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The log has answered for one. Told before what comes of it is ordered, so that a thread that has the order doesn't
    /// expect it any more.
    pub(super) fn came(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether there are any.
    pub(super) fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}
