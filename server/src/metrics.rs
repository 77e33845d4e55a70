//! What the server counts of itself, for Prometheus to read at `/metrics`.
//!
//! Obligations: nothing in it says who somebody is or what they say, and every label has a few values that stand in
//! this code, so that nobody outside can make the answer longer. Whoever counts on a hot path holds the counter
//! itself: counting is one relaxed addition then, without a look-up.

mod connections;
mod deliveries;
mod load;
mod log;
mod process;
mod refusals;

use std::fmt::Write as _;

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

pub(crate) use connections::{Connections, Speaks, TurnedAway};
pub(crate) use deliveries::Deliveries;
pub(crate) use load::HubLoad;
pub(crate) use log::LogMetrics;
pub(crate) use refusals::Refusals;

use process::Process;

/// A label and its value.
type Label = [(&'static str, &'static str); 1];

/// All of it.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    /// Who is connected.
    pub(crate) connections: Connections,
    /// What is shown to them.
    pub(crate) deliveries: Deliveries,
    /// What they were refused.
    pub(crate) refusals: Refusals,
    /// What the hub holds.
    pub(crate) load: HubLoad,
    /// How the log does.
    pub(crate) log: LogMetrics,
    /// What became of datagrams.
    pub(crate) datagrams: Datagrams,
    /// Answers to HTTP requests.
    responses: Family<[(&'static str, u16); 1], Counter>,
}

/// What became of datagrams.
#[derive(Clone, Debug)]
pub(crate) struct Datagrams {
    /// Handed to the hub, which may refuse it still.
    pub(crate) taken: Counter,
    /// Of a source that sends faster than it may; answered or not.
    pub(crate) too_fast: Counter,
    /// Longer than a line may be.
    pub(crate) too_long: Counter,
    /// With nothing in it.
    pub(crate) empty: Counter,
}

impl Metrics {
    /// With everything at its start.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Process::new()));
        let ours = registry.sub_registry_with_prefix("partyline");
        ours.register("build", "Which Partyline this is", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        let connections = Connections::register(ours);
        let deliveries = Deliveries::register(ours);
        let refusals = Refusals::register(ours);
        let load = HubLoad::register(ours);
        let log = LogMetrics::register(ours);
        let datagrams = Datagrams::register(ours);
        let responses = Family::default();
        ours.register("http_responses", "Answers to HTTP requests, by status", responses.clone());
        Self { registry, connections, deliveries, refusals, load, log, datagrams, responses }
    }

    /// Counts an answer to an HTTP request.
    pub(crate) fn responded(&self, status: u16) {
        self.responses.get_or_create(&[("code", status)]).inc();
    }

    /// All of it as text, in the format of [`FORMAT`].
    pub(crate) fn render(&self) -> String {
        let mut out = String::new();
        if text::encode(&mut out, &self.registry).is_err() {
            // A String takes everything; what can't be told is left out rather than half told.
            out.clear();
            let _ = out.write_str("# EOF\n");
        }
        out
    }
}

/// The content type of what [`Metrics::render`] returns.
pub(crate) const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Datagrams {
    fn register(registry: &mut Registry) -> Self {
        let family = Family::<Label, Counter>::default();
        registry.register("datagrams", "Datagrams, by what became of them", family.clone());
        let of = |outcome| family.get_or_create_owned(&[("outcome", outcome)]);
        Self { taken: of("taken"), too_fast: of("too_fast"), too_long: of("too_long"), empty: of("empty") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_there_from_the_start() {
        let metrics = Metrics::new();
        metrics.responded(200);
        let text = metrics.render();
        for line in [
            concat!("partyline_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
            "partyline_open_connections{dialect=\"ws\"} 0",
            "partyline_connections_total{dialect=\"silent\"} 0",
            "partyline_connections_turned_away_total{reason=\"address_full\"} 0",
            "partyline_deliveries_total{dialect=\"plain\",kind=\"message\"} 0",
            "partyline_readers_too_slow_total{dialect=\"json\"} 0",
            "partyline_queue_bytes 0",
            "partyline_writes_total 0",
            "partyline_encodings_total{as=\"json\"} 0",
            "partyline_messages_total{via=\"udp\"} 0",
            "partyline_log_failures_total{doing=\"write\"} 0",
            "partyline_log_writable 1",
            "partyline_log_commit_duration_seconds_count 0",
            "partyline_datagrams_total{outcome=\"taken\"} 0",
            "partyline_http_responses_total{code=\"200\"} 1",
            "partyline_rooms 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        assert!(text.contains("\nprocess_start_time_seconds "), "{text}");
        assert!(text.ends_with("# EOF\n"));
    }
}
