//! A thread that writes to its share of the readers.
//!
//! It does what it is ordered in that order, and the writing last: all orders that are there are obeyed first, then each
//! reader is written all that came of them at once. It never waits for a reader: what a socket doesn't take stays in the
//! reader's outbox. For more than is there it waits only where many are to be written to and the log is just committing
//! what may be for them too: a message that comes with another one costs a tenth of one that comes alone.
//!
//! What a room is shown is gathered once, for all readers of a form, and each of them is given the same bytes. Something
//! for one reader alone (an answer) has to come behind what its rooms were shown before, and before what they are shown
//! next: such a reader is given what it has yet to be given at that point, as a copy of its own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use bytes::Bytes;
use partyline_hub::{RoomId, SessionId};
use partyline_shared::{Bye, ByeReason, Code, Event};
use slab::Slab;

use super::audience::Audience;
use super::expected::Expected;
use super::form::{Form, Said, item};
use crate::meter::TOO_FAST;
use crate::metrics::{Deliveries, Refusals};
use crate::outbox::{Outbox, Put};

/// What may be gathered for a room before its readers are given it, in bytes: a part of what may wait for a reader, or one
/// that takes everything at once would be too slow.
const GATHERED: usize = 64 * 1024;

/// Batches of orders that are obeyed before anything is written.
const BATCHES: usize = 64;

/// From so many readers that are to be written to, company is waited for.
const MANY: usize = 256;

/// How long for each of them, and at most: no longer than the writing takes.
const PATIENCE: (Duration, Duration) = (Duration::from_micros(4), Duration::from_millis(5));

/// What a shard is to do.
#[derive(Debug)]
pub(super) enum Order {
    /// Here is a reader.
    Open { session: SessionId, form: Form, outbox: Arc<Outbox> },
    /// Tell one.
    Send { session: SessionId, event: Event },
    /// Show one what is said in a room from now on.
    Subscribe { session: SessionId, room: RoomId },
    /// Stop that.
    Unsubscribe { session: SessionId, room: RoomId },
    /// Show a room's readers something.
    Deliver { room: RoomId, said: Arc<Said>, except: Option<SessionId> },
    /// End a connection once it has been sent everything.
    Close { session: SessionId },
}

#[derive(Debug)]
struct Reader {
    form: Form,
    outbox: Arc<Outbox>,
    /// Where it sits, ordered by room.
    seats: Vec<(RoomId, usize)>,
    /// Something was put into its outbox that isn't written yet.
    dirty: bool,
}

impl Reader {
    /// Its place in a room, if it is there.
    fn place(&self, room: RoomId) -> Option<usize> {
        let at = self.seats.binary_search_by_key(&room, |(other, _)| *other).ok()?;
        self.seats.get(at).map(|&(_, place)| place)
    }
}

/// A share of the readers. Which they are is the business of whoever gives the orders.
#[derive(Debug)]
pub(super) struct Shard {
    sessions: HashMap<SessionId, usize>,
    readers: Slab<Reader>,
    rooms: HashMap<RoomId, Audience>,
    /// Rooms where something is pending.
    gathering: Vec<RoomId>,
    /// Readers that are to be written to.
    dirty: Vec<usize>,
    /// Writes that are not counted yet.
    writes: u64,
    counts: Deliveries,
    refusals: Refusals,
    expected: Expected,
    /// How long company is waited for: for each reader, and at most.
    patience: (Duration, Duration),
}

impl Shard {
    /// Without readers. What is delivered and refused is counted with these.
    pub(super) fn new(counts: Deliveries, refusals: Refusals, expected: Expected) -> Self {
        let (sessions, readers, rooms) = (HashMap::new(), Slab::new(), HashMap::new());
        let (gathering, dirty, patience) = (Vec::new(), Vec::new(), PATIENCE);
        Self { sessions, readers, rooms, gathering, dirty, writes: 0, counts, refusals, expected, patience }
    }

    /// Obeys until nobody gives orders any more.
    pub(super) fn run(mut self, orders: &Receiver<Vec<Order>>) {
        while let Ok(batch) = orders.recv() {
            for order in batch {
                self.obey(order);
            }
            for order in orders.try_iter().take(BATCHES).flatten() {
                self.obey(order);
            }
            self.wait_for_company(orders);
            self.write();
        }
    }

