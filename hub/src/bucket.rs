//! How much somebody may do in a time.

use partyline_shared::Timestamp;

/// A token bucket: `burst` at once, then `per_second`. In thousandths, so that refilling loses nothing.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    level: u64,
    filled: Timestamp,
}

impl Bucket {
    /// A full one.
    pub fn new(burst: u32, now: Timestamp) -> Self {
        Self { level: u64::from(burst) * 1000, filled: now }
    }

    /// Takes one.
    ///
    /// # Errors
    /// After how many milliseconds there is one, where there is none. A rate of 0 means no limit.
    pub fn take(&mut self, burst: u32, per_second: u32, now: Timestamp) -> Result<(), u64> {
        self.take_several(1, burst, per_second, now)
    }

    /// Takes so many at a time, or none; all there can be, where that is fewer.
    ///
    /// # Errors
    /// As for [`Bucket::take`].
    pub fn take_several(&mut self, count: u32, burst: u32, per_second: u32, now: Timestamp) -> Result<(), u64> {
        if per_second == 0 {
            return Ok(());
        }
        // A burst of 0 would never let anything pass.
        let full = u64::from(burst.max(1)) * 1000;
        let cost = (u64::from(count) * 1000).min(full);
        let rate = u64::from(per_second);
        let refill = now.since(self.filled).saturating_mul(rate);
        self.level = self.level.saturating_add(refill).min(full);
        self.filled = self.filled.max(now);
        if self.level >= cost {
            self.level -= cost;
            Ok(())
        } else {
            Err((cost - self.level).div_ceil(rate))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let mut bucket = Bucket::new(5, Timestamp(0));
        for _ in 0..5 {
            assert_eq!(bucket.take(5, 2, Timestamp(0)), Ok(()));
        }
        assert_eq!(bucket.take(5, 2, Timestamp(0)), Err(500));
        assert_eq!(bucket.take(5, 2, Timestamp(499)), Err(1));
        assert_eq!(bucket.take(5, 2, Timestamp(500)), Ok(()));
        assert_eq!(bucket.take(5, 2, Timestamp(400)), Err(500), "a clock that steps back gives nothing");
        for _ in 0..5 {
            assert_eq!(bucket.take(5, 2, Timestamp(100_000)), Ok(()));
        }
        assert_eq!(bucket.take(5, 2, Timestamp(100_000)), Err(500), "silence saves up no more than a burst");
    }

    #[test]
    fn several_are_taken_together_or_not_at_all() {
        let mut bucket = Bucket::new(5, Timestamp(0));
        assert_eq!(bucket.take_several(3, 5, 2, Timestamp(0)), Ok(()));
        assert_eq!(bucket.take_several(3, 5, 2, Timestamp(0)), Err(500));
        assert_eq!(bucket.take_several(2, 5, 2, Timestamp(0)), Ok(()), "what was refused took nothing");
        assert_eq!(bucket.take_several(9, 5, 2, Timestamp(0)), Err(2500), "more than there can be waits for all");
        assert_eq!(bucket.take_several(9, 5, 2, Timestamp(2500)), Ok(()));
    }

    #[test]
    fn a_rate_of_zero_is_no_limit() {
        let mut bucket = Bucket::new(0, Timestamp(0));
        assert!((0..1000).all(|_| bucket.take(0, 0, Timestamp(0)).is_ok()));
    }
}
