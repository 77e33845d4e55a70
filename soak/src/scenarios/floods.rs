//! Floods: what bad ones do, while well-behaved pairs in other rooms must hardly notice.
//!
//! The server has the settings that it has when it is told nothing; what a flood changes of them, it says. The pairs speak
//! within those bounds too: fifty of them, each with a message every half second, so a hundred a second. The same pairs
//! and the same server are measured in turns: in quiet, with the flood upon another server of the same program, and with
//! the flood upon theirs.
//!
//! Who floods shares the machine's processors with everybody here, which real ones don't: thousands of connections a
//! second keep two cores busy by themselves, wherever they go. So what counts is how much worse it is for the pairs when the
//! flood comes to their server than when it goes elsewhere. The figures in quiet are told beside it.

pub(super) mod address;
mod attacker;
pub(super) mod datagrams;
pub(super) mod frames;
pub(super) mod garbage;
mod member;
pub(super) mod requests;
pub(super) mod rooms;
pub(super) mod silence;
pub(super) mod slow;
pub(super) mod speech;
mod tally;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::Context;
use crate::compare::Turns;
use crate::metrics;
use crate::probe::{Probe, Shape};
use crate::report::Report;
use crate::server::{Program, Server};
use attacker::{Attack, Attacker};
use tally::Tally;

/// The well-behaved pairs.
const PAIRS: Shape = Shape { rooms: 50, listeners: 1, per_second: 100, length: 50 };

/// How long a turn is: 300 messages.
const TURN: Duration = Duration::from_secs(3);

/// After a flood, until what it left is cleared away.
const SETTLE: Duration = Duration::from_millis(700);

/// How long a flood that has a number to reach may take for it after its last turn.
const PATIENCE: Duration = Duration::from_mins(2);

/// The bound on p99: so many times what it is while the flood is elsewhere, or so much longer where that is more. A commit of the
/// log takes 1 to 2 ms, and a message may have to wait for one more of them than it would have had to.
const RATIO: f64 = 1.5;
const FLOOR: Duration = Duration::from_millis(1);

/// What a flood may cost in memory, unless it says otherwise: the queues of a few, and what an allocator keeps.
const MEMORY: u64 = 64 << 20;

/// Whom a flood is for, and where it counts what it did.
#[derive(Clone, Debug)]
struct Target {
    address: SocketAddr,
    /// The port for datagrams, if there is one.
    datagrams: Option<u16>,
    tally: Arc<Tally>,
}

/// A flood.
#[derive(Clone, Debug)]
struct Flood {
    /// Flags of the server, besides.
    flags: Vec<String>,
    /// Where the server listens: port 0 of this.
    listen: Ipv4Addr,
    /// Where the flood finds it, if not on loopback.
    from: Option<Ipv4Addr>,
    /// The port for datagrams, if it listens for them.
    datagrams: Option<u16>,
    /// Done once, before anything is measured.
    prepare: Option<Attack>,
    attack: Attack,
    /// What must have happened so many times before it ends.
    least: Option<(&'static str, u64)>,
    /// What it may cost in memory.
    memory: u64,
    /// What the server must have counted of it: the start of a series at `/metrics`.
    counted: Option<&'static str>,
}

/// What came of it.
#[derive(Debug)]
struct Flooded {
    report: Report,
    tally: Arc<Tally>,
    /// Turns with the flood.
    turns: u64,
    /// What the server had resident before the first flood, and at most during one.
    before: u64,
    peak: u64,
}

impl Flood {
    fn new(attack: Attack) -> Self {
        let (listen, flags) = (Ipv4Addr::LOCALHOST, Vec::new());
        Self {
            flags,
            listen,
            from: None,
            datagrams: None,
            prepare: None,
            attack,
            least: None,
            memory: MEMORY,
            counted: None,
        }
    }

    async fn run(self, context: &Context) -> Result<Flooded> {
        let folder = tempfile::tempdir()?;
        let (server, target) = self.start(context, &folder.path().join("here")).await?;
        // Datagrams have a port of their own, which only one can have.
        let elsewhere = match self.datagrams {
            None => Some(self.start(context, &folder.path().join("elsewhere")).await?),
            Some(_) => None,
        };
        let near = SocketAddr::from((Ipv4Addr::LOCALHOST, server.address().port()));
        let mut probe = Probe::enter(near, "calm", PAIRS).await?;
        // Not counted: everybody gets going.
        probe.measure(Duration::from_secs(1)).await?;
        let before = server.resident()?;
        let counted = self.count(near).await?;
        let attacker = Attacker::start(target.clone(), self.attack)?;
        let away = match &elsewhere {
            Some((_, target)) => Some(Attacker::start(target.clone(), self.attack)?),
            None => None,
        };
        let turns = (context.time.as_secs() / (3 * TURN.as_secs())).clamp(3, 100);
        let flooded = Flooded { report: Report::default(), tally: target.tally, turns, before, peak: before };
        let mut flooded = self.take_turns(&server, &mut probe, attacker, away, flooded).await?;
        if let Some(series) = self.counted {
            let more = self.count(near).await? - counted;
            flooded.report.figure(format!("{series} rose by {more}"));
            flooded.report.check(more > 0, || format!("{series} didn't rise"));
        }
        Ok(flooded)
    }

