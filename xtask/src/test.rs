//! `cargo xtask test`: everything that must hold before a change goes in.

use anyhow::{Context, Result};
use xshell::{Cmd, cmd};

use crate::machine::Machine;
use crate::page;
use crate::purity;
use crate::say::say;
use crate::setup::axe;
use crate::setup::wasm_target::{self, TARGET};
use crate::setup::{self, Purpose};
use crate::steps::Steps;
use crate::tidy;

/// Sets up, checks everything, and stops at the first check that fails.
pub(crate) fn test(machine: &Machine) -> Result<()> {
    let missing = setup::missing(machine, Purpose::Test)?;
    setup::announce(&missing, &[("the checks and tests", "about 10 minutes the first time, then 3")]);
    let mut steps = Steps::new(missing.len() + CHECKS.len());
    let result = setup::install(machine, &missing, &mut steps).and_then(|()| check(machine, &mut steps));
    say!("\n{}", steps.table());
    let left_out = result.map_err(|error| error.context(format!("FAILED after {}", steps.elapsed())))?;
    for (name, why) in &left_out {
        say!("Left out: {name}. {why}");
    }
    say!("{} of {} steps passed in {}.", steps.total() - left_out.len(), steps.total(), steps.elapsed());
    Ok(())
}

/// A check: its name, what to expect of it, and how it is done.
type Check = (&'static str, &'static str, fn(&Machine) -> Result<Outcome>);

/// How a check that found nothing wrong ended. What wasn't looked at mustn't count as passed.
enum Outcome {
    Passed,
    LeftOut { why: &'static str },
}
use Outcome::{LeftOut, Passed};

/// What exists only so that tests can break it.
const TEST_BUILD: &str = "partyline-server/test-build";

/// The quick ones first, the page before the tests that open it.
const CHECKS: [Check; 10] = [
    ("tidy", "", |machine| tidy::tidy(machine).map(|()| Passed)),
    ("format", "", format),
    ("lints", "", lints),
    ("lints of the page", "", lints_of_page),
    ("purity", "", |machine| purity::purity(machine).map(|()| Passed)),
    ("documentation", "", documentation),
    ("documentation of the page", "", documentation_of_page),
    (page::NAME, page::TIME, page_unless_fresh),
    ("tests", "unit, property, simulation, integration, documentation, browser", tests),
    ("licences, sources, duplicates, advisories", "", licences),
];

/// Does the checks, up to the first that fails, and says which of them were left out and why.
fn check(machine: &Machine, steps: &mut Steps) -> Result<Vec<(&'static str, &'static str)>> {
    let mut left_out = Vec::new();
    for (name, hint, check) in CHECKS {
        match steps.step(name, hint, || check(machine)).context(name)? {
            Passed => {}
            LeftOut { why } => left_out.push((name, why)),
        }
    }
    Ok(left_out)
}

/// Runs a command that passes or fails.
#[expect(clippy::needless_pass_by_value, reason = "made for the occasion by cmd!")]
fn passes(command: Cmd<'_>) -> Result<Outcome> {
    command.run()?;
    Ok(Passed)
}

fn format(machine: &Machine) -> Result<Outcome> {
    passes(cmd!(machine.sh, "cargo fmt --all --check"))
}

fn lints(machine: &Machine) -> Result<Outcome> {
    passes(cmd!(
        machine.sh,
        "cargo clippy --workspace --exclude partyline-web --all-targets --features {TEST_BUILD} -- -D warnings"
    ))
}

fn lints_of_page(machine: &Machine) -> Result<Outcome> {
    if !wasm_target::is_ordinary(machine)? {
        return Ok(LeftOut { why: "The Rust that builds the page on this machine has no clippy." });
    }
    passes(cmd!(machine.sh, "cargo clippy -p partyline-web --target {TARGET} -- -D warnings"))
}

fn documentation(machine: &Machine) -> Result<Outcome> {
    let command = cmd!(machine.sh, "cargo doc --workspace --exclude partyline-web --no-deps");
    passes(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn documentation_of_page(machine: &Machine) -> Result<Outcome> {
    let _path = wasm_target::cargo(machine)?;
    let command = cmd!(machine.sh, "cargo doc -p partyline-web --target {TARGET} --no-deps");
    passes(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn page_unless_fresh(machine: &Machine) -> Result<Outcome> {
    if page::is_fresh(machine)? {
        say!("  Nothing that it is made of has changed.");
        return Ok(Passed);
    }
    page::build(machine).map(|()| Passed)
}

/// The browser tests run only when told to, so that `cargo test` alone needs no browser and no page. The page's own
/// unit tests touch no browser, and run natively like all others.
fn tests(machine: &Machine) -> Result<Outcome> {
    let command = cmd!(machine.sh, "cargo test --workspace --features {TEST_BUILD}");
    passes(command.env("PARTYLINE_BROWSER_TESTS", "1").env("PARTYLINE_AXE", axe::script(machine)?))
}

/// The advisories are in a repository on the web; without a way there, the rest is looked at.
fn licences(machine: &Machine) -> Result<Outcome> {
    let sh = &machine.sh;
    if cmd!(sh, "cargo deny fetch db").run().is_ok() {
        return passes(cmd!(sh, "cargo deny check"));
    }
    cmd!(sh, "cargo deny check licenses bans sources").run()?;
    Ok(LeftOut { why: "The advisories can't be fetched from here; the rest of this step passed." })
}
