//! From the hub's effects to the members' sockets.
//!
//! The hub says once what a room is shown, however many are in it. Here that is passed on to the threads that write
//! ([`shard`]), each of which has its share of the readers: which one a reader is at is told by its session's number. What
//! is said in a room is passed on only to those that have readers there.

mod audience;
mod expected;
mod form;
mod shard;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use partyline_hub::{PostId, RoomId, SessionId};
use partyline_shared::{Event, Refused, Sent};
use tokio::sync::oneshot;

use self::expected::Expected;
use self::form::Said;
pub(crate) use self::form::{Form, frame, item, line};
use self::shard::{Order, Shard};
use crate::metrics::{Deliveries, Refusals};
use crate::outbox::Outbox;

/// Batches of orders that may wait for a thread. Where there are more, whoever gives them waits: no thread waits for a
/// reader, so it isn't for long.
const QUEUE: usize = 64;

/// Threads that write, at most. More processors than that are busy with what comes.
const THREADS: usize = 16;

/// What became of something that was said by somebody who isn't there.
pub(crate) type Posted = Result<Sent, Refused>;

/// Who reads what. Owned by the hub's task: what the hub orders is done in its order.
#[derive(Debug)]
pub(crate) struct Delivery {
    shards: Vec<SyncSender<Vec<Order>>>,
    /// What each of them is told next.
    orders: Vec<Vec<Order>>,
    /// How many readers of each shard are in a room.
    rooms: HashMap<RoomId, Box<[u32]>>,
    /// Bounded by the hub, which refuses more than so many at once.
    posts: HashMap<PostId, oneshot::Sender<Posted>>,
    expected: Expected,
    counts: Arc<Deliveries>,
    refusals: Refusals,
}

/// A thread that writes has ended, which only a panic does.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a thread that writes to readers has ended")]
pub(crate) struct ShardEnded;

impl Delivery {
    /// To nobody yet, by as many threads as there are processors. They end when this is dropped. What is delivered and
    /// refused is counted with these.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub(crate) fn start(counts: &Deliveries, refusals: &Refusals) -> io::Result<Self> {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS);
        let expected = Expected::default();
        let start = |number| {
            let (sender, orders) = sync_channel(QUEUE);
            let shard = Shard::new(counts.clone(), refusals.clone(), expected.clone());
            thread::Builder::new().name(format!("writer-{number}")).spawn(move || shard.run(&orders))?;
            Ok(sender)
        };
        let shards = (0..threads).map(start).collect::<io::Result<Vec<_>>>()?;
        let orders = shards.iter().map(|_| Vec::new()).collect();
        let (counts, refusals) = (Arc::new(counts.clone()), refusals.clone());
        Ok(Self { shards, orders, rooms: HashMap::new(), posts: HashMap::new(), expected, counts, refusals })
    }

    /// A connection, and where to put what it is to be sent.
    pub(crate) fn open(&mut self, session: SessionId, form: Form, outbox: Arc<Outbox>) {
        self.order(session, Order::Open { session, form, outbox });
    }

    /// Something said by somebody who isn't there, and where the answer goes.
    pub(crate) fn post(&mut self, post: PostId, answer: oneshot::Sender<Posted>) {
        self.posts.insert(post, answer);
    }

    /// Answers that.
    pub(crate) fn posted(&mut self, post: PostId, outcome: Posted) {
        if let Err(refused) = &outcome {
            self.refusals.refused(refused.code);
        }
        if let Some(answer) = self.posts.remove(&post) {
            // Whoever asked may be gone.
            let _ = answer.send(outcome);
        }
    }

    /// Tells one session.
    pub(crate) fn send(&mut self, session: SessionId, event: Event) {
        self.order(session, Order::Send { session, event });
    }

    /// Shows a session what is said in a room from now on.
    pub(crate) fn subscribe(&mut self, session: SessionId, room: RoomId) {
        let shards = self.shards.len();
        let counts = self.rooms.entry(room).or_insert_with(|| vec![0; shards].into());
        counts[shard_of(session, shards)] += 1;
        self.order(session, Order::Subscribe { session, room });
    }

    /// Stops that.
    pub(crate) fn unsubscribe(&mut self, session: SessionId, room: RoomId) {
        let shard = shard_of(session, self.shards.len());
        if let Entry::Occupied(mut counts) = self.rooms.entry(room) {
            counts.get_mut()[shard] = counts.get()[shard].saturating_sub(1);
            if counts.get().iter().all(|&readers| readers == 0) {
                counts.remove();
            }
        }
        self.order(session, Order::Unsubscribe { session, room });
    }

    /// A message is on its way to the log, and is delivered once that has it.
    pub(crate) fn expect(&self) {
        self.expected.one();
    }

    /// The log has answered for one of those.
    pub(crate) fn came(&self) {
        self.expected.came();
    }

    /// Shows everybody in a room an event.
    pub(crate) fn deliver(&mut self, room: RoomId, event: Event, except: Option<SessionId>) {
        let Some(counts) = self.rooms.get(&room) else { return };
        let said = Arc::new(Said::new(event, Arc::clone(&self.counts)));
        for (orders, _) in self.orders.iter_mut().zip(counts).filter(|(_, readers)| **readers > 0) {
            orders.push(Order::Deliver { room, said: Arc::clone(&said), except });
        }
    }

    /// Ends a connection once it has been sent everything.
    pub(crate) fn close(&mut self, session: SessionId) {
        self.order(session, Order::Close { session });
    }

    /// Passes on what was ordered since the last time.
    ///
    /// # Errors
    /// [`ShardEnded`]: its readers are shown nothing any more.
    pub(crate) fn flush(&mut self) -> Result<(), ShardEnded> {
        for (shard, orders) in self.shards.iter().zip(&mut self.orders).filter(|(_, orders)| !orders.is_empty()) {
            shard.send(std::mem::take(orders)).map_err(|_| ShardEnded)?;
        }
        Ok(())
    }

    fn order(&mut self, session: SessionId, order: Order) {
        let shard = shard_of(session, self.orders.len());
        self.orders[shard].push(order);
    }
}

/// Sessions are numbered one after the other: their shards take turns.
fn shard_of(session: SessionId, shards: usize) -> usize {
    usize::try_from(session.0 % shards as u64).unwrap_or_default()
}