    /// A server to be flooded.
    async fn start(&self, context: &Context, folder: &Path) -> Result<(Server, Target)> {
        let mut program = Program::new(&context.program).with(&["--log-level", "error"]);
        program.flags.extend(self.flags.clone());
        let server = program.start(folder, SocketAddr::from((self.listen, 0))).await?;
        let target = Target {
            address: SocketAddr::from((self.from.unwrap_or(Ipv4Addr::LOCALHOST), server.address().port())),
            datagrams: self.datagrams,
            tally: Arc::default(),
        };
        if let Some(prepare) = self.prepare {
            prepare(target.clone()).await?;
        }
        Ok((server, target))
    }

    async fn count(&self, address: SocketAddr) -> Result<u64> {
        match self.counted {
            Some(series) => metrics::count(address, series).await,
            None => Ok(0),
        }
    }

    async fn take_turns(
        &self,
        server: &Server,
        probe: &mut Probe,
        attacker: Attacker,
        away: Option<Attacker>,
        mut flooded: Flooded,
    ) -> Result<Flooded> {
        let (mut turns, mut calm) = (Turns::default(), Turns::default());
        let (mut quiet, mut busy) = (Duration::ZERO, Duration::ZERO);
        for turn in 1..=flooded.turns {
            let processor = server.processor()?;
            let undisturbed = probe.measure(TURN).await?.quantile(0.99);
            quiet += server.processor()?.saturating_sub(processor);
            calm.without(undisturbed);
            if let Some(away) = &away {
                away.begin();
                turns.without(probe.measure(TURN).await?.quantile(0.99));
                away.pause();
                sleep(SETTLE).await;
            } else {
                turns.without(undisturbed);
            }
            let processor = server.processor()?;
            attacker.begin();
            let flooded_p99 = probe.measure(TURN).await?.quantile(0.99);
            turns.with(flooded_p99);
            calm.with(flooded_p99);
            busy += server.processor()?.saturating_sub(processor);
            flooded.peak = flooded.peak.max(server.resident()?);
            if turn == flooded.turns
                && let Some((what, times)) = self.least
            {
                let until = Instant::now() + PATIENCE;
                while flooded.tally.get(what) < times && Instant::now() < until {
                    sleep(Duration::from_millis(100)).await;
                }
                flooded.peak = flooded.peak.max(server.resident()?);
                let count = flooded.tally.get(what);
                flooded.report.check(count >= times, || format!("{what}: only {count} of {times}"));
            }
            attacker.pause();
            sleep(SETTLE).await;
        }
        attacker.end()?;
        if let Some(away) = away {
            away.end()?;
        }
        let Flooded { report, tally, before, peak, .. } = &mut flooded;
        if let Some(wrong) = tally.first_wrong() {
            report.failure(wrong);
        }
        report.figure(format!("flood elsewhere and here: {turns}"));
        report.figure(format!("in quiet and with the flood: {calm}"));
        let share = |time: Duration| 100.0 * time.as_secs_f64() / (TURN.as_secs_f64() * count(turns.len()));
        report.figure(format!(
            "server's processor {:.0} % without, {:.0} % with; memory before {} MB, peak {} MB",
            share(quiet),
            share(busy),
            *before >> 20,
            *peak >> 20
        ));
        report.figure(tally.to_string());
        report.check(turns.ratio() <= RATIO || turns.difference() <= FLOOR, || {
            format!("p99 is {:.2} times what it is elsewhere, over {RATIO}, and over {FLOOR:?} longer", turns.ratio())
        });
        let grown = peak.saturating_sub(*before);
        report.check(grown <= self.memory, || format!("it cost {} MB, over {}", grown >> 20, self.memory >> 20));
        Ok(flooded)
    }
}

/// Goes on for as long as all of them can.
async fn together(mut tasks: JoinSet<Result<()>>) -> Result<()> {
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count far below 2^53")]
fn count(turns: usize) -> f64 {
    turns as f64
}
