//! B: many rooms, everybody speaks by the clock, and latency counts from when each message was due.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;

use crate::cores::Cores;
use crate::partyline::{DEFAULT_ROOM, Dialect};
use crate::plan::{Case, Plan, Rounds, failures};
use crate::report::Section;
use crate::server::Launch;
use crate::stamp::Stamp;
use crate::statistics::{Spread, figure};
use crate::swarm::{Client, Role, Swarm};
use crate::table::Table;
use crate::target::Target;

const ROOMS: usize = 100;

/// Of each room; one of them speaks.
const MEMBERS: usize = 20;

/// Between two messages of a sender: five a second.
const PERIOD: Duration = Duration::from_millis(200);

/// Between two messages of the client that is alone.
const ALONE: Duration = Duration::from_millis(10);

const AT_ONCE: usize = 64;

/// How long the last messages may take.
const DRAIN: Duration = Duration::from_secs(30);

/// What a round found.
struct Found {
    latency: Histogram<u64>,
    processor: Duration,
    wall: Duration,
    deliveries: u64,
}

pub(super) fn run(plan: &Plan) -> Section {
    let own = [Dialect::WebSocket, Dialect::Json].map(|dialect| plan.partyline(dialect));
    let mut targets: Vec<&dyn Target> = own.iter().map(|one| one as &dyn Target).collect();
    targets.extend(plan.peers.iter().map(AsRef::as_ref));
    let cases = targets.into_iter().map(|target| Case::of(target, ROOMS));
    let all = plan.interleaved("B", cases, |case| {
        let found = round(plan, case.target)?;
        let line = format!("p50 {} ms, p99 {} ms", figure(found.milliseconds(0.5)), figure(found.milliseconds(0.99)));
        Ok((found, line))
    });
    let commits = plan.interleaved("B, the commit", [Case::of(&own[1], 1)], |case| {
        let receipts = alone(plan, case.target)?;
        #[expect(clippy::cast_precision_loss, reason = "a minute at most")]
        let milliseconds = |part| receipts.value_at_quantile(part) as f64 / 1e6;
        let (p50, p99) = (milliseconds(0.5), milliseconds(0.99));
        Ok(((p50, p99), format!("p50 {} ms, p99 {} ms", figure(p50), figure(p99))))
    });
    let mut section = Section {
        title: "B: 100 rooms of 20, one sender each at 5 messages a second".to_owned(),
        about: "Each sender speaks when its time has come, whatever became of the message before; the senders are spread evenly over time. \
                Latency counts from when a message was due until a reader has it, over all readers."
            .to_owned(),
        failures: failures(&all),
        ..Section::default()
    };
    section.failures.extend(failures(&commits));
    let mut table = Table::new(&["server", "p50 ms", "p99 ms", "p99.9 ms", "CPU s per million", "busy"]);
    for rounds in all.iter().filter(|rounds| !rounds.found.is_empty()) {
        table.row([
            rounds.case.name.clone(),
            rounds.text(|found| found.milliseconds(0.5)),
            rounds.text(|found| found.milliseconds(0.99)),
            rounds.text(|found| found.milliseconds(0.999)),
            rounds.text(Found::per_million),
            format!("{} %", rounds.text(|found| found.processor.as_secs_f64() * 100.0 / found.wall.as_secs_f64())),
        ]);
    }
    section.tables.push(table);
    section.notes.extend(against(
        &all,
        own.len(),
        commits.first().map(|rounds| rounds.found.as_slice()).unwrap_or_default(),
    ));
    section
}

