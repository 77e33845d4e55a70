//! Waiting: for an instant, or for somebody who asks this program to stop.

use std::time::Duration;

use tokio::time::Instant;

/// Waits until then; for ever where there is no such instant.
pub(crate) async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// This long from now.
pub(crate) fn after(duration: Duration) -> Instant {
    Instant::now() + duration
}

/// Somebody asks this program to stop.
pub(crate) async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut hangup)) = (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            return;
        }
    }
    // Where signals can't be listened for, they end the program by themselves.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
