//! Accepting fails: it is said once, and once when it is over.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

/// For how long accepting must have gone well until an outage is over: where descriptors are short, each one that is
/// given back lets one connection in, and the next finds none again.
const CALM: Duration = Duration::from_secs(2);

/// Whether connections can be accepted.
#[derive(Debug, Default)]
pub(super) struct Outage {
    /// When accepting last failed, if that isn't over.
    failed: Option<Instant>,
    accepted_since: bool,
}

impl Outage {
    /// A connection was accepted.
    pub(super) fn accepted(&mut self) {
        self.accepted_since = true;
    }

    /// Accepting failed.
    pub(super) fn failed(&mut self, error: &io::Error) {
        if self.failed.replace(Instant::now()).is_none() {
            tracing::error!(
                %error,
                "connections can't be accepted now: they wait in the system's queue, those that are here go on; if \
                 it happens again, allow more open files (ulimit -n, or LimitNOFILE= of systemd)"
            );
        }
        self.accepted_since = false;
    }

    /// Waits until it is over, and says so. Never ends where there is none, or nothing was accepted since.
    pub(super) async fn over(&mut self) {
        match self.failed {
            Some(failed) if self.accepted_since => tokio::time::sleep_until(failed + CALM).await,
            _ => std::future::pending().await,
        }
        self.failed = None;
        tracing::info!("connections can be accepted again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_over_once_accepting_has_gone_well_for_a_while() {
        let mut outage = Outage::default();
        let lasts = async |outage: &mut Outage| tokio::time::timeout(CALM * 10, outage.over()).await.is_err();
        outage.accepted();
        assert!(lasts(&mut outage).await, "there is none");
        outage.failed(&io::Error::from_raw_os_error(24));
        assert!(lasts(&mut outage).await, "nobody came: that tells nothing");
        outage.accepted();
        tokio::time::advance(CALM / 2).await;
        outage.failed(&io::Error::from_raw_os_error(24));
        outage.accepted();
        let began = Instant::now();
        outage.over().await;
        assert_eq!((began.elapsed(), outage.failed), (CALM, None));
    }
}
