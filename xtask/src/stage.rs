//! `cargo xtask screenshots` and `cargo xtask bench page`: the page as people see it, and what it costs them.

use std::path::PathBuf;

use anyhow::Result;
use xshell::cmd;

use crate::bench;
use crate::machine::Machine;
use crate::page;
use crate::say::say;
use crate::setup::{self, Purpose};
use crate::steps::Steps;

/// Where pictures go, in the folder that cargo builds in.
const PICTURES: &str = "screenshots";

/// The letters that pictures are taken with.
const FONTS: &str = "stage/fonts.conf";

/// Takes pictures of the page in all its states, or those named.
pub(crate) fn screenshots(machine: &Machine, states: &[String]) -> Result<()> {
    prepare(machine)?;
    let sh = &machine.sh;
    cmd!(sh, "cargo build -p partyline-server -p partyline-stage").run()?;
    let target = machine.target_dir()?;
    let folder = target.join("debug");
    let (stage, server, into) = (folder.join("partyline-stage"), folder.join("partylined"), target.join(PICTURES));
    let fonts = machine.root.join(FONTS);
    let command = cmd!(sh, "{stage} --server {server} screenshots --into {into} {states...}");
    Ok(command.env("FONTCONFIG_FILE", fonts).run()?)
}

/// Measures the page, and writes what was found unless it was to be quick.
pub(crate) fn bench(machine: &Machine, quick: bool) -> Result<()> {
    prepare(machine)?;
    let sh = &machine.sh;
    cmd!(sh, "cargo build --release -p partyline-server").run()?;
    cmd!(sh, "cargo build --release -p partyline-stage").run()?;
    let folder: PathBuf = machine.target_dir()?.join("release");
    let (stage, server, page) = (folder.join("partyline-stage"), folder.join("partylined"), bench::PAGE);
    let command = cmd!(sh, "{stage} --server {server} bench");
    Ok(if quick { command.arg("--quick") } else { command.args(["--page", page]) }.run()?)
}

/// What both need: Chromium, letters for all that is shown, and the page as it is served.
fn prepare(machine: &Machine) -> Result<()> {
    let missing = setup::missing(machine, Purpose::Show)?;
    let stale = !page::is_fresh(machine)?;
    setup::announce(&missing, &[(page::NAME, page::TIME)]);
    let mut steps = Steps::new(missing.len() + usize::from(stale));
    setup::install(machine, &missing, &mut steps)?;
    if stale {
        return steps.step(page::NAME, page::TIME, || page::build(machine));
    }
    say!("The page is up to date.");
    Ok(())
}
