//! What is run, on what, for how long.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use crate::floor::{Floor, Writes};
use crate::measure::FanOut;
use crate::partyline::{Dialect, Partyline};
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

/// What came of a target's rounds.
pub struct Rounds<'a, T> {
    /// The target.
    pub target: &'a dyn Target,
    /// What each round found, up to one that failed.
    pub found: Vec<T>,
    /// Why one failed.
    pub failure: Option<String>,
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

    /// Where a log of many messages is kept.
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// Measures each target in each round, one after the other, so that what disturbs the machine for a while disturbs all of them. A
    /// target that fails isn't tried again.
    pub fn interleaved<'a, T>(
        &self,
        what: &str,
        targets: impl IntoIterator<Item = &'a dyn Target>,
        mut measure: impl FnMut(&dyn Target) -> Result<(T, String)>,
    ) -> Vec<Rounds<'a, T>> {
        let fresh = |target| Rounds { target, found: Vec::new(), failure: None };
        let mut all: Vec<Rounds<'_, T>> = targets.into_iter().map(fresh).collect();
        for round in 1..=self.rounds {
            for rounds in all.iter_mut().filter(|rounds| rounds.failure.is_none()) {
                let name = rounds.target.name();
                match measure(rounds.target) {
                    Ok((found, line)) => {
                        say(&format!("  {what}, round {round} of {}: {name}: {line}\n", self.rounds));
                        rounds.found.push(found);
                    }
                    Err(error) => {
                        say(&format!("  {what}, round {round} of {}: {name}: FAILED: {error:#}\n", self.rounds));
                        rounds.failure = Some(format!("{name}: {error:#}"));
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
