//! Two things measured in turns, and how much longer the one takes.
//!
//! The machine has other things to do, at one time more than at another: what is compared is measured in turns, and
//! each side counts with the median of its turns.

use std::fmt;
use std::time::Duration;

/// 99 % of the times of each turn stayed below these.
#[derive(Clone, Debug, Default)]
pub struct Turns {
    without: Vec<Duration>,
    with: Vec<Duration>,
}

impl Turns {
    /// A turn without what is looked at.
    pub fn without(&mut self, p99: Duration) {
        self.without.push(p99);
    }

    /// A turn with it.
    pub fn with(&mut self, p99: Duration) {
        self.with.push(p99);
    }

    /// How many turns of each there were.
    pub fn len(&self) -> usize {
        self.with.len()
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.with.is_empty()
    }

    /// What it costs.
    pub fn ratio(&self) -> f64 {
        median(&self.with).as_secs_f64() / median(&self.without).as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// By how much.
    pub fn difference(&self) -> Duration {
        median(&self.with).saturating_sub(median(&self.without))
    }
}

impl fmt::Display for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |turns: &[Duration]| {
            let turns: Vec<_> = turns.iter().map(|turn| format!("{:.2}", turn.as_secs_f64() * 1000.0)).collect();
            turns.join(" ")
        };
        write!(
            f,
            "p99 without {:.2} ms (turns: {}), with {:.2} ms (turns: {}), {:.2} times",
            median(&self.without).as_secs_f64() * 1000.0,
            shown(&self.without),
            median(&self.with).as_secs_f64() * 1000.0,
            shown(&self.with),
            self.ratio()
        )
    }
}

/// The one in the middle; of two in the middle their mean; nothing of nothing.
fn median(turns: &[Duration]) -> Duration {
    let mut sorted = turns.to_vec();
    sorted.sort_unstable();
    match (sorted.len() / 2, sorted.len() % 2) {
        (0, 0) => Duration::ZERO,
        (middle, 1) => sorted[middle],
        (middle, _) => (sorted[middle - 1] + sorted[middle]) / 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_turn_counts_for_nothing() {
        let mut turns = Turns::default();
        for millis in [2, 2, 100] {
            turns.without(Duration::from_millis(millis));
        }
        for millis in [3, 3, 900, 3] {
            turns.with(Duration::from_millis(millis));
        }
        assert!((turns.ratio() - 1.5).abs() < 1e-9, "{turns}");
        assert_eq!(turns.difference(), Duration::from_millis(1));
    }

    #[test]
    fn the_median_is_in_the_middle_of_any_number_of_turns() {
        let of = |millis: &[u64]| median(&millis.iter().map(|&ms| Duration::from_millis(ms)).collect::<Vec<_>>());
        assert_eq!(of(&[]), Duration::ZERO);
        assert_eq!(of(&[5]), Duration::from_millis(5));
        assert_eq!(of(&[9, 1]), Duration::from_millis(5));
        assert_eq!(of(&[9, 1, 2]), Duration::from_millis(2));
    }
}
