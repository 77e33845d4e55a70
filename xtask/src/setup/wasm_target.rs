//! Rust's standard library for WebAssembly.
//!
//! rustup has it. Where rustup isn't, or can't fetch it, Debian's Rust for building browsers is a second whole
//! toolchain that can build it from source; from then on whatever is for WebAssembly is built by that one.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{PushEnv, cmd};

use super::apt;
use super::tool::{Tool, Way};
use crate::machine::Machine;

/// The target's name.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// The tool.
pub(crate) fn tool() -> Tool {
    Tool {
        name: format!("Rust for {TARGET}"),
        time: "a few seconds; 1½ minutes where rustup hasn't got it",
        here: |machine| Ok(std_in(&sysroot(machine)?) || std_in(Path::new(DEBIAN))),
        ways: vec![
            Way {
                what: "rustup target add wasm32-unknown-unknown",
                fits: |machine| machine.has("rustup"),
                run: |machine| Ok(cmd!(machine.sh, "rustup target add {TARGET}").run()?),
            },
            Way { what: "Debian's Rust, and the library from its sources", fits: apt::fits, run: debian },
        ],
        by_hand: "Install Rust by rustup (https://rustup.rs) with the target wasm32-unknown-unknown.",
        optional: false,
    }
}

/// While the returned guard lives, `cargo` is one that can build for WebAssembly.
pub(crate) fn cargo(machine: &Machine) -> Result<Option<PushEnv<'_>>> {
    if is_ordinary(machine)? {
        return Ok(None);
    }
    let path = machine.path_with(&Path::new(DEBIAN).join("bin"))?;
    Ok(Some(machine.sh.push_env("PATH", path)))
}

/// Whether the toolchain that builds the server also builds for WebAssembly. Debian's can't lint: it has no
/// clippy.
pub(crate) fn is_ordinary(machine: &Machine) -> Result<bool> {
    Ok(std_in(&sysroot(machine)?))
}

/// The root of Debian's toolchain.
const DEBIAN: &str = "/usr";

fn sysroot(machine: &Machine) -> Result<PathBuf> {
    Ok(cmd!(machine.sh, "rustc --print sysroot").quiet().read().context("asking rustc where it is")?.into())
}

fn library(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

/// Whether a toolchain has the compiled library. The folder alone may be there without it.
fn std_in(sysroot: &Path) -> bool {
    rlibs(&library(sysroot)).is_ok_and(|files| files.iter().any(|file| named(file, "libstd-")))
}

fn rlibs(folder: &Path) -> Result<Vec<PathBuf>> {
    let files = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    Ok(files.into_iter().filter(|file| file.extension().is_some_and(|end| end == "rlib")).collect())
}

fn named(file: &Path, start: &str) -> bool {
    file.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(start))
}

fn debian(machine: &Machine) -> Result<()> {
    let sh = &machine.sh;
    apt::install(machine, &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"])?;
    let root = machine.as_root().context("root was there a moment ago")?;

    // An empty crate: all of what is built for it is the standard library.
    let work = sh.create_temp_dir()?;
    let _here = sh.push_dir(work.path());
    let manifest =
        "[package]\nname = \"nothing\"\nedition = \"2024\"\n[profile.release]\npanic = \"abort\"\n[workspace]\n";
    sh.write_file("Cargo.toml", manifest)?;
    sh.write_file("src/lib.rs", "#![no_std]\n")?;
    let cargo = Path::new(DEBIAN).join("bin/cargo");
    let target = work.path().join("target");
    let path = machine.path_with(&Path::new(DEBIAN).join("bin"))?;
    cmd!(sh, "{cargo} build --release -Zbuild-std=std,panic_abort,test --target {TARGET}")
        .env("PATH", path)
        // The sources in the package are built with features that only a nightly, or this, lets through.
        .env("RUSTC_BOOTSTRAP", "1")
        // Link-time optimisation reads bitcode.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", &target)
        .run()?;

    let built = rlibs(&target.join(TARGET).join("release/deps"))?;
    let built: Vec<_> = built.iter().filter(|file| !named(file, "libnothing-")).collect();
    ensure!(!built.is_empty(), "the standard library was not built");
    let folder = library(Path::new(DEBIAN));
    for command in [vec!["mkdir", "-p"], vec!["cp"]] {
        let words = [root, &command].concat();
        let (program, arguments) = words.split_first().context("no command")?;
        let files = if command == ["cp"] { built.as_slice() } else { &[] };
        cmd!(sh, "{program} {arguments...} {files...} {folder}").quiet().run()?;
    }
    Ok(())
}
