//! Which cores the servers and the generator run on.

use std::sync::LazyLock;

use anyhow::{Context as _, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Cores by their numbers, as Linux counts them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cores(Vec<usize>);

/// Those that this program was started on, before it takes some of them.
static ALL: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let set = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
    (0..CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect()
});

impl Cores {
    /// The one core that servers are pinned to.
    pub fn of_server() -> Self {
        Self(ALL.iter().take(1).copied().collect())
    }

    /// The one core that the generator is pinned to: the server's as well, where there is no second one.
    pub fn of_generator() -> Self {
        Self(ALL.get(1).or(ALL.first()).copied().into_iter().collect())
    }

    /// Two cores, where there are two.
    pub fn both() -> Self {
        Self(ALL.iter().take(2).copied().collect())
    }

    /// Puts the calling thread on these cores.
    ///
    /// # Errors
    /// Where the system doesn't.
    pub fn take(&self) -> Result<()> {
        let mut set = CpuSet::new();
        for &core in &self.0 {
            set.set(core);
        }
        sched_setaffinity(None, &set).with_context(|| format!("running on the cores {:?}", self.0))
    }

    /// Calls `start` on these cores, and goes back to where the calling thread was: a process stays on the cores of the thread that
    /// started it.
    ///
    /// # Errors
    /// Where the system doesn't.
    pub fn lend<T>(&self, start: impl FnOnce() -> T) -> Result<T> {
        let before = sched_getaffinity(None).context("reading which cores this runs on")?;
        self.take()?;
        let started = start();
        sched_setaffinity(None, &before).context("going back to the cores this ran on")?;
        Ok(started)
    }
}
