//! Release archives from the web.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::machine::Machine;

/// The Rust name of this machine as projects name their release archives, with `linux` for the C library that
/// this project builds for (`gnu` or `musl`).
pub(crate) fn triple(linux: &str) -> Result<String> {
    match (ARCH, OS) {
        ("x86_64" | "aarch64", "linux") => Ok(format!("{ARCH}-unknown-linux-{linux}")),
        ("x86_64" | "aarch64", "macos") => Ok(format!("{ARCH}-apple-darwin")),
        _ => bail!("there is no release archive for {ARCH} {OS}"),
    }
}

/// Fetches a `.tar.gz` and unpacks it into a folder, without the first `strip` parts of each path.
///
/// A machine without a way out must not wait for it: connecting has seconds, not minutes.
pub(crate) fn unpack(machine: &Machine, url: &str, strip: usize, into: &Path) -> Result<()> {
    let sh = &machine.sh;
    let work = sh.create_temp_dir()?;
    let archive = work.path().join("archive.tar.gz");
    let quietly = ["--silent", "--show-error", "--fail"];
    let patience = ["--connect-timeout", "5", "--max-time", "300"];
    cmd!(sh, "curl --proto =https --location {quietly...} {patience...} --output {archive} {url}").run()?;
    fs::create_dir_all(into).with_context(|| format!("creating {}", into.display()))?;
    let strip = format!("--strip-components={strip}");
    cmd!(sh, "tar -xzf {archive} -C {into} {strip}").run()?;
    Ok(())
}

/// Moves a program into a folder of programs, in one go even where that is on another disk: a program that is
/// there is never half of one.
pub(crate) fn place(program: &Path, folder: &Path) -> Result<()> {
    let name = program.file_name().context("a program without a name")?;
    let beside = folder.join(format!(".{}.new", name.display()));
    fs::create_dir_all(folder)?;
    fs::copy(program, &beside).with_context(|| format!("the archive holds no {}", name.display()))?;
    fs::rename(&beside, folder.join(name))?;
    Ok(())
}
