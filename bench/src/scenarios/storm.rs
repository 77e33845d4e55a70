//! A join storm: everybody enters one room, by the clock.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::cores::Cores;
use crate::partyline::{DEFAULT_ROOM, Dialect};
use crate::plan::Plan;
use crate::report::Section;
use crate::server::Launch;
use crate::statistics::{Spread, figure};
use crate::swarm::{Role, Swarm};
use crate::table::Table;
use crate::target::Target;

const MEMBERS: usize = 10_000;

/// A thousand a second.
const APART: Duration = Duration::from_millis(1);

/// How long the last may take to be let in.
const PATIENCE: Duration = Duration::from_mins(2);

struct Found {
    late: f64,
    events: f64,
    bytes: f64,
    processor: f64,
}

pub(super) fn run(plan: &Plan) -> Result<Section> {
    // At two sizes: what each member gets must not grow with how many there are.
    let mut section = Section {
        title: "A join storm: 1,000 a second enter one room".to_owned(),
        about: "Each connects when its time has come. Events are all that a member gets, answers to itself included; if they don't grow with \
                the members, joining costs in all as many messages as there are members, not their square."
            .to_owned(),
        ..Section::default()
    };
    let mut table = Table::new(&[
        "server",
        "members",
        "last one in after its time, ms",
        "events a member",
        "bytes a member",
        "CPU s",
    ]);
    let own = Dialect::ALL.map(|dialect| plan.partyline(dialect));
    for members in [plan.scaled(MEMBERS) / 4, plan.scaled(MEMBERS)] {
        let targets = own.iter().map(|one| one as &dyn Target);
        for rounds in plan.interleaved("storm", targets, |target| {
            let found = round(target, members).with_context(|| target.name())?;
            let line =
                format!("{members} members: {} events each, {} CPU s", figure(found.events), figure(found.processor));
            Ok((found, line))
        }) {
            section.failures.extend(rounds.failure);
            let text = |value: &dyn Fn(&Found) -> f64| {
                Spread::of(rounds.found.iter().map(value)).map_or(String::new(), |spread| spread.to_string())
            };
            table.row([
                rounds.target.name(),
                members.to_string(),
                text(&|found| found.late),
                text(&|found| found.events),
                text(&|found| found.bytes),
                text(&|found| found.processor),
            ]);
        }
    }
    section.tables.push(table);
    Ok(section)
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2⁵²")]
fn round(target: &dyn Target, members: usize) -> Result<Found> {
    let folder = tempfile::tempdir()?;
    let server = target.start(&Launch { folder: folder.path().to_owned(), cores: Cores::of_server() })?;
    let mut swarm = Swarm::new()?;
    let (processor, begun) = (server.processor()?, Instant::now());
    let mut due = begun;
    for number in 0..members {
        swarm.turn_until(due)?;
        swarm.connect(target.reader(&server, DEFAULT_ROOM, number), &Role::Reader { room: 0, sampled: false })?;
        due += APART;
    }
    let last = due + PATIENCE;
    while swarm.entered() < members {
        let left = last.saturating_duration_since(Instant::now());
        ensure!(!left.is_zero(), "{} of {members} are in the room", swarm.entered());
        swarm.turn(Some(left))?;
    }
    let late = (due - APART).elapsed();
    swarm.settle()?;
    let counts = swarm.counts();
    Ok(Found {
        late: late.as_secs_f64() * 1e3,
        events: (counts.others + counts.deliveries) as f64 / members as f64,
        bytes: counts.bytes as f64 / members as f64,
        processor: (server.processor()? - processor).as_secs_f64(),
    })
}
