//! What happened how often.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counts by name.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Mutex<BTreeMap<&'static str, u64>>,
    /// What was not as it must be, the first time.
    wrong: Mutex<Option<String>>,
}

impl Tally {
    /// So many more.
    pub(super) fn add(&self, what: &'static str, times: u64) {
        *self.counts().entry(what).or_default() += times;
    }

    /// The most there were at a time.
    pub(super) fn most(&self, what: &'static str, times: u64) {
        let mut counts = self.counts();
        let most = counts.entry(what).or_default();
        *most = times.max(*most);
    }

    /// How many.
    pub(super) fn get(&self, what: &str) -> u64 {
        self.counts().get(what).copied().unwrap_or_default()
    }

    /// Something was not as it must be.
    pub(super) fn wrong(&self, what: impl FnOnce() -> String) {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(what);
    }

    /// What was not as it must be first of all.
    pub(super) fn first_wrong(&self) -> Option<String> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        // What a panic leaves is whole.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.counts();
        let shown: Vec<_> = counts.iter().map(|(what, times)| format!("{what} {times}")).collect();
        f.write_str(&shown.join(", "))
    }
}
