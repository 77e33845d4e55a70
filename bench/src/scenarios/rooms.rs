//! Growth with the number of rooms.

use anyhow::{Context as _, Result};

use crate::cores::Cores;
use crate::load::Speaker;
use crate::measure::Cost;
use crate::partyline::{Dialect, Partyline};
use crate::plan::Plan;
use crate::report::{Curve, Section};
use crate::server::Launch;
use crate::statistics::{Spread, figure};
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

pub(super) fn run(plan: &Plan) -> Result<Section> {
    let most = ROOMS.iter().max().copied().unwrap_or_default().to_string();
    // The sender is in all of them.
    let own = plan.partyline(Dialect::WebSocket).with(&["--rooms-per-member", &most]);
    let mut section = Section {
        title: "Growth with the number of rooms".to_owned(),
        about: format!(
            "{READERS} WebSocket readers in each room; one sender speaks in all of them in turn, so that two messages that follow each other go \
             to different readers. With 10,000 rooms each reader is in ten of them. CPU seconds per million deliveries, the message's own \
             cost included; in flight are messages of all rooms together."
        ),
        ..Section::default()
    };
    let mut table = Table::new(&["in flight", "rooms", "CPU s per million", "p99 ms", "memory MB"]);
    for in_flight in [1, 64] {
        let mut points = Vec::new();
        for rooms in ROOMS.into_iter().filter(|rooms| !plan.quick || *rooms <= 1000) {
            let what = format!("{rooms} rooms, {in_flight} in flight");
            for rounds in plan.interleaved(&what, [&own as &dyn Target], |_| {
                let cost = round(plan, &own, rooms, in_flight)?;
                let line = format!("{} CPU s per million", figure(cost.per_million()));
                Ok((cost, line))
            }) {
                section.failures.extend(rounds.failure);
                let of = |value: &dyn Fn(&Cost) -> f64| Spread::of(rounds.found.iter().map(value));
                let text = |spread: Option<Spread>| spread.map_or(String::new(), |spread| spread.to_string());
                let cost = of(&Cost::per_million);
                #[expect(clippy::cast_precision_loss, reason = "ten thousand at most")]
                points.extend(cost.map(|cost| (rooms as f64, cost.median)));
                let latency = text(of(&|cost| cost.milliseconds(0.99)));
                table.row([in_flight.to_string(), rooms.to_string(), text(cost), latency, text(of(&Cost::megabytes))]);
            }
        }
        section.curves.push(Curve { along: ALONG, name: format!("{in_flight} in flight"), points });
    }
    section.tables.push(table);
    Ok(section)
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
        let sampled = number < READERS;
        (target.reader_of(&server, groups[group], number), Role::Reader { room: group, sampled })
    });
    swarm.enter(readers, target.at_once(AT_ONCE))?;
    let sender = swarm.enter([(target.sender_of(&server, &names), Role::Sender)].into_iter(), 1)?;
    let mut speaker = Speaker::new(*sender.first().context("no sender")?, names.clone());
    plan.fan_out(READERS, in_flight).load(&mut swarm, target, &server, &mut speaker, (groups.len(), READERS))
}
