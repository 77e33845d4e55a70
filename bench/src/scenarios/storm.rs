//! A join storm: everybody enters one room, by the clock.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::cores::Cores;
use crate::partyline::{DEFAULT_ROOM, Dialect};
use crate::plan::{Case, Plan, failures};
use crate::report::Section;
use crate::server::Launch;
use crate::statistics::{count, figure};
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

pub(super) fn run(plan: &Plan) -> Section {
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
    let sizes = [plan.scaled(MEMBERS) / 4, plan.scaled(MEMBERS)];
    let cases = sizes.into_iter().flat_map(|members| own.iter().map(move |one| Case::of(one, members)));
    let all = plan.interleaved("storm", cases, |case| {
        let found = round(case.target, case.size)?;
        let line =
            format!("{} members: {} events each, {} CPU s", case.size, figure(found.events), figure(found.processor));
        Ok((found, line))
    });
    for rounds in &all {
        table.row([
            rounds.case.name.clone(),
            count(rounds.case.size),
            rounds.text(|found| found.late),
            rounds.text(|found| found.events),
            rounds.text(|found| found.bytes),
            rounds.text(|found| found.processor),
        ]);
    }
    section.failures = failures(&all);
    section.tables.push(table);
    section
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2⁵²")]
fn round(target: &dyn Target, members: usize) -> Result<Found> {
    let folder = tempfile::tempdir()?;
    let server = target.start(&Launch { folder: folder.path().to_owned(), cores: Cores::of_server() })?;
    let mut swarm = Swarm::new()?;
    let (processor, begun) = (server.spent()?, Instant::now());
    let (mut due, mut last_due) = (begun, begun);
    for number in 0..members {
        swarm.turn_until(due)?;
        swarm.connect(target.reader(&server, DEFAULT_ROOM, number), &Role::Reader { room: 0, sampled: false })?;
        last_due = due;
        due += APART;
    }
    let last = due + PATIENCE;
    while swarm.entered() < members {
        let left = last.saturating_duration_since(Instant::now());
        ensure!(!left.is_zero(), "{} of {members} are in the room", swarm.entered());
        swarm.turn(Some(left))?;
    }
    let late = last_due.elapsed();
    swarm.settle()?;
    let counts = swarm.counts();
    Ok(Found {
        late: late.as_secs_f64() * 1e3,
        events: (counts.others + counts.deliveries) as f64 / members as f64,
        bytes: counts.bytes as f64 / members as f64,
        processor: (server.spent()?.since(processor)).as_secs_f64(),
    })
}
