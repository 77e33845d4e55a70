//! One measurement: a server is started, its readers enter, it is loaded, and what that cost is read from /proc.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;

use crate::cores::Cores;
use crate::load::{Closed, Speaker};
use crate::server::{Launch, Server};
use crate::swarm::{Role, Swarm};
use crate::target::Target;

/// Readers whose every message is looked at.
const SAMPLED: usize = 8;

/// Connections that are being made at a time.
const AT_ONCE: usize = 64;

/// A fan-out: one sender, one room.
#[derive(Clone, Debug)]
pub struct FanOut {
    /// Readers in the room.
    pub readers: usize,
    /// Messages in flight.
    pub in_flight: u64,
    /// How long it is loaded before anything is measured.
    pub warm_up: Duration,
    /// How long it is loaded then.
    pub time: Duration,
}

/// What a load cost.
#[derive(Clone, Debug)]
pub struct Cost {
    /// Messages that were said.
    pub messages: u64,
    /// Messages that readers got.
    pub deliveries: u64,
    /// From the first to the last of them.
    pub wall: Duration,
    /// Processor time of the server.
    pub processor: Duration,
    /// Processor time of the generator.
    pub generator: Duration,
    /// Memory of the server at the end, in bytes.
    pub resident: u64,
    /// Bytes that readers and the sender got.
    pub bytes: u64,
    /// Reads of the generator's that brought something.
    pub reads: u64,
    /// How long messages took to the sampled readers, in nanoseconds.
    pub latency: Histogram<u64>,
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2⁵²")]
impl Cost {
    /// Deliveries a second.
    pub fn rate(&self) -> f64 {
        self.deliveries as f64 / self.wall.as_secs_f64()
    }

    /// Processor time of the server in seconds for a million deliveries.
    pub fn per_million(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / self.deliveries as f64
    }

    /// Processor time of the server in seconds for one message, all its deliveries included.
    pub fn per_message(&self) -> f64 {
        self.processor.as_secs_f64() / self.messages as f64
    }

    /// The same as [`Cost::per_million`] without what a message costs that nobody reads, which `alone` is.
    pub fn marginal(&self, alone: &Cost) -> f64 {
        (self.per_message() - alone.per_message()) * self.messages as f64 * 1e6 / self.deliveries as f64
    }

    /// How long that part of the messages took at most to get to the sampled readers.
    pub fn milliseconds(&self, part: f64) -> f64 {
        self.latency.value_at_quantile(part) as f64 / 1e6
    }

    /// How many messages one read of the generator's brought: as many as the server wrote at once, or more.
    pub fn messages_a_read(&self) -> f64 {
        self.deliveries as f64 / self.reads as f64
    }

    /// Bytes on the wire for one delivery.
    pub fn bytes_each(&self) -> f64 {
        self.bytes as f64 / self.deliveries as f64
    }

    /// Memory of the server, in 10⁶ bytes.
    pub fn megabytes(&self) -> f64 {
        self.resident as f64 / 1e6
    }

    /// What part of the time that is, in hundredths.
    pub fn share(&self, busy: Duration) -> f64 {
        busy.as_secs_f64() * 100.0 / self.wall.as_secs_f64()
    }
}

impl FanOut {
    /// Starts the server and does it.
    ///
    /// # Errors
    /// Where the server doesn't do what it must: see [`Closed::run`].
    pub fn run(&self, target: &dyn Target, room: &str) -> Result<Cost> {
        let folder = tempfile::tempdir()?;
        let launch = Launch { folder: folder.path().to_owned(), cores: Cores::of_server() };
        let server = target.start(&launch).with_context(|| target.name())?;
        self.on(target, &server, room).with_context(|| target.name())
    }

    /// Does it with a server that runs.
    ///
    /// # Errors
    /// As for [`FanOut::run`].
    pub fn on(&self, target: &dyn Target, server: &Server, room: &str) -> Result<Cost> {
        let mut swarm = Swarm::new()?;
        let role = |number| Role::Reader { room: 0, sampled: self.samples(number) };
        swarm.enter(
            (0..self.readers).map(|number| (target.reader(server, room, number), role(number))),
            target.at_once(AT_ONCE),
        )?;
        let sender = swarm.enter([(target.sender(server, room, 0), Role::Sender)].into_iter(), 1)?;
        let mut speaker = Speaker::new(*sender.first().context("no sender")?, vec![room.to_owned()]);
        self.load(&mut swarm, target, server, &mut speaker, (1, self.readers))
    }

    /// Loads a server whose clients have all entered: `rooms` of the swarm, with so many readers of each message.
    ///
    /// # Errors
    /// As for [`FanOut::run`].
    pub fn load(
        &self,
        swarm: &mut Swarm,
        target: &dyn Target,
        server: &Server,
        speaker: &mut Speaker,
        (rooms, readers): (usize, usize),
    ) -> Result<Cost> {
        // What greetings and arrivals still bring is over before anything counts.
        swarm.settle()?;
        let closed = Closed { in_flight: self.in_flight, readers: readers as u64 };
        closed.prepare(swarm, rooms);
        let start = swarm.counts().deliveries;
        let warmed_up = closed.run(swarm, target, speaker, self.warm_up)?;
        ensure!(swarm.counts().deliveries - start == warmed_up * readers as u64, "deliveries are missing, or too many");
        swarm.take_latency();
        let before = swarm.counts();
        let (processor, generator, begun) = (server.spent()?, own_processor()?, Instant::now());
        let messages = closed.run(swarm, target, speaker, self.time)?;
        let wall = begun.elapsed();
        let (processor, generator) = (server.spent()?.since(processor), own_processor()?.saturating_sub(generator));
        let resident = server.resident()?;
        let latency = swarm.take_latency();
        // A delivery too many comes late.
        swarm.settle()?;
        let after = swarm.counts();
        let deliveries = after.deliveries - before.deliveries;
        let expected = messages * readers as u64;
        ensure!(deliveries == expected, "{deliveries} deliveries where there must be {expected}");
        let (bytes, reads) = (after.bytes - before.bytes, after.reads - before.reads);
        Ok(Cost { messages, deliveries, wall, processor, generator, resident, bytes, reads, latency })
    }

    /// The first, the last, and some between.
    fn samples(&self, number: usize) -> bool {
        let last = self.readers.saturating_sub(1);
        let nth = |n: usize| last * n / (SAMPLED - 1);
        (0..SAMPLED).any(|n| nth(n) == number)
    }
}

/// Processor time of the calling thread.
///
/// # Errors
/// Where there is no /proc.
pub fn own_processor() -> Result<Duration> {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = line.split_whitespace().next().context("an empty schedstat")?;
    Ok(Duration::from_nanos(first.parse()?))
}
