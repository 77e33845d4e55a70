//! The page: built by trunk, compressed, and left alone while nothing that it is made of changes.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xshell::cmd;

use crate::compress;
use crate::machine::Machine;
use crate::say::say;
use crate::setup::{self, Purpose, wasm_target};
use crate::stamp;
use crate::steps::Steps;

/// What the step is called.
pub(crate) const NAME: &str = "the page";
/// How long it takes.
pub(crate) const TIME: &str = "2 to 3 minutes the first time, then 20 s";

/// What the page is made of.
const INPUTS: [&str; 8] =
    [".cargo/config.toml", "Cargo.lock", "Cargo.toml", "Trunk.toml", "engine", "index.html", "shared", "web"];

/// `cargo xtask page`: the page, and the set-up that it needs.
pub(crate) fn page(machine: &Machine) -> Result<()> {
    let missing = setup::missing(machine, Purpose::Run)?;
    if missing.is_empty() && is_fresh(machine)? {
        say!("The page is up to date.");
        return Ok(());
    }
    setup::announce(&missing, &[(NAME, TIME)]);
    let mut steps = Steps::new(missing.len() + 1);
    setup::install(machine, &missing, &mut steps)?;
    steps.step(NAME, TIME, || build(machine))
}

/// Whether `dist/` is what a build would make of the tree as it is.
///
/// The stamp names both what went in and what came out: `trunk serve` puts its own, unoptimised page in the
/// same folder.
pub(crate) fn is_fresh(machine: &Machine) -> Result<bool> {
    let Ok(stamp) = fs::read_to_string(stamp_file(machine)?) else {
        return Ok(false);
    };
    Ok(machine.root.join("dist/index.html").is_file() && stamp == current(machine)?)
}

/// Builds the page and compresses it.
pub(crate) fn build(machine: &Machine) -> Result<()> {
    ensure!(machine.root.join("index.html").is_file(), "there is no index.html to build the page from");
    let stamp = stamp_file(machine)?;
    if stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    let before = digest_of_inputs(machine)?;
    {
        let _path = wasm_target::cargo(machine)?;
        cmd!(machine.sh, "trunk build --release").env("TRUNK_SKIP_VERSION_CHECK", "true").run()?;
    }
    for file in compress::folder(&machine.root.join("dist"))? {
        say!("  {:<44} {:>8} bytes, gzip {:>7}, brotli {:>7}", file.name, file.plain, file.gzip, file.brotli);
    }
    // Whatever was saved while it was being built may or may not be in it: then there's no stamp.
    if digest_of_inputs(machine)? == before {
        fs::create_dir_all(stamp.parent().context("the stamp is in no folder")?)?;
        fs::write(&stamp, current(machine)?)?;
    }
    Ok(())
}

/// Outside `dist/`, all of which the server serves.
fn stamp_file(machine: &Machine) -> Result<PathBuf> {
    Ok(machine.target_dir()?.join("xtask/page.stamp"))
}

fn current(machine: &Machine) -> Result<String> {
    let made = stamp::digest(&machine.root, &["dist"])?;
    Ok(format!("from {} to {made}\n", digest_of_inputs(machine)?))
}

fn digest_of_inputs(machine: &Machine) -> Result<String> {
    stamp::digest(&machine.root, &INPUTS)
}
