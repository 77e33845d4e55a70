//! How fast each source of datagrams may send.
//!
//! Bounded: [`SOURCES`] are counted one by one; while there are more at a time, all others share what one may do. So
//! whoever forges addresses neither fills the memory nor gets more said than so many sources could say.

use std::collections::HashMap;

use partyline_hub::Bucket;
use partyline_shared::Timestamp;

/// Sources that are counted one by one in a generation.
const SOURCES: usize = 4096;

/// What is to become of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may be said.
    Pass,
    /// It may not, and its sender is told so.
    Refused,
    /// It may not, and its sender was told so already.
    Silence,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    bucket: Bucket,
    told: bool,
}

/// Sources by what they did lately. Two generations: one that wasn't heard of for a whole generation may do all again
/// that it ever may, so forgetting it changes nothing.
#[derive(Debug)]
pub(super) struct Rates {
    burst: u32,
    per_second: u32,
    young: HashMap<[u8; 16], Counted>,
    old: HashMap<[u8; 16], Counted>,
    others: Counted,
    turned: Timestamp,
}

impl Rates {
    /// So many at once, then so many a second; 0 a second for no limit.
    pub(super) fn new(burst: u32, per_second: u32, now: Timestamp) -> Self {
        let others = Counted { bucket: Bucket::new(burst, now), told: false };
        Self { burst, per_second, young: HashMap::new(), old: HashMap::new(), others, turned: now }
    }

    /// Counts one more.
    pub(super) fn take(&mut self, source: [u8; 16], now: Timestamp) -> Verdict {
        let (burst, per_second) = (self.burst, self.per_second);
        if per_second == 0 {
            return Verdict::Pass;
        }
        let filled_after = u64::from(burst.max(1)) * 1000 / u64::from(per_second) + 1;
        if now.since(self.turned) >= filled_after {
            self.old = std::mem::take(&mut self.young);
            self.turned = now;
        }
        let counted = if self.young.contains_key(&source) || self.young.len() < SOURCES {
            let known = self.old.remove(&source);
            let fresh = || known.unwrap_or(Counted { bucket: Bucket::new(burst, now), told: false });
            self.young.entry(source).or_insert_with(fresh)
        } else {
            &mut self.others
        };
        if counted.bucket.take(burst, per_second, now).is_ok() {
            counted.told = false;
            Verdict::Pass
        } else if std::mem::replace(&mut counted.told, true) {
            Verdict::Silence
        } else {
            Verdict::Refused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(n: usize) -> [u8; 16] {
        (n as u128).to_be_bytes()
    }

    #[test]
    fn whoever_is_too_fast_is_told_once() {
        let mut rates = Rates::new(2, 2, Timestamp(0));
        let mut at = |millis| rates.take(source(1), Timestamp(millis));
        assert_eq!((at(0), at(0)), (Verdict::Pass, Verdict::Pass));
        assert_eq!((at(0), at(0), at(499)), (Verdict::Refused, Verdict::Silence, Verdict::Silence));
        assert_eq!((at(500), at(500)), (Verdict::Pass, Verdict::Refused));
        assert_eq!(rates.take(source(2), Timestamp(500)), Verdict::Pass, "each source by itself");
    }

    #[test]
    fn forgetting_gives_nobody_more() {
        let mut rates = Rates::new(5, 1, Timestamp(0));
        let passed = (0..20_000).filter(|&millis| rates.take(source(1), Timestamp(millis)) == Verdict::Pass).count();
        assert_eq!(passed, 5 + 19);
    }

    #[test]
    fn the_table_is_bounded_and_those_beyond_it_share() {
        let mut rates = Rates::new(2, 2, Timestamp(0));
        let passed = |rates: &mut Rates, now| {
            (0..10 * SOURCES).filter(|&n| rates.take(source(n), Timestamp(now)) == Verdict::Pass).count()
        };
        assert_eq!(passed(&mut rates, 0), SOURCES + 2);
        assert!(rates.young.len() <= SOURCES && rates.old.len() <= SOURCES);
        passed(&mut rates, 5000);
        assert!(rates.young.len() <= SOURCES && rates.old.len() <= SOURCES);
        assert_eq!(rates.take(source(10 * SOURCES), Timestamp(20_000)), Verdict::Pass, "and it passes");
    }

    #[test]
    fn a_rate_of_zero_is_no_limit() {
        let mut rates = Rates::new(1, 0, Timestamp(0));
        assert!((0..100).all(|_| rates.take(source(1), Timestamp(0)) == Verdict::Pass));
    }
}
