//! `cargo xtask soak`: load, crashes, floods and strange bytes, for as long as one likes.

use anyhow::Result;
use xshell::cmd;

use crate::fuzz::{self, Until};
use crate::machine::Machine;
use crate::say::say;

/// How long each target of fuzz/ is run.
const FUZZ_MINUTES: u64 = 1;

/// Builds what users run, puts it through the scenarios (all of them in about `minutes`, or only those named), and
/// where all were asked for, looks for inputs that break a parser.
pub(crate) fn soak(machine: &Machine, minutes: u64, scenarios: &[String]) -> Result<()> {
    let sh = &machine.sh;
    cmd!(sh, "cargo build --release -p partyline-server -p partyline-soak").run()?;
    let folder = machine.target_dir()?.join("release");
    let (soak, server) = (folder.join("partyline-soak"), folder.join("partylined"));
    let minutes = minutes.to_string();
    let soaked = cmd!(sh, "{soak} --server {server} --minutes {minutes} {scenarios...}").run();
    if scenarios.is_empty() {
        say!("\nEach parser that reads from the network, for {FUZZ_MINUTES} min:");
        fuzz::fuzz(machine, Until::Minutes(FUZZ_MINUTES), None)?;
    }
    Ok(soaked?)
}
