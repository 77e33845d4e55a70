//! Thousands of connections on one thread: epoll, one buffer for all reads, counting by hopping over headers.

mod connection;
mod progress;
mod timer;

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;
use mio::{Events, Interest, Poll, Token, net::TcpStream};
use rustix::io::ioctl_fionread;

pub use connection::Role;
use connection::{Connection, Gained};
use progress::Progress;
use timer::Timer;

use crate::target::Endpoint;

/// One read takes what a thousand messages are, so that calls of the generator's aren't what bounds a server.
const BUFFER: usize = 1 << 20;

/// Events that are taken of the system at once. Not more: between two such takes nothing is said, and a server may be waiting for it.
const EVENTS: usize = 128;

/// How long nothing may happen at all where something must.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long nothing comes when all is over.
const QUIET: Duration = Duration::from_millis(100);

/// How long something may still come when nothing is said any more.
const LONGEST_UNREST: Duration = Duration::from_mins(5);

/// All connections of the generator to one server.
pub struct Swarm {
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    connections: Vec<Connection>,
    rooms: Vec<Option<Progress>>,
    counts: Counts,
    entered: usize,
    begun: Instant,
    latency: Histogram<u64>,
    receipt_latency: Histogram<u64>,
    timer: Timer,
}

/// What all connections together have got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that readers got.
    pub deliveries: u64,
    /// Messages that are done, where that is counted: see [`Swarm::count_progress`].
    pub done: u64,
    /// Receipts that senders got.
    pub receipts: u64,
    /// Bytes of all that was read, by readers and senders.
    pub bytes: u64,
    /// Reads that brought something.
    pub reads: u64,
    /// Units other than messages and receipts.
    pub others: u64,
}

/// A connection, to send on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(usize);

#[cfg(test)]
impl Client {
    /// For tests that send nothing.
    pub(crate) fn nobody() -> Self {
        Self(usize::MAX)
    }
}

impl Swarm {
    /// Nobody yet.
    ///
    /// # Errors
    /// Where the system has no epoll for it.
    pub fn new() -> Result<Self> {
        // From a microsecond to a minute, to three digits.
        let latency = Histogram::new_with_bounds(1_000, 60_000_000_000, 3)?;
        let poll = Poll::new()?;
        let timer = Timer::new(&poll)?;
        Ok(Self {
            poll,
            events: Events::with_capacity(EVENTS),
            buffer: vec![0; BUFFER],
            connections: Vec::new(),
            rooms: Vec::new(),
            counts: Counts::default(),
            entered: 0,
            begun: Instant::now(),
            receipt_latency: latency.clone(),
            latency,
            timer,
        })
    }

    /// Begins to connect. The client is in its room once [`Swarm::entered`] counts it.
    ///
    /// # Errors
    /// Where the system has no more sockets.
    pub fn connect(&mut self, endpoint: Endpoint, role: &Role) -> Result<Client> {
        let number = self.connections.len();
        let mut socket = TcpStream::connect(endpoint.address).context("connecting")?;
        self.poll.registry().register(&mut socket, Token(number), Interest::READABLE | Interest::WRITABLE)?;
        self.connections.push(Connection::new(socket, endpoint, role));
        Ok(Client(number))
    }

    /// Connects all of them, at most `at_once` at a time, and returns once each is in its room.
    ///
    /// # Errors
    /// Where one isn't let in.
    pub fn enter(&mut self, clients: impl Iterator<Item = (Endpoint, Role)>, at_once: usize) -> Result<Vec<Client>> {
        let mut clients = clients.fuse();
        let mut made = Vec::new();
        let mut last = (self.counts.reads, Instant::now());
        loop {
            while self.connections.len() - self.entered < at_once {
                let Some((endpoint, role)) = clients.next() else { break };
                made.push(self.connect(endpoint, &role)?);
            }
            let outside = self.connections.len() - self.entered;
            if outside == 0 {
                return Ok(made);
            }
            self.turn(Some(PATIENCE))?;
            if self.counts.reads > last.0 {
                last = (self.counts.reads, Instant::now());
            }
            ensure!(last.1.elapsed() < PATIENCE, "{outside} of {} clients are not let in", self.connections.len());
        }
    }

    /// How many are in their rooms.
    pub fn entered(&self) -> usize {
        self.entered
    }