/// The commit's own time, and what it leaves of the difference to the best peer.
fn against(all: &[Rounds<'_, Found>], own: usize, commits: &[(f64, f64)]) -> Vec<String> {
    let middle =
        |rounds: &Rounds<'_, Found>| rounds.spread(|found| found.milliseconds(0.99)).map(|spread| spread.median);
    let mut notes = Vec::new();
    let p50 = Spread::of(commits.iter().map(|commit| commit.0));
    let Some((p50, p99)) = p50.zip(Spread::of(commits.iter().map(|commit| commit.1))) else { return notes };
    notes.push(format!("The commit by itself, seen by a client that is alone and speaks 100 times a second: p50 {p50} ms, p99 {p99} ms."));
    let best = all[own..].iter().filter_map(|rounds| Some((middle(rounds)?, rounds.case.name.as_str())));
    if let Some((best, name)) = best.min_by(|one, other| one.0.total_cmp(&other.0)) {
        for rounds in &all[..own] {
            if let Some(ours) = middle(rounds) {
                let allowed = 1.2 * best + p99.median;
                notes.push(format!(
                    "{}: p99 of {} ms, where 1.2 times the best peer's ({name}) and the commit are {} ms.",
                    rounds.case.name,
                    figure(ours),
                    figure(allowed)
                ));
            }
        }
    }
    notes
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2⁵²")]
impl Found {
    fn milliseconds(&self, part: f64) -> f64 {
        self.latency.value_at_quantile(part) as f64 / 1e6
    }

    fn per_million(&self) -> f64 {
        self.processor.as_secs_f64() * 1e6 / self.deliveries as f64
    }
}

fn round(plan: &Plan, target: &dyn Target) -> Result<Found> {
    let folder = tempfile::tempdir()?;
    let server = target.start(&Launch { folder: folder.path().to_owned(), cores: Cores::of_server() })?;
    let mut swarm = Swarm::new()?;
    let rooms: Vec<String> = (0..ROOMS).map(|room| format!("room{room}")).collect();
    let readers = (0..ROOMS * (MEMBERS - 1)).map(|number| {
        let room = number % ROOMS;
        (target.reader(&server, &rooms[room], number), Role::Reader { room, sampled: true })
    });
    swarm.enter(readers, target.at_once(AT_ONCE))?;
    let senders = rooms.iter().enumerate().map(|(number, room)| (target.sender(&server, room, number), Role::Sender));
    let senders = swarm.enter(senders, target.at_once(AT_ONCE))?;
    swarm.settle()?;
    let mut turns = Turns { senders, rooms, said: 0 };
    turns.take(&mut swarm, target, plan.time / 4)?;
    swarm.take_latency();
    let (before, processor, begun) = (swarm.counts().deliveries, server.spent()?, Instant::now());
    turns.take(&mut swarm, target, plan.time * 5 / 3)?;
    let (processor, wall) = (server.spent()?.since(processor), begun.elapsed());
    Ok(Found { latency: swarm.take_latency(), processor, wall, deliveries: swarm.counts().deliveries - before })
}

/// Senders that speak in turn.
struct Turns {
    senders: Vec<Client>,
    rooms: Vec<String>,
    said: usize,
}

impl Turns {
    /// Lets them speak for so long, and waits until all is there.
    fn take(&mut self, swarm: &mut Swarm, target: &dyn Target, time: Duration) -> Result<()> {
        let (begun, before, said) = (Instant::now(), swarm.counts().deliveries, self.said);
        let apart = PERIOD / u32::try_from(ROOMS)?;
        let mut due = begun + apart;
        let mut out = Vec::new();
        while due < begun + time {
            swarm.turn_until(due)?;
            let (number, message) = (self.said % ROOMS, (self.said / ROOMS) as u64);
            let stamp = Stamp { sender: u32::try_from(number)?, message, due: swarm.at(due) };
            target.say(&mut out, &self.rooms[number], &stamp.text(), message);
            swarm.send(self.senders[number], &out)?;
            out.clear();
            self.said += 1;
            due += apart;
        }
        let expected = ((self.said - said) * (MEMBERS - 1)) as u64;
        let last = Instant::now() + DRAIN;
        while swarm.counts().deliveries - before < expected {
            let left = last.saturating_duration_since(Instant::now());
            ensure!(!left.is_zero(), "{} of {expected} deliveries came", swarm.counts().deliveries - before);
            swarm.turn(Some(left))?;
        }
        Ok(())
    }
}

/// Lets one client speak that is alone, and returns how long its receipts took.
fn alone(plan: &Plan, target: &dyn Target) -> Result<Histogram<u64>> {
    let folder = tempfile::tempdir()?;
    let server = target.start(&Launch { folder: folder.path().to_owned(), cores: Cores::of_server() })?;
    let mut swarm = Swarm::new()?;
    let sender = swarm.enter([(target.sender(&server, DEFAULT_ROOM, 0), Role::Sender)].into_iter(), 1)?;
    let sender = *sender.first().context("no sender")?;
    swarm.settle()?;
    let begun = Instant::now();
    let mut due = begun + ALONE;
    let mut message = 0;
    while due < begun + plan.time * 5 / 3 {
        swarm.turn_until(due)?;
        let mut out = Vec::new();
        let at = swarm.at(due);
        target.say(&mut out, DEFAULT_ROOM, &Stamp { sender: 0, message, due: at }.text(), message);
        swarm.expect_receipt(sender, at)?;
        swarm.send(sender, &out)?;
        message += 1;
        due += ALONE;
    }
    let last = Instant::now() + DRAIN;
    while swarm.counts().receipts < message {
        let left = last.saturating_duration_since(Instant::now());
        ensure!(!left.is_zero(), "{} of {message} receipts came", swarm.counts().receipts);
        swarm.turn(Some(left))?;
    }
    Ok(swarm.take_receipt_latency())
}