    /// Obeys what the log's commit of now brings, where many are to be written to.
    fn wait_for_company(&mut self, orders: &Receiver<Vec<Order>>) {
        let pending = self.gathering.iter().filter_map(|room| self.rooms.get(room));
        let readers: usize = pending.map(Audience::awaiting).sum();
        if readers < MANY {
            return;
        }
        let (each, longest) = self.patience;
        let until = Instant::now() + each.saturating_mul(u32::try_from(readers).unwrap_or(u32::MAX)).min(longest);
        while self.expected.any() {
            // Whoever was answered doesn't wait for the others.
            self.flush();
            let Ok(batch) = orders.recv_timeout(until.saturating_duration_since(Instant::now())) else { return };
            for order in batch {
                self.obey(order);
            }
        }
    }

    /// Does one thing, but for the writing.
    pub(super) fn obey(&mut self, order: Order) {
        match order {
            Order::Open { session, form, outbox } => {
                let reader = self.readers.insert(Reader { form, outbox, seats: Vec::new(), dirty: false });
                self.sessions.insert(session, reader);
            }
            Order::Send { session, event } => self.send(session, event),
            Order::Subscribe { session, room } => self.subscribe(session, room),
            Order::Unsubscribe { session, room } => self.unsubscribe(session, room),
            Order::Deliver { room, said, except } => self.deliver(room, &said, except),
            Order::Close { session } => self.close(session),
        }
    }

    /// Gives everybody what is pending, and writes it.
    pub(super) fn write(&mut self) {
        // Those who were answered first: whoever waits for that to go on does so while the others are written to, and what
        // comes of it is there for the next time.
        self.flush();
        match std::mem::take(&mut self.gathering).as_slice() {
            [] => {}
            &[room] => self.give(room, When::Now),
            rooms => {
                for &room in rooms {
                    self.give(room, When::Later);
                }
                self.flush();
            }
        }
        self.counts.writes.inc_by(std::mem::take(&mut self.writes));
    }

    /// Writes to those who were given something.
    fn flush(&mut self) {
        for reader in self.dirty.drain(..) {
            if let Some(reader) = self.readers.get_mut(reader) {
                reader.dirty = false;
                self.writes += reader.outbox.flush();
            }
        }
    }

    fn send(&mut self, session: SessionId, event: Event) {
        let Some(&reader) = self.sessions.get(&session) else { return };
        self.catch_up(reader);
        let Some(Reader { form, outbox, .. }) = self.readers.get(reader) else { return };
        let form = *form;
        match &event {
            Event::Refused(refused) => {
                self.refusals.refused(refused.code);
                // In plain text whoever is too fast is waited for, and not refused.
                if refused.code == Code::RateLimited && form != Form::Plain {
                    outbox.link().meter().charge(TOO_FAST);
                }
            }
            // What is said in private.
            Event::Message(_) => self.counts.delivered(form, true, 1),
            _ => {}
        }
        if matches!(event, Event::Bye(_)) {
            outbox.end(Some(item(form, event)));
        } else {
            let put = outbox.answer(item(form, event));
            self.is_put(reader, put);
        }
    }

    fn subscribe(&mut self, session: SessionId, room: RoomId) {
        let Some(&reader) = self.sessions.get(&session) else { return };
        let Some(Reader { form, outbox, seats, .. }) = self.readers.get_mut(reader) else { return };
        let place = self.rooms.entry(room).or_default().enter(*form, reader, Arc::clone(outbox));
        let at = seats.partition_point(|(other, _)| *other < room);
        seats.insert(at, (room, place));
    }

    fn unsubscribe(&mut self, session: SessionId, room: RoomId) {
        let Some(&reader) = self.sessions.get(&session) else { return };
        self.catch_up(reader);
        self.stand_up(reader, room);
    }

    fn close(&mut self, session: SessionId) {
        let Some(reader) = self.sessions.remove(&session) else { return };
        self.catch_up(reader);
        while let Some(&(room, _)) = self.readers.get(reader).and_then(|reader| reader.seats.last()) {
            self.stand_up(reader, room);
        }
        if let Some(reader) = self.readers.try_remove(reader) {
            reader.outbox.end(None);
        }
    }

    /// Takes a reader's seat in a room away.
    fn stand_up(&mut self, reader: usize, room: RoomId) {
        let Some(Reader { form, seats, .. }) = self.readers.get_mut(reader) else { return };
        let Ok(at) = seats.binary_search_by_key(&room, |(other, _)| *other) else { return };
        let (form, (_, place)) = (*form, seats.remove(at));
        let Entry::Occupied(mut audience) = self.rooms.entry(room) else { return };
        let moved = audience.get_mut().leave(form, place);
        if audience.get().is_empty() {
            audience.remove();
        }
        if let Some(moved) = moved.and_then(|moved| self.readers.get_mut(moved))
            && let Ok(at) = moved.seats.binary_search_by_key(&room, |(other, _)| *other)
        {
            moved.seats[at].1 = place;
        }
    }

