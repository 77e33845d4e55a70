//! The server's clock, as far as it is known. One's own may be wrong by hours.

use partyline_shared::Timestamp;

/// How far the server's clock is ahead of one's own. What was said has the server's time: what is told about that
/// ("today", how long ago) is to be reckoned by [`Clock::server`], never by one's own clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    ahead_ms: i64,
}

impl Clock {
    /// The server's time at an instant of one's own clock.
    pub fn server(self, own: Timestamp) -> Timestamp {
        Timestamp(own.0.saturating_add_signed(self.ahead_ms))
    }

    /// The server said what time it is. That it took a moment to arrive doesn't matter here.
    pub(crate) fn set(&mut self, server: Timestamp, own: Timestamp) {
        self.ahead_ms = difference(server, own);
    }

    /// Something was said just now, at this time of the server's. Nothing is said in the future, so at least so late it is.
    pub(crate) fn heard(&mut self, at: Timestamp, own: Timestamp) {
        self.ahead_ms = self.ahead_ms.max(difference(at, own));
    }
}

/// Times are milliseconds of our age, or what a broken server makes of them: none may overflow.
fn difference(server: Timestamp, own: Timestamp) -> i64 {
    let signed = |at: Timestamp| i64::try_from(at.0).unwrap_or(i64::MAX);
    signed(server).saturating_sub(signed(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_corrected_by_the_servers() {
        let mut clock = Clock::default();
        assert_eq!(clock.server(Timestamp(5)), Timestamp(5), "nothing is known yet");
        clock.set(Timestamp(10_000_000), Timestamp(2_800_000));
        assert_eq!(clock.server(Timestamp(2_800_500)), Timestamp(10_000_500));
        clock.heard(Timestamp(10_000_300), Timestamp(2_800_200));
        assert_eq!(clock.server(Timestamp(2_800_200)), Timestamp(10_000_300), "nothing was said in the future");
        clock.heard(Timestamp(9_000_000), Timestamp(2_800_200));
        assert_eq!(clock.server(Timestamp(2_800_200)), Timestamp(10_000_300), "what was said long ago says nothing");
        clock.set(Timestamp(1000), Timestamp(9000));
        assert_eq!(clock.server(Timestamp(9001)), Timestamp(1001), "one's own may be ahead");
        clock.set(Timestamp(u64::MAX), Timestamp(0));
        assert!(clock.server(Timestamp(u64::MAX)).0 > 0);
    }
}
