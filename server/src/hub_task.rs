//! The one task that runs the hub, on a thread of its own: it takes what connections and the log say, one after the
//! other, and does what the hub wants done. It never waits for a reader or for the log.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use partyline_hub::{Effect, Hub, Input, PostId, SessionId};
use partyline_shared::{Bye, Command, Event, MemberId, Timestamp, Token, Via};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::delivery::{Delivery, Form, Posted, item};
use crate::link::Link;
use crate::log::Log;
use crate::metrics::Metrics;
use crate::outbox::{Capacity, Outbox};

/// What may wait for the hub. Whoever has more waits itself: a connection isn't read meanwhile.
const QUEUE: usize = 4096;

/// What is taken from the queue at a time.
const BATCH: usize = 256;

/// The time of day by a clock that never steps back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    started_at: Duration,
}

impl Clock {
    /// Set by the system's clock, once.
    pub(crate) fn start() -> Self {
        let started_at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), started_at }
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        let now = self.started_at + self.started.elapsed();
        Timestamp(u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
    }
}

#[derive(Debug)]
enum Wake {
    Open { session: SessionId, via: Via, form: Form, token: Token, outbox: Arc<Outbox> },
    Post { post: PostId, author: MemberId, via: Via, text: String, answer: oneshot::Sender<Posted> },
    Hub(Input),
    Log(Vec<Input>),
}

/// How connections and the log reach the hub.
#[derive(Clone, Debug)]
pub(crate) struct HubHandle {
    wakes: mpsc::Sender<Wake>,
    last: Arc<AtomicU64>,
    capacity: Arc<Capacity>,
    metrics: Arc<Metrics>,
}

/// The other end of a [`HubHandle`].
#[derive(Debug)]
pub(crate) struct HubQueue(mpsc::Receiver<Wake>);

/// The hub has stopped.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the server has stopped")]
pub(crate) struct Stopped;

/// A way to the hub. `queue_bytes` bounds what may wait for a reader unasked; its answers may take 16 times that.
pub(crate) fn channel(queue_bytes: usize, metrics: Arc<Metrics>) -> (HubHandle, HubQueue) {
    let (wakes, queue) = mpsc::channel(QUEUE);
    let (delivered, answers) = (queue_bytes, queue_bytes.saturating_mul(16));
    let capacity = Arc::new(Capacity { delivered, answers, waiting: metrics.deliveries.waiting.clone() });
    (HubHandle { wakes, last: Arc::default(), capacity, metrics }, HubQueue(queue))
}

impl HubHandle {
    /// Announces a connection.
    ///
    /// # Errors
    /// [`Stopped`] where the server is about to end, or has no randomness to make a token of.
    pub(crate) async fn open(&self, via: Via, form: Form, link: Arc<Link>) -> Result<Session, Stopped> {
        let mut secret = [0; 16];
        getrandom::fill(&mut secret).map_err(|error| {
            tracing::error!(%error, "the system gives no random bytes");
            Stopped
        })?;
        let id = SessionId(self.last.fetch_add(1, Ordering::Relaxed));
        let outbox = Arc::new(Outbox::new(link, Arc::clone(&self.capacity)));
        let wake = Wake::Open { session: id, via, form, token: Token(secret), outbox: Arc::clone(&outbox) };
        self.wake(wake).await?;
        Ok(Session { id, form, outbox, hub: self.clone() })
    }

    /// Says something for somebody who isn't there; waits while the hub has too much to do. The answer comes once it
    /// has a number or is refused, and never where the hub ends before.
    ///
    /// # Errors
    /// [`Stopped`] where it has ended.
    pub(crate) async fn post(
        &self,
        author: MemberId,
        via: Via,
        text: String,
    ) -> Result<oneshot::Receiver<Posted>, Stopped> {
        let post = PostId(self.last.fetch_add(1, Ordering::Relaxed));
        let (answer, posted) = oneshot::channel();
        let wake = Wake::Post { post, author, via, text, answer };
        self.wakes.send(wake).await.map_err(|_| Stopped)?;
        Ok(posted)
    }

    /// Mostly there is room at once, and nothing to wait for. Where there isn't, what waits is in a box: each connection would
    /// hold room for it all its life.
    fn wake(&self, wake: Wake) -> impl Future<Output = Result<(), Stopped>> + use<> {
        let waiting = match self.wakes.try_send(wake) {
            Ok(()) => Ok(None),
            Err(TrySendError::Closed(_)) => Err(Stopped),
            Err(TrySendError::Full(wake)) => {
                let wakes = self.wakes.clone();
                Ok(Some(Box::pin(async move { wakes.send(wake).await.map_err(|_| Stopped) })))
            }
        };
        async move {
            match waiting? {
                None => Ok(()),
                Some(sending) => sending.await,
            }
        }
    }

    /// Says good-bye to everybody, and lets nobody in any more.
    pub(crate) async fn stop(&self, bye: Bye) {
        // Where the hub has ended already, everybody has gone.
        let _ = self.wakes.send(Wake::Hub(Input::Stop(bye))).await;
    }

    /// Brings the log's answers. For a thread, not for a task: it waits while the queue is full.
    pub(crate) fn log_answered(&self, answers: Vec<Input>) {
        // Where the hub has ended, nobody waits for them.
        let _ = self.wakes.blocking_send(Wake::Log(answers));
    }
}