    fn deliver(&mut self, room: RoomId, said: &Said, except: Option<SessionId>) {
        let Some(audience) = self.rooms.get_mut(&room) else { return };
        let quiet = audience.is_quiet();
        let except = except.and_then(|session| self.sessions.get(&session)).copied();
        let seat = except.and_then(|reader| {
            let reader_there = self.readers.get(reader)?;
            Some((reader, reader_there.form, reader_there.place(room)?))
        });
        let ahead = seat.and_then(|(reader, form, place)| Some((reader, audience.take_ahead(form, place)?)));
        let gathered = audience.say(said);
        if let Some((_, form, place)) = seat {
            audience.skip(form, place);
        }
        if let Some((reader, bytes)) = ahead {
            self.put(reader, bytes);
        }
        if quiet && gathered > 0 {
            self.gathering.push(room);
        }
        if gathered >= GATHERED {
            self.write();
        }
    }

    /// Gives a reader what its rooms were shown so far: something for it alone comes next.
    fn catch_up(&mut self, reader: usize) {
        let Some(there) = self.readers.get(reader) else { return };
        let form = there.form;
        // Where something is pending in rooms of its own: looked for from the side that has fewer.
        let pending: Vec<(RoomId, usize)> = if there.seats.len() < self.gathering.len() {
            there.seats.clone()
        } else {
            self.gathering.iter().filter_map(|&room| Some((room, there.place(room)?))).collect()
        };
        for (room, place) in pending {
            let ahead = self.rooms.get_mut(&room).and_then(|audience| audience.take_ahead(form, place));
            if let Some(bytes) = ahead {
                self.put(reader, bytes);
            }
        }
    }

    /// Gives a room's readers what is pending there. It is written now where nothing else is to be written to them.
    fn give(&mut self, room: RoomId, when: When) {
        let Some(mut audience) = self.rooms.remove(&room) else { return };
        for form in Form::ALL {
            let Some(share) = audience.take(form) else { continue };
            let (messages, others) = (share.messages, share.others);
            let given = share.give(|reader, outbox, bytes| match when {
                When::Now => self.put_now(form, outbox, bytes),
                When::Later => self.is_put(reader, outbox.deliver(bytes.clone())),
            });
            // Counted once for all readers, and not for each: this is where the server spends its time.
            self.counts.delivered(form, true, given * messages);
            self.counts.delivered(form, false, given * others);
        }
        self.rooms.insert(room, audience);
    }

    /// Puts what was delivered into a reader's outbox, to be written later. Returns whether it will be sent.
    fn put(&mut self, reader: usize, bytes: Bytes) -> bool {
        let Some(put) = self.readers.get(reader).map(|reader| reader.outbox.deliver(bytes)) else { return false };
        self.is_put(reader, put)
    }

    /// Writes what was delivered to a reader. Returns whether it will be sent.
    fn put_now(&mut self, form: Form, outbox: &Outbox, bytes: &Bytes) -> bool {
        let put = outbox.deliver_now(bytes, &mut self.writes);
        if put == Put::Full {
            self.too_slow(form, outbox);
        }
        put == Put::Queued
    }

    fn is_put(&mut self, reader: usize, put: Put) -> bool {
        let Some(Reader { form, outbox, dirty, .. }) = self.readers.get_mut(reader) else { return false };
        match put {
            Put::Queued => {
                if !std::mem::replace(dirty, true) {
                    self.dirty.push(reader);
                }
            }
            Put::Full => {
                let (form, outbox) = (*form, Arc::clone(outbox));
                self.too_slow(form, &outbox);
            }
            Put::Ending => {}
        }
        put == Put::Queued
    }

    /// The reader can't keep up. Its transport ends, and says so to the hub.
    fn too_slow(&self, form: Form, outbox: &Outbox) {
        self.counts.too_slow(form);
        let bye = Bye {
            reason: ByeReason::TooSlow,
            text: "your connection reads too slowly; nothing is lost, come back and catch up".to_owned(),
            return_after_ms: Some(1000),
        };
        outbox.end(Some(item(form, Event::Bye(bye))));
    }
}

/// When what is given is written.
#[derive(Clone, Copy, Debug)]
enum When {
    Now,
    Later,
}

#[cfg(test)]
mod tests;
