//! Whether a WebSocket's client is still there. Every client answers pings (RFC 6455 sections 5.5.2 and 5.5.3), most
//! without knowing; and TCP alone doesn't tell, for a proxy in between keeps its own side alive.
//!
//! Obligation: only silence counts against a client. Whatever comes, be it half a frame, is a sign of life; and what it
//! takes slowly isn't silence. A ping reaches it behind all that the systems between hold for it, which isn't known, but
//! takes about as long as the writing before it took: as much longer it has to answer.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::link::Link;

/// What a silence calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// A ping.
    Ask,
    /// The end: the ping wasn't answered.
    Gone,
}

/// The silence of one client.
#[derive(Debug)]
pub(super) struct Liveness {
    link: Arc<Link>,
    patience: Duration,
    /// When it was last heard, as far as was looked; what follows is since then.
    heard: Instant,
    /// When it was asked.
    asked: Option<Instant>,
    /// How long writing to it took.
    writing: Duration,
    /// Set anew only when it fires: a message costs no timer.
    timer: Pin<Box<Sleep>>,
}

impl Liveness {
    /// It is asked after a silence of `patience`, and has as long to answer.
    pub(super) fn new(link: Arc<Link>, patience: Duration) -> Self {
        let heard = link.meter().heard();
        let timer = Box::pin(sleep_until(heard + patience));
        Self { link, patience, heard, asked: None, writing: Duration::ZERO, timer }
    }

    /// Waits until it has been silent for too long. Nothing is lost where this isn't waited for to the end.
    pub(super) async fn silence(&mut self) -> Silence {
        loop {
            self.timer.as_mut().await;
            self.look();
            let (due, then) = match self.asked {
                None => (self.heard + self.patience, Silence::Ask),
                Some(asked) => (asked + self.patience + self.writing, Silence::Gone),
            };
            if due <= Instant::now() {
                return then;
            }
            self.timer.as_mut().reset(due);
        }
    }

    /// Something was written to it from then until now.
    pub(super) fn wrote_since(&mut self, began: Instant) {
        self.look();
        self.writing += began.elapsed();
    }

    /// A ping was.
    pub(super) fn asked_since(&mut self, began: Instant) {
        self.wrote_since(began);
        self.asked = Some(Instant::now());
    }

    fn look(&mut self) {
        let heard = self.link.meter().heard();
        if heard != self.heard {
            (self.heard, self.asked, self.writing) = (heard, None, Duration::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn liveness() -> (Arc<Link>, Liveness, Instant) {
        let (_, link) = link::tests::pair(None);
        (Arc::clone(&link), Liveness::new(link, PATIENCE), Instant::now())
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_has_vanished_is_noticed_after_twice_the_patience() {
        let (link, mut liveness, opened) = liveness();
        assert_eq!((liveness.silence().await, opened.elapsed()), (Silence::Ask, PATIENCE));
        liveness.asked_since(Instant::now());
        tokio::time::advance(Duration::from_secs(19)).await;
        link.meter().read(1);
        assert_eq!(
            (liveness.silence().await, link.meter().heard().elapsed()),
            (Silence::Ask, PATIENCE),
            "it had answered"
        );
        liveness.asked_since(Instant::now());
        assert_eq!((liveness.silence().await, link.meter().heard().elapsed()), (Silence::Gone, PATIENCE * 2));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_the_same_moment_is_an_answer() {
        let (link, mut liveness, _) = liveness();
        assert_eq!(liveness.silence().await, Silence::Ask);
        liveness.asked_since(Instant::now());
        link.meter().read(6);
        assert_eq!((liveness.silence().await, link.meter().heard().elapsed()), (Silence::Ask, PATIENCE));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_taken_slowly_is_no_silence() {
        const PAGE: Duration = Duration::from_mins(1);
        let (link, mut liveness, _) = liveness();
        let began = Instant::now();
        tokio::time::advance(PAGE).await;
        liveness.wrote_since(began);
        assert_eq!(liveness.silence().await, Silence::Ask);
        liveness.asked_since(Instant::now());
        let asked = Instant::now();
        // While it is to answer, another one: the answer may be behind what the client is busy with.
        tokio::time::advance(PAGE).await;
        liveness.wrote_since(asked);
        assert_eq!((liveness.silence().await, asked.elapsed()), (Silence::Gone, PAGE * 2 + PATIENCE));
        // What was taken before it was last heard is nothing to wait for.
        link.meter().read(1);
        assert_eq!(liveness.silence().await, Silence::Ask);
        let asked = Instant::now();
        liveness.asked_since(asked);
        assert_eq!((liveness.silence().await, asked.elapsed()), (Silence::Gone, PATIENCE));
    }
}
