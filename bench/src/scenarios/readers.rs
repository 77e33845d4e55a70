//! Growth with the readers of a room.

use anyhow::Result;

use crate::measure::Cost;
use crate::partyline::{DEFAULT_ROOM, Dialect};
use crate::plan::Plan;
use crate::report::{Curve, Section};
use crate::statistics::{Spread, figure};
use crate::table::Table;
use crate::target::Target;

const READERS: [usize; 4] = [10, 100, 1000, 10_000];

/// What the plot's diagram is called.
const ALONG: &str = "readers in a room";

pub(super) fn run(plan: &Plan) -> Result<Section> {
    let own = plan.partyline(Dialect::WebSocket);
    let floors = plan.floors();
    let mut section = Section {
        title: "Growth with the readers of a room".to_owned(),
        about: "WebSocket readers; CPU seconds per million deliveries. What a message costs that nobody reads is measured by itself; the \
                marginal cost is what deliveries cost beyond that."
            .to_owned(),
        ..Section::default()
    };
    let mut table =
        Table::new(&["in flight", "readers", "all", "marginal", "floor", "CPU µs a message that nobody reads"]);
    for (in_flight, floor) in [(64, &floors[0]), (1, &floors[1])] {
        let kind = format!("{in_flight} in flight");
        let nobody = measured(plan, &mut section, &kind, &own, 0, in_flight);
        let mut points = Vec::new();
        for readers in READERS.into_iter().filter(|readers| !plan.quick || *readers <= 1000) {
            let least = measured(plan, &mut section, &kind, floor, readers, in_flight);
            let found = measured(plan, &mut section, &kind, &own, readers, in_flight);
            let of = |found: &[Cost], value: &dyn Fn(&Cost) -> f64| Spread::of(found.iter().map(value));
            let text = |spread: Option<Spread>| spread.map_or(String::new(), |spread| spread.to_string());
            let marginal = Spread::of(found.iter().zip(&nobody).map(|(cost, alone)| cost.marginal(alone)));
            let alone = of(&nobody, &|cost| cost.per_message() * 1e6);
            let all = of(&found, &Cost::per_million);
            let least = of(&least, &Cost::per_million);
            #[expect(clippy::cast_precision_loss, reason = "ten thousand at most")]
            points.extend(all.zip(marginal).map(|(all, marginal)| (readers as f64, all.median, marginal.median)));
            table.row([
                in_flight.to_string(),
                readers.to_string(),
                text(all),
                text(marginal),
                text(least),
                text(alone),
            ]);
        }
        section.notes.extend(flatness(&kind, &points));
        for (name, all) in [("all", true), ("marginal", false)] {
            let points = points.iter().map(|point| (point.0, if all { point.1 } else { point.2 })).collect();
            section.curves.push(Curve { along: ALONG, name: format!("{kind}, {name}"), points });
        }
    }
    section.tables.push(table);
    Ok(section)
}

fn measured(
    plan: &Plan,
    section: &mut Section,
    kind: &str,
    target: &dyn Target,
    readers: usize,
    in_flight: u64,
) -> Vec<Cost> {
    let fan_out = plan.fan_out(readers, in_flight);
    let rounds = plan.interleaved(&format!("{kind}, {readers} readers"), [target], |target| {
        let cost = fan_out.run(target, DEFAULT_ROOM)?;
        let each = if readers == 0 { cost.per_message() * 1e6 } else { cost.per_million() };
        Ok((cost, format!("{} CPU µs {}", figure(each), if readers == 0 { "a message" } else { "a delivery" })))
    });
    let mut found = Vec::new();
    for rounds in rounds {
        section.failures.extend(rounds.failure);
        found.extend(rounds.found);
    }
    found
}

/// How far the marginal costs lie from their middle.
fn flatness(kind: &str, points: &[(f64, f64, f64)]) -> Option<String> {
    let marginal = Spread::of(points.iter().map(|point| point.2))?;
    let (below, above) = (marginal.least / marginal.median - 1.0, marginal.most / marginal.median - 1.0);
    Some(format!(
        "With {kind}, the marginal cost of a delivery lies between {:+.0} % and {:+.0} % of its median over all sizes.",
        below * 100.0,
        above * 100.0
    ))
}
