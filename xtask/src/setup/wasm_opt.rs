//! wasm-opt of Binaryen, which makes the page's WebAssembly small.
//!
//! It goes where trunk keeps the tools that it fetches itself, so that `trunk serve` typed by hand finds it as
//! well. Not onto the path: a system's own wasm-opt, of whatever version, stays what it is.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use xshell::cmd;

use super::tool::{Tool, Way, anywhere, with_curl};
use super::{apt, fetch};
use crate::machine::{Machine, is_executable};

/// Exactly this version. An older one builds a page that dies at its start.
pub(crate) const VERSION: &str = "132";

/// The tool.
pub(crate) fn tool() -> Tool {
    Tool {
        name: format!("wasm-opt {VERSION}"),
        time: "seconds; a minute where npm has to be installed for it",
        here: |machine| Ok(is_executable(&placed(machine)?) || on_path(machine)),
        ways: vec![
            Way { what: "the release archive from GitHub", fits: with_curl, run: archive },
            Way { what: "binaryen from npm", fits: anywhere, run: npm },
        ],
        by_hand: "Install Binaryen of this version, so that its wasm-opt is on the path.",
        optional: false,
    }
}

/// Where trunk looks for it.
fn placed(machine: &Machine) -> Result<PathBuf> {
    Ok(machine.trunk_cache()?.join(format!("wasm-opt-version_{VERSION}/bin/wasm-opt")))
}

fn on_path(machine: &Machine) -> bool {
    machine.version_of("wasm-opt").is_some_and(|version| fits(&version))
}

fn archive(machine: &Machine) -> Result<()> {
    let system = match (ARCH, OS) {
        ("x86_64" | "aarch64", "linux") => format!("{ARCH}-linux"),
        ("x86_64", "macos") => "x86_64-macos".to_owned(),
        ("aarch64", "macos") => "arm64-macos".to_owned(),
        _ => bail!("there is no release archive for {ARCH} {OS}"),
    };
    let url = format!(
        "https://github.com/WebAssembly/binaryen/releases/download/version_{VERSION}/binaryen-version_{VERSION}-{system}.tar.gz"
    );
    let folder = machine.cache()?.join(format!("binaryen-{VERSION}"));
    fetch::unpack(machine, &url, 1, &folder)?;
    place(machine, &folder.join("bin/wasm-opt"))
}

fn npm(machine: &Machine) -> Result<()> {
    if !(machine.has("npm") && machine.has("node")) {
        ensure!(apt::fits(machine), "there is no npm: install Node.js with npm, then repeat");
        apt::install(machine, &["nodejs", "npm"])?;
    }
    let folder = machine.cache()?.join(format!("binaryen-npm-{VERSION}"));
    fs::create_dir_all(&folder)?;
    let package = format!("binaryen@{VERSION}.0.0");
    cmd!(machine.sh, "npm install --prefix {folder} --no-save --no-audit --no-fund --ignore-scripts {package}")
        .run()?;
    place(machine, &folder.join("node_modules/binaryen/bin/wasm-opt"))
}

/// Links a wasm-opt to where trunk looks, once it has been seen to run.
fn place(machine: &Machine, program: &Path) -> Result<()> {
    let version = cmd!(machine.sh, "{program} --version").quiet().read()?;
    ensure!(fits(&version), "{} says that it is {version}", program.display());
    let link = placed(machine)?;
    if let Some(folder) = link.parent() {
        fs::create_dir_all(folder)?;
    }
    // A link to a file that has gone is in the way, and isn't seen by asking whether it exists.
    if link.symlink_metadata().is_ok() {
        fs::remove_file(&link)?;
    }
    symlink(program, &link)
}

#[cfg(unix)]
fn symlink(program: &Path, link: &Path) -> Result<()> {
    Ok(std::os::unix::fs::symlink(program, link)?)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> Result<()> {
    bail!("links aren't made on this system; trunk fetches wasm-opt itself")
}

/// `wasm-opt version 132 (version_132)`
fn fits(version: &str) -> bool {
    version.split_whitespace().nth(2) == Some(VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_version_fits() {
        assert!(fits("wasm-opt version 132 (version_132)"));
        assert!(fits("wasm-opt version 132"));
        assert!(!fits("wasm-opt version 108"));
        assert!(!fits("wasm-opt version 1320"));
        assert!(!fits(""));
    }
}
