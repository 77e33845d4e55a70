//! Growth with the readers of a room.

use crate::measure::Cost;
use crate::partyline::{DEFAULT_ROOM, Dialect};
use crate::plan::{Case, Plan, failures};
use crate::report::{Curve, Section};
use crate::statistics::{Spread, count, figure};
use crate::table::Table;
use crate::target::Target;

const READERS: [usize; 4] = [10, 100, 1000, 10_000];

/// What the plot's diagram is called.
const ALONG: &str = "readers in a room";

pub(super) fn run(plan: &Plan) -> Section {
    let own = plan.partyline(Dialect::WebSocket);
    let floors = plan.floors();
    let mut section = Section {
        title: "Growth with the readers of a room".to_owned(),
        about: "WebSocket readers; CPU seconds per million deliveries. What a message costs that nobody reads is measured by itself; the \
                marginal cost is what deliveries cost beyond that."
            .to_owned(),
        ..Section::default()
    };
    let sizes = READERS.into_iter().filter(|readers| !plan.quick || *readers <= 1000);
    let mut table =
        Table::new(&["in flight", "readers", "all", "marginal", "floor", "CPU µs a message that nobody reads"]);
    for (in_flight, floor) in [(64, &floors[0]), (1, &floors[1])] {
        let kind = format!("{in_flight} in flight");
        let mut cases = vec![case(&own, 0)];
        cases.extend(sizes.clone().flat_map(|readers| [case(floor, readers), case(&own, readers)]));
        let all = plan.interleaved(&kind, cases, |case| {
            let cost = plan.fan_out(case.size, in_flight).run(case.target, DEFAULT_ROOM)?;
            let message = format!("{} CPU µs a message", figure(cost.per_message() * 1e6));
            Ok((
                cost.clone(),
                if case.size == 0 { message } else { format!("{message}, {} a delivery", figure(cost.per_million())) },
            ))
        });
        section.failures.extend(failures(&all));
        let mut points = Vec::new();
        if let [nobody, sizes @ ..] = all.as_slice() {
            for pair in sizes.chunks_exact(2) {
                let (least, found) = (&pair[0], &pair[1]);
                let marginal = found.found.iter().zip(&nobody.found).map(|(cost, alone)| cost.marginal(alone));
                let marginal = Spread::of(marginal);
                #[expect(clippy::cast_precision_loss, reason = "ten thousand at most")]
                let readers = found.case.size as f64;
                let costs = found.spread(Cost::per_million).zip(marginal);
                points.extend(costs.map(|(all, marginal)| (readers, all.median, marginal.median)));
                table.row([
                    in_flight.to_string(),
                    count(found.case.size),
                    found.text(Cost::per_million),
                    marginal.map_or(String::new(), |marginal| marginal.to_string()),
                    least.text(Cost::per_million),
                    nobody.text(|cost| cost.per_message() * 1e6),
                ]);
            }
        }
        section.notes.extend(flatness(&kind, &points));
        for (name, all) in [("all", true), ("marginal", false)] {
            let points = points.iter().map(|point| (point.0, if all { point.1 } else { point.2 })).collect();
            section.curves.push(Curve { along: ALONG, name: format!("{kind}, {name}"), points });
        }
    }
    section.tables.push(table);
    section
}

fn case(target: &dyn Target, readers: usize) -> Case<'_> {
    Case { target, name: format!("{} readers: {}", count(readers), target.name()), size: readers }
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
