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

impl Cost {
    /// Deliveries a second.
    #[expect(clippy::cast_precision_loss, reason = "counts here are far below 2⁵²")]
    pub fn rate(&self) -> f64 {
        self.deliveries as f64 / self.wall.as_secs_f64()
    }

    /// Processor time of the server in seconds for a million deliveries.
    #[expect(clippy::cast_precision_loss, reason = "counts here are far below 2⁵²")]
    pub fn per_million(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / self.deliveries as f64
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
        let readers = (0..self.readers).map(|number| {
            (target.reader(server, room, number), Role::Reader { room: 0, sampled: self.samples(number) })
        });
        swarm.enter(readers, AT_ONCE)?;
        let sender = swarm.enter([(target.sender(server, room, 0), Role::Sender)].into_iter(), 1)?;
        let sender = *sender.first().context("no sender")?;
        let mut speaker = Speaker::new(sender, vec![room.to_owned()]);
        // What greetings and arrivals still bring is over before anything counts.
        while {
            let before = swarm.counts().bytes;
            swarm.turn(Some(QUIET))?;
            swarm.counts().bytes > before
        } {}
        swarm.count_progress(1, usize::try_from(self.in_flight)?);
        let closed = Closed { in_flight: self.in_flight, readers: self.readers > 0 };
        let warmed_up = closed.run(&mut swarm, target, &mut speaker, self.warm_up)?;
        ensure!(swarm.counts().deliveries == warmed_up * self.readers as u64, "deliveries are missing or too many");
        swarm.take_latency();
        let before = swarm.counts();
        let (processor, generator, begun) = (server.processor()?, own_processor()?, Instant::now());
        let messages = closed.run(&mut swarm, target, &mut speaker, self.time)?;
        let wall = begun.elapsed();
        let (processor, generator) = (server.processor()? - processor, own_processor()? - generator);
        let resident = server.resident()?;
        // A delivery too many comes late.
        swarm.turn(Some(QUIET))?;
        let after = swarm.counts();
        let deliveries = after.deliveries - before.deliveries;
        let expected = messages * self.readers as u64;
        ensure!(deliveries == expected, "{deliveries} deliveries where there must be {expected}");
        Ok(Cost {
            messages,
            deliveries,
            wall,
            processor,
            generator,
            resident,
            bytes: after.bytes - before.bytes,
            reads: after.reads - before.reads,
            latency: swarm.take_latency(),
        })
    }

    /// The first, the last, and some between.
    fn samples(&self, number: usize) -> bool {
        let last = self.readers.saturating_sub(1);
        let nth = |n: usize| last * n / (SAMPLED - 1);
        (0..SAMPLED).any(|n| nth(n) == number)
    }
}

/// How long nothing comes when all is over.
const QUIET: Duration = Duration::from_millis(100);

/// Processor time of the calling thread.
fn own_processor() -> Result<Duration> {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let first = line.split_whitespace().next().context("an empty schedstat")?;
    Ok(Duration::from_nanos(first.parse()?))
}
