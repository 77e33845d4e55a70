//! A clock that can be put forward: the engine is waiting for time that nobody has to spend.

use std::time::Duration;

use partyline_shared::Timestamp;
use tokio::time::Instant;

/// A client's own clock.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    ahead: u64,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { started: Instant::now(), ahead: 0 }
    }

    pub(super) fn now(&self) -> Timestamp {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Timestamp(elapsed).after(self.ahead)
    }

    /// When it will show this.
    pub(super) fn instant(&self, at: Timestamp) -> Instant {
        Instant::now() + Duration::from_millis(at.since(self.now()))
    }

    /// Puts it forward to this, if it isn't there yet.
    pub(super) fn put_forward(&mut self, to: Timestamp) {
        self.ahead = self.ahead.saturating_add(to.since(self.now()));
    }
}