    /// Sends bytes from a client, now or as soon as its socket takes them.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub fn send(&mut self, client: Client, bytes: &[u8]) -> Result<()> {
        self.connections.get_mut(client.0).context("no such client")?.send(bytes)
    }

    /// Bytes that wait in a client's socket.
    ///
    /// # Errors
    /// Where there is no such client, or the system doesn't tell.
    pub fn unread(&self, client: Client) -> Result<u64> {
        Ok(ioctl_fionread(&self.connections.get(client.0).context("no such client")?.socket)?)
    }

    /// Bytes that a client has got.
    ///
    /// # Errors
    /// Where there is no such client.
    pub fn received(&self, client: Client) -> Result<u64> {
        Ok(self.connections.get(client.0).context("no such client")?.received)
    }

    /// From now on counts for each room which messages are done: those that all its readers have. At most `most_in_flight` may be on
    /// their way at a time.
    pub fn count_progress(&mut self, rooms: usize, most_in_flight: usize) {
        let mut readers = vec![0; rooms];
        for room in self.connections.iter_mut().filter_map(|connection| {
            connection.messages = 0;
            connection.room
        }) {
            if let Some(readers) = readers.get_mut(room) {
                *readers += 1;
            }
        }
        let progress = |readers| (readers > 0).then(|| Progress::new(readers, most_in_flight));
        self.rooms = readers.into_iter().map(progress).collect();
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Nanoseconds of the generator's clock, which stamps tell.
    pub fn now(&self) -> u64 {
        self.at(Instant::now())
    }

    /// A moment, by the generator's clock.
    pub fn at(&self, moment: Instant) -> u64 {
        // Five hundred years fit.
        u64::try_from(moment.saturating_duration_since(self.begun).as_nanos()).unwrap_or(u64::MAX)
    }

    /// How long the messages took that were looked at since the last call, in nanoseconds, from when they were due.
    pub fn take_latency(&mut self) -> Histogram<u64> {
        let empty = Histogram::new_from(&self.latency);
        std::mem::replace(&mut self.latency, empty)
    }

    /// Waits until nothing has come for a while, but not for ever.
    ///
    /// # Errors
    /// As for [`Swarm::turn`], and where it doesn't end.
    pub fn settle(&mut self) -> Result<()> {
        let begun = Instant::now();
        loop {
            let (before, last) = (self.counts.bytes, Instant::now());
            while self.counts.bytes == before {
                let left = QUIET.saturating_sub(last.elapsed());
                if left.is_zero() {
                    return Ok(());
                }
                self.turn(Some(left))?;
            }
            ensure!(begun.elapsed() < LONGEST_UNREST, "the server goes on sending, though nothing is said");
        }
    }

    /// Deals with whatever happens until a moment, which it returns at to some microseconds.
    ///
    /// # Errors
    /// As for [`Swarm::turn`].
    pub fn turn_until(&mut self, moment: Instant) -> Result<()> {
        loop {
            let left = moment.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return self.turn(Some(left));
            }
            // epoll counts in milliseconds.
            self.timer.wake_at(moment, left)?;
            self.turn(None)?;
        }
    }

    /// Notes that a message was sent at `due`, so that the time to its receipt is measured: receipts come in order.
    ///
    /// # Errors
    /// Where there is no such client.
    pub fn expect_receipt(&mut self, client: Client, due: u64) -> Result<()> {
        self.connections.get_mut(client.0).context("no such client")?.awaited.push_back(due);
        Ok(())
    }

    /// As [`Swarm::take_latency`], of the receipts that were expected.
    pub fn take_receipt_latency(&mut self) -> Histogram<u64> {
        let empty = Histogram::new_from(&self.receipt_latency);
        std::mem::replace(&mut self.receipt_latency, empty)
    }

    /// Waits until something happens, or for so long, and deals with all of it.
    ///
    /// # Errors
    /// Where a connection ends, or a stream or a message isn't what it has to be.
    pub fn turn(&mut self, wait: Option<Duration>) -> Result<()> {
        match self.poll.poll(&mut self.events, wait) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            other => other?,
        }
        let Self { events, connections, rooms, counts, buffer, latency, receipt_latency, begun, entered, .. } = self;
        for event in events.iter() {
            let number = event.token().0;
            let Some(connection) = connections.get_mut(number) else { continue };
            let mut gained = Gained::default();
            if event.is_writable() {
                connection.writable(&mut gained).with_context(|| format!("client {number}"))?;
            }
            if event.is_readable() {
                let read = connection.readable(buffer, &mut gained).with_context(|| format!("client {number}"))?;
                counts.bytes += read;
                connection.received += read;
                counts.reads += u64::from(read > 0);
            }
            *entered += usize::from(gained.entered);
            counts.receipts += gained.receipts;
            counts.others += gained.others;
            if !gained.due.is_empty() || !gained.due_receipts.is_empty() {
                let now = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
                gained.due.iter().for_each(|due| latency.saturating_record(now.saturating_sub(*due)));
                gained.due_receipts.iter().for_each(|due| receipt_latency.saturating_record(now.saturating_sub(*due)));
            }
            if gained.messages > 0 {
                counts.deliveries += gained.messages;
                let before = connection.messages;
                connection.messages += gained.messages;
                let progress = connection.room.and_then(|room| rooms.get_mut(room)).and_then(Option::as_mut);
                if let Some(progress) = progress {
                    let done = progress.advance(before, connection.messages);
                    counts.done += done.with_context(|| format!("client {number}"))?;
                }
            }
        }
        Ok(())
    }
}
