//! What a reader has yet to be sent, and the one way by which it is: everything that is written to a connection, after
//! the first words of HTTP, goes through its outbox, whoever writes it.
//!
//! Obligations: what is put in comes out in order and whole. What a reader is shown unasked (deliveries) may
//! wait up to `delivered` bytes, its answers up to `answers`; a reader that exceeds either is told `bye` after
//! what it has, and gets nothing more. It lost its connection, not a message: it comes back and resumes.
//!
//! The fast path is [`Outbox::deliver_now`]: whoever has something for the reader writes it to the socket there and then,
//! all that is there at once. The connection's own task is woken only for what it alone can do: to wait until a socket takes more, to encode
//! or understand an event, and to end. Waking a task for each reader and message costs as much as the write.

mod item;

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Buf, Bytes};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Notify;

pub(crate) use self::item::{Item, size};
use crate::link::Link;

/// Pieces that are written at once at most. There are few: what is delivered in a room at a time is one.
const PIECES: usize = 16;

/// What came of putting something in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It will be sent.
    Queued,
    /// It doesn't fit: the reader is too slow.
    Full,
    /// The reader is being sent its last already.
    Ending,
}

/// What there is to do for the connection's task.
#[derive(Debug)]
pub(crate) enum Task {
    /// These are to be encoded, or understood, and written. Until the task asks again, what comes after them waits.
    Items(VecDeque<Item>),
    /// The socket takes no more: [`Outbox::unblocked`].
    Blocked,
    /// All is sent, and nothing will be any more.
    Ended,
}

/// What a piece counts towards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Delivered,
    Answer,
}

#[expect(clippy::struct_excessive_bools, reason = "each is true or not by itself, whatever the others are")]
#[derive(Debug, Default)]
struct State {
    /// What can go to the socket.
    ready: VecDeque<(Bytes, Class)>,
    /// What the task has to see first, and all that came after.
    held: VecDeque<(Item, Class)>,
    /// Bytes that wait, of each class.
    delivered: usize,
    answers: usize,
    /// Of them, those that the gauge knows of.
    counted: i64,
    /// What comes as bytes needs no task: whoever brings it may write it.
    direct: bool,
    /// The task is busy with what it took: what comes now comes after that.
    busy: bool,
    /// The socket takes no more, and the task waits until it does.
    blocked: bool,
    /// Nothing comes after what is queued.
    ending: bool,
    /// Nothing reaches its reader any more.
    failed: bool,
}

/// What all outboxes have in common.
#[derive(Clone, Debug)]
pub(crate) struct Capacity {
    /// Bytes that may wait for a reader unasked.
    pub(crate) delivered: usize,
    /// Bytes of answers that may wait for it.
    pub(crate) answers: usize,
    /// What waits in all of them together because sockets take no more, in bytes.
    pub(crate) waiting: Gauge,
}

/// A bounded queue with one reader.
#[derive(Debug)]
pub(crate) struct Outbox {
    link: Arc<Link>,
    state: Mutex<State>,
    /// There is something to do for the task.
    news: Notify,
    /// What is queued is the last.
    ended: Notify,
    capacity: Arc<Capacity>,
}

impl Outbox {
    /// An empty one. What it gets waits for the task, until [`Outbox::go_direct`].
    pub(crate) fn new(link: Arc<Link>, capacity: Arc<Capacity>) -> Self {
        Self { link, state: Mutex::default(), news: Notify::new(), ended: Notify::new(), capacity }
    }

    /// The connection that it is for.
    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    /// From now on whoever brings bytes may write them, once those before them are.
    pub(crate) fn go_direct(&self) {
        self.state().direct = true;
    }

    /// Puts in something that its reader is shown unasked. [`Outbox::flush`] sends it.
    pub(crate) fn deliver(&self, bytes: Bytes) -> Put {
        let mut state = self.state();
        if state.ending {
            return Put::Ending;
        }
        if state.delivered + bytes.len() > self.capacity.delivered {
            return Put::Full;
        }
        self.put(&mut state, Item::Bytes(bytes), Class::Delivered);
        Put::Queued
    }

