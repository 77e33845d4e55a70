//! Connections that are refused at the door: said in the log on stderr, but not as often as somebody likes to knock.

use std::time::Duration;

use tokio::time::Instant;

use crate::connection::Peer;

/// How often it is said at most.
const EVERY: Duration = Duration::from_secs(10);

/// Refusals of one listener.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    said: Option<Instant>,
    unsaid: u64,
}

impl Refusals {
    /// One more, and why. `unsaid` in the log are those since the last line, which may have had another reason.
    pub(super) fn refuse(&mut self, peer: Peer, why: &str) {
        if self.said.is_some_and(|said| said.elapsed() < EVERY) {
            self.unsaid += 1;
            return;
        }
        self.said = Some(Instant::now());
        let unsaid = std::mem::take(&mut self.unsaid);
        tracing::warn!(%peer, unsaid, "refused: {why}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_of_them_is_one_line_in_ten_seconds() {
        let mut refusals = Refusals::default();
        for n in 0..1000 {
            refusals.refuse(Peer::Unix, "full");
            assert_eq!(refusals.unsaid, n, "all but the first go unsaid");
        }
        tokio::time::advance(EVERY).await;
        refusals.refuse(Peer::Unix, "full");
        assert_eq!(refusals.unsaid, 0, "and are counted in the next line");
    }
}
