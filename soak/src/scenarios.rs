//! What a server is put through, one scenario a module.

mod acknowledgements;

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use anyhow::Result;

use crate::report::Report;

/// What a scenario is given.
#[derive(Clone, Debug)]
pub struct Context {
    /// `partylined`.
    pub program: PathBuf,
    /// How long it should take, about. A scenario that has a number to reach takes as long as that does.
    pub time: Duration,
    /// What its chances are drawn from.
    pub seed: u64,
}

/// A scenario that goes on.
pub type Running = Pin<Box<dyn Future<Output = Result<Report>>>>;

/// A scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What holds if it passes.
    pub shows: &'static str,
    /// Does it.
    pub run: fn(Context) -> Running,
}

/// All of them, in the order they are run in.
pub const SCENARIOS: &[Scenario] = &[Scenario {
    name: "acknowledgements",
    shows: "how many messages a second are acknowledged, and how soon, for each durability and number of writers",
    run: |context| Box::pin(acknowledgements::run(context)),
}];
