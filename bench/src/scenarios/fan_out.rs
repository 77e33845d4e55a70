//! A and A1: one room, a thousand readers, one sender.

use crate::measure::Cost;
use crate::partyline::{DEFAULT_ROOM, Dialect};
use crate::plan::{Case, Plan, Rounds, failures};
use crate::report::{Bar, Section};
use crate::statistics::{Spread, figure};
use crate::table::Table;
use crate::target::Target;

const READERS: usize = 1000;

/// What of a mixed room is of each dialect, in the order of [`Dialect::ALL`].
const MIXED: [f64; 3] = [0.5, 0.3, 0.2];

/// Which floor the ratios are to: its place among the targets.
const COALESCED: usize = 0;
const PER_MESSAGE: usize = 1;

pub(super) fn many_in_flight(plan: &Plan) -> Section {
    let mut section = run(plan, "A", 64, COALESCED);
    section.title = "A: one room, 1,000 readers, 64 messages in flight".into();
    section
}

pub(super) fn one_in_flight(plan: &Plan) -> Section {
    let mut section = run(plan, "A1", 1, PER_MESSAGE);
    section.title = "A1: one room, 1,000 readers, one message in flight".into();
    // The plot has A's.
    section.bars.clear();
    section
}

fn run(plan: &Plan, name: &str, in_flight: u64, floor: usize) -> Section {
    let floors = plan.floors();
    let own = Dialect::ALL.map(|dialect| plan.partyline(dialect));
    let mixed = plan.mixed();
    let mut targets: Vec<&dyn Target> = floors.iter().map(|floor| floor as &dyn Target).collect();
    targets.extend(own.iter().map(|one| one as &dyn Target));
    targets.push(&mixed);
    targets.extend(plan.peers.iter().map(AsRef::as_ref));
    let fan_out = plan.fan_out(READERS, in_flight);
    let cases = targets.into_iter().map(|target| Case::of(target, READERS));
    let all = plan.interleaved(name, cases, |case| {
        let cost = fan_out.run(case.target, DEFAULT_ROOM)?;
        let line = format!("{} deliveries/s, {} CPU s per million", figure(cost.rate()), figure(cost.per_million()));
        Ok((cost, line))
    });
    let mut section = Section {
        about: format!(
            "One sender keeps {in_flight} in flight: a message is in flight until each of the 1,000 readers has read it, and the sender has the \
             receipt where the server gives one. Ratios are to the floor of the same round, {}.",
            if floor == COALESCED { "writing all that is queued at once" } else { "with a write per message" }
        ),
        tables: vec![table(&all, floor)],
        failures: failures(&all),
        ..Section::default()
    };
    let bar = |rounds: &Rounds<'_, Cost>| {
        rounds.spread(Cost::per_million).map(|value| Bar { name: rounds.case.name.clone(), value: value.median })
    };
    section.bars = all.iter().filter_map(bar).collect();
    if let Some(noise) = all.get(floor).and_then(|rounds| rounds.spread(Cost::per_million)) {
        section
            .notes
            .push(format!("Noise of the machine: the floor's rounds lie {:.0} % apart.", noise.width() * 100.0));
    }
    section.notes.extend(unmixed(&all));
    section
}

/// The mixed room against the unmixed ones.
fn unmixed(all: &[Rounds<'_, Cost>]) -> Option<String> {
    let first = PER_MESSAGE + 1;
    let rounds = all.get(first + Dialect::ALL.len())?;
    let ratio = |round: usize| {
        let unmixed: Option<f64> = (0..)
            .zip(MIXED)
            .map(|(dialect, share)| Some(all[first + dialect].found.get(round)?.per_million() * share))
            .sum();
        Some(rounds.found.get(round)?.per_million() / unmixed?)
    };
    let ratios = Spread::of((0..rounds.found.len()).filter_map(ratio))?;
    Some(format!(
        "The mixed room (500 WebSocket, 300 JSON lines, 200 plain text) costs {ratios} times the weighted unmixed ones."
    ))
}

fn table(all: &[Rounds<'_, Cost>], floor: usize) -> Table {
    let mut table = Table::new(&[
        "server",
        "deliveries/s",
        "CPU s per million",
        "× floor",
        "p50 ms",
        "p99 ms",
        "messages a read",
        "bytes each",
        "memory MB",
        "server busy",
        "generator busy",
    ]);
    for rounds in all.iter().filter(|rounds| !rounds.found.is_empty()) {
        let ratio = |(cost, floor): (&Cost, &Cost)| cost.per_million() / floor.per_million();
        let ratios = Spread::of(rounds.found.iter().zip(&all[floor].found).map(ratio));
        let version = rounds.case.target.version();
        table.row([
            format!("{} {version}", rounds.case.name).trim_end().to_owned(),
            rounds.text(Cost::rate),
            rounds.text(Cost::per_million),
            ratios.map_or(String::new(), |ratios| ratios.to_string()),
            rounds.middle(|cost| cost.milliseconds(0.5)),
            rounds.middle(|cost| cost.milliseconds(0.99)),
            rounds.middle(Cost::messages_a_read),
            rounds.middle(Cost::bytes_each),
            rounds.middle(Cost::megabytes),
            format!("{} %", rounds.middle(|cost| cost.share(cost.processor))),
            format!("{} %", rounds.middle(|cost| cost.share(cost.generator))),
        ]);
    }
    table
}
