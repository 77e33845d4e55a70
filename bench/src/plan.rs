//! What is run, on what, for how long.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::floor::{Floor, Writes};
use crate::measure::FanOut;
use crate::partyline::{Dialect, Partyline};
use crate::statistics::{Spread, figure};
use crate::target::Target;

/// What all scenarios are told.
pub struct Plan {
    /// `partylined`.
    pub server: PathBuf,
    /// This program, which is the floor as well.
    pub this: PathBuf,
    /// The others.
    pub peers: Vec<Box<dyn Target>>,
    /// Fewer, shorter and smaller.
    pub quick: bool,
    /// How often each is measured.
    pub rounds: usize,
    /// How long a closed loop lasts.
    pub time: Duration,
    /// Where logs of many messages are kept from one run to the next.
    pub cache: PathBuf,
}

/// One thing that is measured beside others.
#[derive(Clone)]
pub struct Case<'a> {
    /// What is started.
    pub target: &'a dyn Target,
    /// As it is called while it runs, and in tables.
    pub name: String,
    /// How many there are, of whatever the scenario varies.
    pub size: usize,
}

/// What came of a case's rounds.
pub struct Rounds<'a, T> {
    /// What was measured.
    pub case: Case<'a>,
    /// What each round found, up to one that failed.
    pub found: Vec<T>,
    /// Why one failed.
    pub failure: Option<String>,
}

impl<'a> Case<'a> {
    /// A target, called by its name.
    pub fn of(target: &'a dyn Target, size: usize) -> Self {
        Self { target, name: target.name(), size }
    }
}

impl<T> Rounds<'_, T> {
    /// A figure of all rounds; none, where the first one failed.
    pub fn spread(&self, value: impl Fn(&T) -> f64) -> Option<Spread> {
        Spread::of(self.found.iter().map(value))
    }

    /// The same for a table, empty where there is none.
    pub fn text(&self, value: impl Fn(&T) -> f64) -> String {
        self.spread(value).map_or(String::new(), |spread| spread.to_string())
    }

    /// The middle one only, for a table.
    pub fn middle(&self, value: impl Fn(&T) -> f64) -> String {
        self.spread(value).map_or(String::new(), |spread| figure(spread.median))
    }
}

/// What failed of some.
pub fn failures<T>(all: &[Rounds<'_, T>]) -> Vec<String> {
    all.iter().filter_map(|rounds| rounds.failure.clone()).collect()
}

impl Plan {
    /// The floor in both its ways.
    pub fn floors(&self) -> [Floor; 2] {
        [Writes::Coalesced, Writes::PerMessage].map(|writes| Floor::new(self.this.clone(), writes))
    }

    /// Partyline with readers of one dialect.
    pub fn partyline(&self, dialect: Dialect) -> Partyline {
        Partyline::new(&self.server, dialect)
    }

    /// Partyline with readers of all dialects.
    pub fn mixed(&self) -> Partyline {
        Partyline::mixed(&self.server)
    }

    /// One room and so many readers.
    pub fn fan_out(&self, readers: usize, in_flight: u64) -> FanOut {
        FanOut { readers, in_flight, warm_up: self.time / 4, time: self.time }
    }

    /// `large`, or a tenth of it where it has to be quick.
    pub fn scaled(&self, large: usize) -> usize {
        if self.quick { large / 10 } else { large }
    }

    /// Measures each case in each round, one after the other, so that what disturbs the machine for a while disturbs all of them. A case
    /// that fails isn't tried again.
    pub fn interleaved<'a, T>(
        &self,
        what: &str,
        cases: impl IntoIterator<Item = Case<'a>>,
        mut measure: impl FnMut(&Case<'a>) -> Result<(T, String)>,
    ) -> Vec<Rounds<'a, T>> {
        let fresh = |case| Rounds { case, found: Vec::new(), failure: None };
        let mut all: Vec<Rounds<'_, T>> = cases.into_iter().map(fresh).collect();
        for round in 1..=self.rounds {
            for rounds in all.iter_mut().filter(|rounds| rounds.failure.is_none()) {
                let place = format!("  {what}, round {round} of {}: {}", self.rounds, rounds.case.name);
                match measure(&rounds.case) {
                    Ok((found, line)) => {
                        say(&format!("{place}: {line}\n"));
                        rounds.found.push(found);
                    }
                    Err(error) => {
                        say(&format!("{place}: FAILED: {error:#}\n"));
                        rounds.failure = Some(format!("{}: {error:#}", rounds.case.name));
                    }
                }
            }
        }
        all
    }
}

/// Says something on stdout. Whoever closed it doesn't want to know.
pub fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}
