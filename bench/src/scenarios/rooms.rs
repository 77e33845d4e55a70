//! Growth with the number of rooms.

use anyhow::{Context as _, Result};

use crate::cores::Cores;
use crate::load::Speaker;
use crate::measure::Cost;
use crate::partyline::{Dialect, Partyline};
use crate::plan::{Case, Plan, failures};
use crate::report::{Curve, Section};
use crate::server::Launch;
use crate::statistics::{count, figure};
use crate::swarm::{Role, Swarm};
use crate::table::Table;
use crate::target::Target;

const ROOMS: [usize; 5] = [1, 10, 100, 1000, 10_000];

/// Of each room. The sender is one more.
const READERS: usize = 10;

/// Where there would be more readers than this, each is in several rooms.
const MOST_READERS: usize = 10_000;

const AT_ONCE: usize = 64;

const ALONG: &str = "rooms of 10 readers";

pub(super) fn run(plan: &Plan) -> Section {
    let most = ROOMS.iter().max().copied().unwrap_or_default().to_string();
    // The sender is in all of them.
    let own = plan.partyline(Dialect::WebSocket).with(&["--rooms-per-member", &most]);
    let mut section = Section {
        title: "Growth with the number of rooms".to_owned(),
        about: format!(
            "{READERS} WebSocket readers in each room; one sender speaks in all of them in turn: as many messages in a row as are in flight, then in \
             the next room, so that as many can share a write however many rooms there are. With 10,000 rooms each reader is in ten of them. \
             CPU seconds per million deliveries, the message's own cost included."
        ),
        ..Section::default()
    };
    let mut table = Table::new(&["in flight", "rooms", "CPU s per million", "p99 ms", "memory MB"]);
    let sizes = ROOMS.into_iter().filter(|rooms| !plan.quick || *rooms <= 1000);
    for in_flight in [1, 64] {
        let case = |rooms| Case { target: &own, name: format!("{} rooms", count(rooms)), size: rooms };
        let all = plan.interleaved(&format!("{in_flight} in flight"), sizes.clone().map(case), |case| {
            let cost = round(plan, &own, case.size, in_flight)?;
            let line = format!("{} CPU s per million", figure(cost.per_million()));
            Ok((cost, line))
        });
        section.failures.extend(failures(&all));
        let mut points = Vec::new();
        for rounds in &all {
            #[expect(clippy::cast_precision_loss, reason = "ten thousand at most")]
            let rooms = rounds.case.size as f64;
            points.extend(rounds.spread(Cost::per_million).map(|cost| (rooms, cost.median)));
            table.row([
                in_flight.to_string(),
                count(rounds.case.size),
                rounds.text(Cost::per_million),
                rounds.text(|cost| cost.milliseconds(0.99)),
                rounds.text(Cost::megabytes),
            ]);
        }
        section.curves.push(Curve { along: ALONG, name: format!("{in_flight} in flight"), points });
    }
    section.tables.push(table);
    section
}

fn round(plan: &Plan, target: &Partyline, rooms: usize, in_flight: u64) -> Result<Cost> {
    let folder = tempfile::tempdir()?;
    let server = target.start(&Launch { folder: folder.path().to_owned(), cores: Cores::of_server() })?;
    let mut swarm = Swarm::new()?;
    let names: Vec<String> = (0..rooms).map(|room| format!("room{room}")).collect();
    // Rooms with the same readers.
    let together = (rooms * READERS).div_ceil(MOST_READERS).max(1);
    let groups: Vec<&[String]> = names.chunks(together).collect();
    let readers = (0..groups.len() * READERS).map(|number| {
        let group = number % groups.len();
        // All of them: those few that were looked at might be in rooms in which nothing was said in time.
        (target.reader_of(&server, groups[group], number), Role::Reader { room: group, sampled: true })
    });
    swarm.enter(readers, target.at_once(AT_ONCE))?;
    let sender = swarm.enter([(target.sender_of(&server, &names), Role::Sender)].into_iter(), 1)?;
    let mut speaker = Speaker::new(*sender.first().context("no sender")?, names.clone()).in_a_row(in_flight);
    plan.fan_out(READERS, in_flight).load(&mut swarm, target, &server, &mut speaker, (groups.len(), READERS))
}