    /// As [`Outbox::deliver`] and [`Outbox::flush`] in one, and for most readers without any queue: the bytes go to the
    /// socket as they are. `writes` counts how many it took.
    pub(crate) fn deliver_now(&self, bytes: &Bytes, writes: &mut u64) -> Put {
        let mut state = self.state();
        if state.ending {
            return Put::Ending;
        }
        let mut written = 0;
        if state.is_direct() && state.ready.is_empty() && !state.blocked {
            *writes += 1;
            // What an error means, the next write finds out too.
            written = self.link.socket().try_write(&[IoSlice::new(bytes)]).unwrap_or_default();
            if written == bytes.len() {
                return Put::Queued;
            }
        }
        let rest = bytes.slice(written..);
        // What has begun is ended, whatever its length.
        if written == 0 && state.delivered + rest.len() > self.capacity.delivered {
            return Put::Full;
        }
        self.put(&mut state, Item::Bytes(rest), Class::Delivered);
        *writes += self.write(&mut state);
        Put::Queued
    }

    /// Puts in an answer to something that its reader asked. [`Outbox::flush`] sends it.
    pub(crate) fn answer(&self, item: Item) -> Put {
        let mut state = self.state();
        if state.ending {
            return Put::Ending;
        }
        if state.answers + item.len() > self.capacity.answers {
            return Put::Full;
        }
        self.put(&mut state, item, Class::Answer);
        Put::Queued
    }

    /// Puts in the last thing, if there is one: it always fits, and nothing comes after it.
    pub(crate) fn end(&self, last: Option<Item>) {
        let mut state = self.state();
        if !state.ending {
            if let Some(last) = last {
                self.put(&mut state, last, Class::Answer);
            }
            state.ending = true;
        }
        self.write(&mut state);
        drop(state);
        self.news.notify_one();
        self.ended.notify_waiters();
    }

    /// Writes what the task has encoded, in the place of what it took, and after all that was ready before.
    pub(crate) fn put_ready(&self, pieces: impl IntoIterator<Item = Bytes>) {
        let mut state = self.state();
        for bytes in pieces.into_iter().filter(|bytes| !bytes.is_empty()) {
            state.answers += bytes.len();
            state.ready.push_back((bytes, Class::Answer));
        }
        self.write(&mut state);
    }

    /// Puts in what the protocol below the chat has to say, also behind the last words of the chat. [`Outbox::flush`] sends it.
    pub(crate) fn put_control(&self, bytes: Bytes) -> Put {
        let mut state = self.state();
        if state.answers + bytes.len() > self.capacity.answers {
            return Put::Full;
        }
        state.answers += bytes.len();
        state.ready.push_back((bytes, Class::Answer));
        Put::Queued
    }

    /// Writes what is ready, as much of it as the socket takes. Returns how many writes that took.
    pub(crate) fn flush(&self) -> u64 {
        self.write(&mut self.state())
    }

    /// Waits until nothing more can be put in.
    pub(crate) async fn ended(&self) {
        loop {
            // Before the look: what ends it in between is noticed.
            let ended = self.ended.notified();
            if self.state().ending {
                return;
            }
            ended.await;
        }
    }

    /// Whether nothing reaches its reader any more, who has gone.
    pub(crate) fn has_failed(&self) -> bool {
        self.state().failed
    }

    /// Waits until there is something to do for the task. Nothing is lost where this isn't waited for to its end.
    pub(crate) async fn task(&self) -> Task {
        loop {
            {
                let mut state = self.state();
                state.busy = false;
                if state.blocked {
                    return Task::Blocked;
                }
                if !state.held.is_empty() {
                    state.busy = true;
                    let held = std::mem::take(&mut state.held);
                    let items = held.into_iter().map(|(item, class)| {
                        state.taken(class, item.len());
                        item
                    });
                    let items = items.collect();
                    self.count(&mut state);
                    return Task::Items(items);
                }
                if state.ending && state.ready.is_empty() {
                    return Task::Ended;
                }
            }
            self.news.notified().await;
        }
    }

