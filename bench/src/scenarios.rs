//! What is measured.

mod clock;
mod cores;
mod fan_out;
mod generator;
mod idle;
mod log;
mod readers;
mod rooms;
mod storm;

use crate::plan::Plan;
use crate::report::Section;

/// A scenario: what it is called and what it measures.
pub struct Scenario {
    /// As it is named on the command line, and in the page's markers.
    pub name: &'static str,
    /// In a line.
    pub shows: &'static str,
    /// Measures it. What failed is in the section.
    pub run: fn(&Plan) -> Section,
}

/// All of them, in the report's order.
pub const SCENARIOS: &[Scenario] = &[
    Scenario { name: "generator", shows: "how much the generator itself can take", run: generator::run },
    Scenario { name: "a", shows: "one room, 1,000 readers, 64 messages in flight", run: fan_out::many_in_flight },
    Scenario { name: "a1", shows: "the same with one message in flight", run: fan_out::one_in_flight },
    Scenario { name: "b", shows: "100 rooms of 20, one sender each at 5 messages a second", run: clock::run },
    Scenario { name: "c", shows: "10,000 idle connections in 100 rooms", run: idle::run },
    Scenario { name: "storm", shows: "10,000 join one room within 10 seconds", run: storm::run },
    Scenario { name: "readers", shows: "how the cost grows from 10 readers to 10,000", run: readers::run },
    Scenario { name: "rooms", shows: "how it grows from 1 room to 10,000", run: rooms::run },
    Scenario { name: "log", shows: "how it grows from 10³ messages in the log to 10⁷", run: log::run },
    Scenario { name: "cores", shows: "what a second core gives", run: cores::run },
];
