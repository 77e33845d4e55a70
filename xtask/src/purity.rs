//! shared, hub and engine know no clock, randomness, file, socket or thread: time and random bytes come to them
//! as arguments, which is why a day of chat can be replayed in a test, and why they run in a browser.
//!
//! Proved three ways, since none of them sees everything: clippy looks for the standard library's ways to each
//! (the list is `xtask/purity/clippy.toml`), cargo for crates that bring one, and the compiler builds them for a
//! machine that has none of them. `xtask/purity/fixture` commits every offence, so that the first proof is seen
//! to fail.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, ensure};
use xshell::{Cmd, cmd};

use crate::machine::Machine;
use crate::say::say;
use crate::setup::wasm_target::{self, TARGET};

/// The crates.
const PURE: [&str; 3] = ["partyline-shared", "partyline-hub", "partyline-engine"];

/// Crates that have, or bring, what these must not know.
const IMPURE: [(&str, &str); 6] = [
    ("a clock", "chrono coarsetime instant jiff quanta time wasm-timer web-time"),
    ("randomness of its own", "ahash fastrand getrandom nanoid rand rand_chacha ulid uuid"),
    ("files", "directories dirs memmap2 rusqlite rustix tempfile walkdir"),
    ("sockets", "async-io async-std axum hyper mio polling reqwest smol socket2 tokio tungstenite"),
    ("threads", "crossbeam-channel flume parking_lot rayon threadpool"),
    ("a browser", "gloo-net js-sys leptos wasm-bindgen web-sys"),
];

/// All three proofs.
pub(crate) fn purity(machine: &Machine) -> Result<()> {
    let packages = PURE.map(|package| ["-p", package]).concat();
    // What the ordinary lints warn of is left to them.
    lint(machine, &machine.root.join("Cargo.toml"), &packages).args(["-A", "warnings"]).run()?;

    let packages = packages.as_slice();
    let tree = cmd!(machine.sh, "cargo tree --edges normal --target all --prefix none {packages...}").quiet().read()?;
    let found = offenders(&tree);
    for (name, what) in &found {
        say!("  A dependency brings {what}: {name} (`cargo tree --invert {name}` shows how it got in)");
    }
    ensure!(found.is_empty(), "shared, hub and engine may not depend on these");

    let _path = wasm_target::cargo(machine)?;
    cmd!(machine.sh, "cargo build {packages...} --target {TARGET}").run()?;
    say!("  shared, hub and engine know no clock, randomness, file, socket or thread.");
    Ok(())
}

/// Clippy over the library alone, tests left out: they may do as they please.
///
/// Forbidden, not denied, so that no `allow` in the code lifts it.
fn lint<'a>(machine: &'a Machine, manifest: &Path, packages: &[&str]) -> Cmd<'a> {
    let lints = ["disallowed_macros", "disallowed_methods", "disallowed_types"];
    let flags: Vec<String> = lints.iter().map(|lint| format!("-Fclippy::{lint}")).collect();
    cmd!(machine.sh, "cargo clippy --manifest-path {manifest} {packages...} --lib -- {flags...}")
        .env("CLIPPY_CONF_DIR", machine.root.join("xtask/purity"))
}

/// The impure crates among the lines of `cargo tree`, each `name vVersion`, and what each brings.
fn offenders(tree: &str) -> BTreeMap<&str, &str> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    let brings = |name: &str| IMPURE.iter().find(|(_, crates)| crates.split(' ').any(|impure| impure == name));
    names.filter_map(|name| brings(name).map(|(what, _)| (name, *what))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impure_crates_are_found_in_the_tree() {
        let tree = "partyline-hub v0.1.0 (/x/hub)\nserde v1.0.1\ntokio v1.2.3\nrand v0.10.0\ntokio v1.2.3 (*)\n\n";
        assert_eq!(offenders(tree), BTreeMap::from([("rand", "randomness of its own"), ("tokio", "sockets")]));
        assert!(offenders("serde v1.0.1\nsha2 v0.10.9\n").is_empty());
    }

    /// What the lints say to the fixture.
    fn report(packages: &[&str]) -> String {
        let machine = Machine::find().unwrap();
        let manifest = machine.root.join("xtask/purity/fixture/Cargo.toml");
        let target = tempfile::tempdir().unwrap();
        let lint = lint(&machine, &manifest, packages).env("CARGO_TARGET_DIR", target.path());
        lint.quiet().ignore_status().read_stderr().unwrap()
    }

    #[test]
    fn every_kind_of_offence_is_reported_where_it_stands() {
        let report = report(&[]);
        let source = include_str!("../purity/fixture/src/lib.rs");
        for kind in ["clock", "randomness", "file", "socket", "thread", "process", "environment", "terminal"] {
            let mark = format!("// offence: {kind}");
            let offences: Vec<_> = (1..).zip(source.lines()).filter(|(_, line)| line.contains(&mark)).collect();
            assert!(!offences.is_empty(), "the fixture has no {kind}");
            for (number, line) in offences {
                assert!(report.contains(&format!("src/lib.rs:{number}:")), "not reported: {line}\n{report}");
            }
        }
        assert!(!report.contains("does not refer to"), "the list names what isn't there:\n{report}");
    }

    #[test]
    fn the_code_cannot_lift_the_lints() {
        let report = report(&["--features", "lifted"]);
        assert!(report.contains("incompatible with previous forbid"), "{report}");
    }
}
