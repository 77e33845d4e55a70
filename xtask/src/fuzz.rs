//! `cargo xtask fuzz`: looks for inputs that break what strangers' bytes go through.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use xshell::cmd;

use crate::files;
use crate::machine::Machine;
use crate::say::say;

/// What an input may take of memory, in MiB, and of time, in seconds: more is a finding as a crash is.
const MOST_MEMORY: u32 = 1024;
const MOST_TIME: u32 = 10;

/// The longest input, in bytes: the targets' own bounds are far below, and long inputs are only slow.
const LONGEST: u32 = 1024;

/// How long each target is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Until {
    /// For so long.
    Minutes(u64),
    /// So many inputs.
    Executions(u64),
}

/// Runs every target, or only one, and stops at the first input that breaks something.
pub(crate) fn fuzz(machine: &Machine, until: Until, only: Option<&str>) -> Result<()> {
    // To libFuzzer, 0 is for ever.
    let (bound, shown) = match until {
        Until::Minutes(0) | Until::Executions(0) => bail!("that is no time to find anything in"),
        Until::Minutes(minutes) => {
            let seconds = minutes.checked_mul(60).context("that many minutes can't be counted in seconds")?;
            (format!("-max_total_time={seconds}"), format!("{minutes} min"))
        }
        Until::Executions(runs) => (format!("-runs={runs}"), format!("{runs} inputs")),
    };
    let mut targets = targets(machine)?;
    if let Some(only) = only {
        let all = targets.join(", ");
        targets.retain(|target| target == only);
        ensure!(!targets.is_empty(), "there is no target {only}; there are {all}");
    }
    let sh = &machine.sh;
    let nightly = cmd!(sh, "cargo +nightly --version").quiet().ignore_stdout().ignore_stderr().run();
    if nightly.is_err() || !machine.has("cargo-fuzz") {
        bail!(
            "it needs nightly Rust and cargo-fuzz:\n\n    rustup toolchain install nightly --profile minimal\n    \
             cargo install --locked cargo-fuzz\n"
        );
    }
    let folder = machine.target_dir()?.join("fuzz");
    for target in targets {
        say!("\n{target}, for {shown}:");
        // The first folder is written to, the second only read.
        let (found, kept) = (folder.join("corpus").join(&target), machine.root.join("fuzz/corpus").join(&target));
        fs::create_dir_all(&found)?;
        // Without a sanitizer: all of it is safe Rust, and looks at ten times as many inputs.
        cmd!(sh, "cargo +nightly fuzz run -s none --target-dir {folder} {target} {found} {kept}")
            .args(["--", &bound, "-print_final_stats=1"])
            .args([
                format!("-rss_limit_mb={MOST_MEMORY}"),
                format!("-timeout={MOST_TIME}"),
                format!("-max_len={LONGEST}"),
            ])
            .run()
            .with_context(|| format!("the input that breaks {target} is in fuzz/artifacts/{target}"))?;
    }
    Ok(())
}

/// The names of the targets, in order.
fn targets(machine: &Machine) -> Result<Vec<String>> {
    let files = files::below(&machine.root.join("fuzz/fuzz_targets"))?;
    let names = files.iter().filter_map(|file| file.file_stem()).map(|name| name.to_string_lossy().into_owned());
    Ok(names.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_declared_and_has_a_corpus() {
        let machine = Machine::find().unwrap();
        let manifest = fs::read_to_string(machine.root.join("fuzz/Cargo.toml")).unwrap();
        let targets = targets(&machine).unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target}");
            assert!(!files::below(&machine.root.join("fuzz/corpus").join(&target)).unwrap().is_empty(), "{target}");
        }
    }
}
