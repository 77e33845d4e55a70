//! Programs from crates.io, compiled here.

use anyhow::Result;
use xshell::cmd;

use crate::machine::Machine;

/// `cargo install`, with as little optimising as there is: these programs mostly start others, and a third of
/// the time to compile them is worth more than theirs.
///
/// `--force`, since cargo won't replace a program that it didn't install itself, such as one out of an archive
/// that doesn't run here.
pub(crate) fn install(machine: &Machine, what: &[&str]) -> Result<()> {
    let root = machine.cargo_root()?;
    cmd!(machine.sh, "cargo install --force --root {root} {what...}")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        // Its build isn't part of ours, and would only fill the folder.
        .env_remove("CARGO_TARGET_DIR")
        .run()?;
    Ok(())
}
