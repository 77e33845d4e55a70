//! How long to wait before the next attempt.

use oorandom::Rand64;

/// The first wait is drawn from this many milliseconds, the next from twice as many, …
const BASE_MS: u64 = 500;
/// … up to this many.
const MOST_MS: u64 = 30_000;

/// Exponential, with full jitter: each wait is drawn from nothing to the bound, since a server that restarts
/// has all its clients come back, and should not have them at once.
#[derive(Debug)]
pub(crate) struct Backoff {
    attempt: u32,
    random: Rand64,
}

impl Backoff {
    /// Waits drawn from these random bits.
    pub(crate) fn new(entropy: u64) -> Self {
        Self { attempt: 0, random: Rand64::new(entropy.into()) }
    }

    /// How many attempts failed in a row.
    pub(crate) fn attempt(&self) -> u32 {
        self.attempt
    }

    /// An attempt failed: how many milliseconds to wait before the next.
    pub(crate) fn failed(&mut self) -> u64 {
        let bound = BASE_MS.saturating_mul(1 << self.attempt.min(16)).min(MOST_MS);
        self.attempt = self.attempt.saturating_add(1);
        self.up_to(bound)
    }

    /// An attempt held.
    pub(crate) fn reset(&mut self) {
        self.attempt = 0;
    }

    /// The server said when to come back: how many milliseconds to wait, some longer than it said.
    pub(crate) fn told(&mut self, millis: u64) -> u64 {
        millis.saturating_add(self.up_to(millis.clamp(BASE_MS, 5000)))
    }

    fn up_to(&mut self, bound: u64) -> u64 {
        self.random.rand_range(0..bound + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_bound_and_differ() {
        let mut backoff = Backoff::new(7);
        let waits: Vec<_> = (0..200).map(|_| backoff.failed()).collect();
        assert!(waits[0] <= 500 && waits[1] <= 1000 && waits[2] <= 2000, "{waits:?}");
        assert!(waits.iter().all(|&wait| wait <= 30_000));
        assert!(waits[10..].iter().any(|&wait| wait > 15_000) && waits[10..].iter().any(|&wait| wait < 15_000));
        backoff.reset();
        assert!(backoff.failed() <= 500);
    }

    #[test]
    fn nobody_comes_back_before_the_server_said() {
        let mut backoff = Backoff::new(1);
        assert!((0..100).map(|_| backoff.told(2000)).all(|wait| (2000..=4000).contains(&wait)));
    }
}