    /// Waits until everything that is ready is written. Takes what is there to be done for [`Task::Blocked`].
    pub(crate) async fn unblocked(&self) {
        while self.state().blocked {
            // Where the socket has failed, the write says so.
            let _ = self.link.socket().writable().await;
            let mut state = self.state();
            state.blocked = false;
            self.write(&mut state);
        }
    }

    /// The next items for a task that has nothing else to do for its reader; `None` once there are no more.
    pub(crate) async fn items(&self) -> Option<VecDeque<Item>> {
        loop {
            match self.task().await {
                Task::Items(items) => return Some(items),
                Task::Blocked => self.unblocked().await,
                Task::Ended => return None,
            }
        }
    }

    fn put(&self, state: &mut State, item: Item, class: Class) {
        match class {
            Class::Delivered => state.delivered += item.len(),
            Class::Answer => state.answers += item.len(),
        }
        match item {
            Item::Bytes(bytes) if state.is_direct() => {
                if !bytes.is_empty() {
                    state.ready.push_back((bytes, class));
                }
            }
            item => {
                state.held.push_back((item, class));
                self.count(state);
                self.news.notify_one();
            }
        }
    }

    /// Writes what is ready. Returns how many writes that took.
    fn write(&self, state: &mut State) -> u64 {
        let mut writes = 0;
        while !state.blocked && !state.ready.is_empty() {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let pieces =
                slices.iter_mut().zip(&state.ready).map(|(slice, (piece, _))| *slice = IoSlice::new(piece)).count();
            writes += 1;
            match self.link.socket().try_write(&slices[..pieces]) {
                Ok(written) => state.wrote(written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    state.blocked = true;
                    self.news.notify_one();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    tracing::debug!(%error, "a connection can't be written to");
                    state.give_up();
                    self.news.notify_one();
                    self.ended.notify_waiters();
                }
            }
        }
        self.count(state);
        if state.ending && state.ready.is_empty() {
            self.news.notify_one();
        }
        writes
    }

    /// Tells the gauge what waits. Mostly nothing does, and nothing is told: it is everybody's.
    fn count(&self, state: &mut State) {
        let waits = i64::try_from(state.delivered + state.answers).unwrap_or(i64::MAX);
        if waits != state.counted {
            self.capacity.waiting.inc_by(waits - state.counted);
            state.counted = waits;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A std mutex: nothing awaits under it. Whoever panicked under it left a queue that is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether bytes that come now may go to the socket behind what is ready.
    fn is_direct(&self) -> bool {
        self.direct && !self.busy && self.held.is_empty()
    }

    /// So many bytes of what is ready are the system's now.
    fn wrote(&mut self, mut written: usize) {
        while let Some((piece, class)) = self.ready.front_mut() {
            let (class, part) = (*class, written.min(piece.len()));
            piece.advance(part);
            written -= part;
            let is_whole = piece.is_empty();
            self.taken(class, part);
            if !is_whole {
                return;
            }
            self.ready.pop_front();
        }
        if self.ready.capacity() > PIECES {
            // Idle connections hold nothing.
            self.ready = VecDeque::new();
        }
    }

    fn taken(&mut self, class: Class, len: usize) {
        match class {
            Class::Delivered => self.delivered -= len,
            Class::Answer => self.answers -= len,
        }
    }

    /// Nobody reads any more.
    fn give_up(&mut self) {
        self.ready.clear();
        self.held.clear();
        (self.delivered, self.answers) = (0, 0);
        (self.ending, self.failed) = (true, true);
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // Nobody takes it any more.
        let counted = self.state().counted;
        self.capacity.waiting.dec_by(counted);
    }
}

#[cfg(test)]
mod tests;
