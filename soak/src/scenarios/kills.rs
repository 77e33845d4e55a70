//! kill -9 under load, again and again: what was acknowledged is there, once, in order, and everybody catches up.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use oorandom::Rand64;

use super::Context;
use crate::client::{Character, Crowd};
use crate::history::{Dialect, Findings};
use crate::latency::Latency;
use crate::report::Report;
use crate::server::Program;

/// Kills of the scenario.
const KILLS: u32 = 100;

/// Messages that may be said beyond those after which a kill strikes: something is under way when it does.
pub(super) const MORE: u64 = 60;

/// Flags of a server that refuses nobody for being fast, and holds no nick for those who don't come back to it.
pub(super) const FLAGS: [&str; 8] =
    ["--per-second", "0", "--requests-per-second", "0", "--nick-hold-seconds", "0", "--log-level", "error"];

/// A round of kills.
#[derive(Clone, Debug)]
pub struct Round {
    /// The server that is killed.
    pub program: Program,
    /// The one that comes after the last kill.
    pub afterwards: Program,
    /// How often.
    pub kills: u32,
    /// After how many acknowledgements each.
    pub acknowledgements: Range<u64>,
    /// After how many acknowledgements of what was said again, and was in the log already, the first one.
    pub resends: u64,
    /// What chances are drawn from.
    pub seed: u64,
}

/// What came of a round.
#[derive(Debug)]
pub struct Outcome {
    /// What the checker says.
    pub findings: Findings,
    /// From the start of a server to when everybody is back.
    pub back: Latency,
}

impl Round {
    /// A round against this program, as it is.
    pub fn new(program: &Program, kills: u32, seed: u64) -> Self {
        let program = program.clone().with(&FLAGS);
        Self { afterwards: program.clone(), program, kills, acknowledgements: 20..120, resends: 0, seed }
    }

    /// Does it, in an empty folder.
    ///
    /// # Errors
    /// Where a server doesn't start, or a client doesn't come back.
    pub async fn run(self, folder: &Path) -> Result<Outcome> {
        let mut random = Rand64::new(self.seed.into());
        let data = folder.join("data");
        let mut server = self.program.start(&data, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = server.address();
        let mut crowd = Crowd::gather(everybody(address, true, &mut random), &folder.join("journals"))?;
        let mut back = Latency::new();
        crowd.server_is_up(1);
        crowd.all_are_back(1).await?;
        // Nothing but deafness has anybody say something again until now.
        while crowd.resent() < self.resends {
            crowd.let_talk(MORE);
            crowd.hears(crowd.acknowledged() + MORE / 2).await?;
        }
        for kill in 1..=self.kills {
            let after = random.rand_range(self.acknowledgements.clone());
            crowd.let_talk(after + MORE);
            crowd.hears(crowd.acknowledged() + after).await?;
            crowd.server_goes_down();
            server.kill().await?;
            let program = if kill == self.kills { &self.afterwards } else { &self.program };
            let started = Instant::now();
            server = program.start(&data, address).await?;
            let number = u64::from(kill) + 1;
            crowd.server_is_up(number);
            // Now and then the next one strikes while they come back.
            if kill == self.kills || random.rand_range(0..4) > 0 {
                crowd.all_are_back(number).await?;
                back.record(started.elapsed());
            }
        }
        crowd.let_talk(MORE);
        let findings = crowd.finish(address).await?;
        server.kill().await?;
        Ok(Outcome { findings, back })
    }
}

/// Eight who write and read, and three who only read, of every dialect. Two of them go deaf now and then if `deaf`.
pub(super) fn everybody(address: SocketAddr, deaf: bool, random: &mut Rand64) -> Vec<Character> {
    let dialects = [Dialect::Json, Dialect::Web, Dialect::Plain];
    let mut character = |number: usize, talks| {
        let dialect = dialects[number % 3];
        Character {
            name: format!("{}{number}", if talks { "writer" } else { "reader" }),
            dialect,
            address,
            rooms: ["lobby", "kitchen"].map(str::to_owned)[..if dialect == Dialect::Plain { 1 } else { 2 }].to_vec(),
            talks,
            deaf_after: (deaf && talks && number < 2).then_some(7),
            late: 0,
            entropy: random.rand_u64(),
        }
    };
    let writers: Vec<_> = (0..8).map(|number| character(number, true)).collect();
    writers.into_iter().chain((0..3).map(|number| character(number, false))).collect()
}

pub(super) async fn run(context: Context) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let round = Round::new(&Program::new(&context.program), KILLS, context.seed);
    let mut report = Report::default();
    let findings = round.run(folder.path()).await.map(|Outcome { findings, back }| {
        report.figure(format!("{KILLS} kills; everybody is back after a start: {back}"));
        findings
    });
    report.history(findings, folder)?;
    Ok(report)
}
