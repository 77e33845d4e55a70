//! What one connection takes of the server, and when it last gave a sign of life.
//!
//! Obligation: whatever a client sends, and in however many pieces, it costs a bounded part of a core. Every byte
//! counts, and what is small on the wire and costs work all the same counts for more ([`Meter::charge`]). A client
//! that is ahead of its pace isn't read, nothing of it is refused or dropped.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// What a command, a line or a frame costs besides its length, in bytes: the shortest are a byte or two, and take the
/// same way through the hub as others.
pub(crate) const COMMAND: usize = 256;

/// What an HTTP request costs besides its length, in bytes: what it is answered with is longer than what it says.
pub(crate) const REQUEST: usize = 4096;

/// What being refused as too fast costs besides, in bytes: whoever goes on asking is read less and less, or the refusals
/// would be the flood.
pub(crate) const TOO_FAST: usize = 16 * 1024;

/// How fast a connection is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Bytes a second.
    pub per_second: NonZeroU32,
    /// Bytes at once, after a rest.
    pub burst: u32,
}

impl Pace {
    fn time_of(self, bytes: u64) -> u64 {
        bytes.saturating_mul(1_000_000_000).div_ceil(u64::from(self.per_second.get()))
    }
}

/// One connection's account. Times are nanoseconds since it was opened.
///
/// The pace is kept by the generic cell rate algorithm: what has been read is paid for at the connection's rate, and
/// nothing more is read while that is paid for further into the future than a burst takes. One number, no refilling.
#[derive(Debug)]
pub(crate) struct Meter {
    pace: Option<Pace>,
    opened: Instant,
    paid: AtomicU64,
    heard: AtomicU64,
    moved: AtomicU64,
}

impl Meter {
    /// For a connection that was opened now; without a pace it is read as fast as it comes.
    pub(crate) fn new(pace: Option<Pace>) -> Self {
        let (paid, heard, moved) = Default::default();
        Self { pace, opened: Instant::now(), paid, heard, moved }
    }

    /// Counts work as if it were so many bytes.
    pub(crate) fn charge(&self, bytes: usize) {
        if self.pace.is_some() {
            self.charge_at(bytes, self.now());
        }
    }

    /// So many bytes came.
    pub(crate) fn read(&self, bytes: usize) {
        let now = self.now();
        self.heard.store(now, Ordering::Relaxed);
        self.moved.store(now, Ordering::Relaxed);
        self.charge_at(bytes, now);
    }

    /// Something was taken by the other side, or at least by its system.
    pub(crate) fn written(&self) {
        self.moved.store(self.now(), Ordering::Relaxed);
    }

    /// Until when nothing is to be read of it; `None` where it may be read now.
    pub(crate) fn ahead_until(&self) -> Option<Instant> {
        let pace = self.pace?;
        let paid = self.paid.load(Ordering::Relaxed);
        let until = paid.checked_sub(pace.time_of(u64::from(pace.burst)))?;
        (until > self.now()).then(|| self.opened + Duration::from_nanos(until))
    }

    /// When something last came; when it was opened, if nothing did.
    pub(crate) fn heard(&self) -> Instant {
        self.opened + Duration::from_nanos(self.heard.load(Ordering::Relaxed))
    }

    /// When something last came or went.
    pub(crate) fn moved(&self) -> Instant {
        self.opened + Duration::from_nanos(self.moved.load(Ordering::Relaxed))
    }

    fn charge_at(&self, bytes: usize, now: u64) {
        let Some(pace) = self.pace else { return };
        let cost = pace.time_of(bytes as u64);
        // A connection's tasks may come in between each other's two steps: then one of them is a trifle cheaper.
        let paid = self.paid.load(Ordering::Relaxed).max(now);
        self.paid.store(paid.saturating_add(cost), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        // 584 years.
        u64::try_from(self.opened.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(per_second: u32, burst: u32) -> Meter {
        Meter::new(NonZeroU32::new(per_second).map(|per_second| Pace { per_second, burst }))
    }

    fn wait(meter: &Meter) -> Option<Duration> {
        meter.ahead_until().map(|until| until - Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_what_is_more_has_to_wait() {
        let meter = meter(1000, 5000);
        meter.read(5000);
        assert_eq!(wait(&meter), None);
        meter.read(2000);
        assert_eq!(wait(&meter), Some(Duration::from_secs(2)));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(wait(&meter), None);
        meter.charge(1000);
        assert_eq!(wait(&meter), Some(Duration::from_secs(1)), "work counts like bytes");
        tokio::time::advance(Duration::from_hours(1)).await;
        meter.read(5001);
        assert_eq!(wait(&meter), Some(Duration::from_millis(1)), "a long rest saves up no more than a burst");
    }

    #[tokio::test(start_paused = true)]
    async fn single_bytes_cost_what_they_cost_together() {
        let meter = meter(1 << 20, 1 << 20);
        for _ in 0..(1 << 20) + 1000 {
            meter.read(1);
        }
        let waits = wait(&meter).unwrap();
        assert!(waits >= Duration::from_micros(950) && waits < Duration::from_millis(2), "{waits:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_pace_nothing_waits_and_life_is_noticed_all_the_same() {
        let meter = meter(0, 0);
        let opened = Instant::now();
        assert_eq!((meter.heard(), meter.moved()), (opened, opened));
        tokio::time::advance(Duration::from_secs(1)).await;
        meter.read(usize::MAX);
        assert_eq!((wait(&meter), meter.heard()), (None, Instant::now()));
        tokio::time::advance(Duration::from_secs(1)).await;
        meter.written();
        assert_eq!((meter.heard(), meter.moved()), (opened + Duration::from_secs(1), opened + Duration::from_secs(2)));
    }
}