/// A connection, as the hub knows it. Dropping it tells the hub that it is gone.
#[derive(Debug)]
pub(crate) struct Session {
    id: SessionId,
    form: Form,
    outbox: Arc<Outbox>,
    hub: HubHandle,
}

impl Session {
    /// Asks the hub for something; waits while it has too much to do.
    ///
    /// # Errors
    /// [`Stopped`] where it has ended.
    pub(crate) fn command(&self, command: Command) -> impl Future<Output = Result<(), Stopped>> {
        self.hub.wake(Wake::Hub(Input::Command { session: self.id, command }))
    }

    /// Tells the hub that the client won't say anything more, and ends once it has its answers.
    ///
    /// # Errors
    /// [`Stopped`] where the hub has ended.
    pub(crate) fn half_close(&self) -> impl Future<Output = Result<(), Stopped>> {
        self.hub.wake(Wake::Hub(Input::HalfClose { session: self.id }))
    }

    /// Answers something that never reached the hub.
    pub(crate) fn answer(&self, event: Event) {
        if let Event::Refused(refused) = &event {
            self.hub.metrics.refusals.refused(refused.code);
        }
        // A client that floods with nonsense and doesn't read what it gets for it misses some of that.
        self.outbox.answer(item(self.form, event));
        self.outbox.flush();
    }

    /// Ends it from this side, with a last word.
    pub(crate) fn end(&self, bye: Bye) {
        self.outbox.end(Some(item(self.form, Event::Bye(bye))));
    }

    /// What it is to be sent.
    pub(crate) fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let close = Wake::Hub(Input::Close { session: self.id });
        // By the same way as everything before it, so that it can't overtake.
        if let Err(TrySendError::Full(close)) = self.hub.wakes.try_send(close) {
            let wakes = self.hub.wakes.clone();
            tokio::spawn(async move { wakes.send(close).await });
        }
    }
}

/// Runs the hub until every [`HubHandle`] and [`Session`] but the log's is gone, or `stopped` is.
pub(crate) async fn run(
    mut hub: Hub,
    log: Log,
    mut delivery: Delivery,
    clock: Clock,
    HubQueue(mut queue): HubQueue,
    stopped: impl Future<Output = ()>,
    metrics: Arc<Metrics>,
) {
    let mut wakes = Vec::with_capacity(BATCH);
    tokio::pin!(stopped);
    loop {
        let wait = hub.next_deadline().map(|deadline| Duration::from_millis(deadline.since(clock.now())));
        tokio::select! {
            taken = queue.recv_many(&mut wakes, BATCH) => {
                if taken == 0 {
                    break;
                }
            }
            () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {
                wakes.push(Wake::Hub(Input::Wake));
            }
            () = &mut stopped => break,
        }
        for wake in wakes.drain(..) {
            let inputs = match wake {
                Wake::Open { session, via, form, token, outbox } => {
                    delivery.open(session, form, outbox);
                    VecDeque::from([Input::Open { session, via, token }])
                }
                Wake::Post { post, author, via, text, answer } => {
                    delivery.post(post, answer);
                    VecDeque::from([Input::Post { post, author, via, text }])
                }
                Wake::Hub(input) => VecDeque::from([input]),
                Wake::Log(answers) => VecDeque::from(answers),
            };
            handle(&mut hub, &log, &mut delivery, inputs, clock);
        }
        // Once for all that was taken: the readers' threads are woken for it once.
        if let Err(error) = delivery.flush() {
            tracing::error!(%error, "the hub ends");
            break;
        }
        metrics.load.set(&hub.load());
    }
    // The log's threads may be waiting to tell their last answers: nobody takes them any more.
    drop(queue);
    log.close();
}

fn handle(hub: &mut Hub, log: &Log, delivery: &mut Delivery, mut inputs: VecDeque<Input>, clock: Clock) {
    while let Some(input) = inputs.pop_front() {
        #[cfg(feature = "test-build")]
        if let Input::Command { command: Command::Say(say), .. } = &input {
            crate::faults::panic_if_asked(&say.text);
        }
        if matches!(input, Input::Committed { .. }) {
            delivery.came();
        }
        let gone = if let Input::Close { session } = input { Some(session) } else { None };
        for effect in hub.handle(input, clock.now()) {
            match effect {
                Effect::Send { session, event } => delivery.send(session, event),
                Effect::Posted { post, outcome } => delivery.posted(post, outcome),
                Effect::Subscribe { session, room } => delivery.subscribe(session, room),
                Effect::Unsubscribe { session, room } => delivery.unsubscribe(session, room),
                Effect::Deliver { room, event, except } => delivery.deliver(room, event, except),
                Effect::Append { append, entry } => {
                    delivery.expect();
                    if let Err(error) = log.append(append, entry) {
                        inputs.push_back(Input::Committed { append, outcome: Err(error) });
                    }
                }
                Effect::Read { read, query } => {
                    if let Err(error) = log.read(read, query) {
                        inputs.push_back(Input::Read { read, outcome: Err(error) });
                    }
                }
                Effect::Mark { member, marks } => log.mark(member, marks),
                Effect::Close { session } => delivery.close(session),
            }
        }
        if let Some(session) = gone {
            delivery.close(session);
        }
    }
}
