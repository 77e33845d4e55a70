//! Saying once that the log fails, and once that it works again.

use rusqlite::Error;

/// Whether one side of the log works. A full disk fails every batch, and thousands of equal lines would hide what
/// else goes on, or fill the disk further.
#[derive(Debug)]
pub(super) struct Outage {
    /// What doesn't work while it lasts: "written" or "read".
    what: &'static str,
    /// How many were refused since it started; `None` while all is well.
    refused: Option<usize>,
}

impl Outage {
    pub(super) fn new(what: &'static str) -> Self {
        Self { what, refused: None }
    }

    /// `count` appends or reads failed, all of one cause.
    pub(super) fn failed(&mut self, error: &Error, count: usize) {
        if let Some(refused) = &mut self.refused {
            *refused += count;
        } else {
            tracing::error!(%error, "the log can't be {}; every request tries again", self.what);
            self.refused = Some(count);
        }
    }

    /// Whether it failed when it was last tried.
    pub(super) fn lasts(&self) -> bool {
        self.refused.is_some()
    }

    pub(super) fn worked(&mut self) {
        if let Some(refused) = self.refused.take() {
            tracing::warn!(refused, "the log can be {} again", self.what);
        }
    }
}
