//! `cargo xtask bench`: what a delivery costs, beside the least that any server could make it cost.

use anyhow::Result;
use xshell::cmd;

use crate::machine::Machine;

/// What is written where it wasn't to be quick.
pub(crate) const PAGE: &str = "docs/BENCHMARKS.md";
const PLOT: &str = "docs/images/benchmarks.svg";

/// Builds what users run, and measures it in all scenarios, or those named.
pub(crate) fn bench(machine: &Machine, quick: bool, peers: bool, scenarios: &[String]) -> Result<()> {
    let sh = &machine.sh;
    // The generator apart: it needs features of what both depend on which the server is then built without.
    cmd!(sh, "cargo build --release -p partyline-server").run()?;
    cmd!(sh, "cargo build --release -p partyline-bench").run()?;
    let target = machine.target_dir()?;
    let folder = target.join("release");
    let (bench, server, cache) = (folder.join("partyline-bench"), folder.join("partylined"), target.join("bench"));
    let mut command = cmd!(sh, "{bench} --server {server} --cache {cache} {scenarios...}");
    if peers {
        command = command.arg("--peers");
    }
    command = if quick { command.arg("--quick") } else { command.args(["--page", PAGE, "--plot", PLOT]) };
    Ok(command.run()?)
}
