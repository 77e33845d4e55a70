//! How long something took, many times over.

use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;

/// Times up to a minute, to three digits.
#[derive(Clone, Debug)]
pub struct Latency {
    micros: Histogram<u32>,
}

/// Longer times count as this.
const LONGEST: u64 = 60_000_000;

impl Default for Latency {
    fn default() -> Self {
        Self::new()
    }
}

impl Latency {
    /// Nothing measured yet.
    ///
    /// # Panics
    /// Never: a minute in microseconds to three digits is a histogram that can be.
    pub fn new() -> Self {
        #[expect(
            clippy::expect_used,
            reason = "the bounds are constants that hdrhistogram accepts: 1 <= low, 2 low <= high"
        )]
        let micros = Histogram::new_with_bounds(1, LONGEST, 3).expect("1 µs to a minute, three digits");
        Self { micros }
    }

    /// One more.
    pub fn record(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(LONGEST).clamp(1, LONGEST);
        self.micros.saturating_record(micros);
    }

    /// All those of another, too.
    pub fn add(&mut self, other: &Self) {
        // Both have the same bounds.
        let _ = self.micros.add(&other.micros);
    }

    /// How many were measured.
    pub fn count(&self) -> u64 {
        self.micros.len()
    }

    /// What this part of them (0 to 1) doesn't exceed.
    pub fn quantile(&self, part: f64) -> Duration {
        Duration::from_micros(self.micros.value_at_quantile(part))
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |part| self.quantile(part).as_secs_f64() * 1000.0;
        write!(f, "p50 {:.2} ms, p99 {:.2} ms", millis(0.5), millis(0.99))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_what_was_recorded() {
        let mut latency = Latency::new();
        (1..=100).for_each(|millis| latency.record(Duration::from_millis(millis)));
        let near = |part: f64, millis: f64| (latency.quantile(part).as_secs_f64() * 1000.0 - millis).abs() < 0.2;
        assert!(near(0.5, 50.0) && near(0.99, 99.0), "{latency}");
        let mut both = latency.clone();
        both.add(&latency);
        both.record(Duration::from_hours(1));
        assert_eq!(both.count(), 201);
    }
}
