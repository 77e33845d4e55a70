//! The generator's own limit: what it takes of a server that does nothing else than write.

use crate::measure::Cost;
use crate::partyline::DEFAULT_ROOM;
use crate::plan::{Case, Plan};
use crate::report::Section;
use crate::statistics::figure;
use crate::table::Table;

const READERS: usize = 1000;

/// So many that the floor writes little more often than the generator reads.
const IN_FLIGHT: u64 = 1024;

pub(super) fn run(plan: &Plan) -> Section {
    let floors = plan.floors();
    let mut table =
        Table::new(&["the floor writes", "deliveries/s", "generator busy", "at most, were it all the time"]);
    let mut section = Section {
        title: "The generator's own limit".to_owned(),
        about: "What the load generator takes of the floor, which does nothing else than write, and how busy that keeps it. What it could \
                take if it were busy all the time is its limit: of what lies below two thirds of that, it is the server's figure."
            .to_owned(),
        ..Section::default()
    };
    for (floor, in_flight, writes) in
        [(&floors[0], IN_FLIGHT, "all that is queued at once"), (&floors[1], 1, "a write per message")]
    {
        let fan_out = plan.fan_out(READERS, in_flight);
        let rounds = plan.interleaved("generator", [Case::of(floor, READERS)], |case| {
            let cost = fan_out.run(case.target, DEFAULT_ROOM)?;
            let line = format!(
                "{} deliveries/s, generator busy {} %",
                figure(cost.rate()),
                figure(cost.share(cost.generator))
            );
            Ok((cost, line))
        });
        for rounds in rounds {
            let most = |cost: &Cost| cost.rate() / cost.share(cost.generator) * 100.0;
            let busy = rounds.text(|cost| cost.share(cost.generator));
            table.row([writes.to_owned(), rounds.text(Cost::rate), format!("{busy} %"), rounds.text(most)]);
            section.failures.extend(rounds.failure.clone());
            if let Some(most) = rounds.spread(most) {
                let (limit, two_thirds) = (figure(most.median), figure(most.median * 2.0 / 3.0));
                section.notes.push(format!(
                    "Where the server writes {writes}, the generator takes at most {limit} deliveries a second; nothing below {two_thirds} is \
                     limited by it."
                ));
            }
        }
    }
    section.tables.push(table);
    section
}
