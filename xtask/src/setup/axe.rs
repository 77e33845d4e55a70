//! axe-core, which looks for what keeps people from using the page. Its licence (MPL-2.0) lets anybody use it; it is
//! fetched rather than kept here, and no part of it is in what is built.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use xshell::cmd;

use super::apt;
use super::tool::{Tool, Way, anywhere};
use crate::machine::Machine;

/// The version in the lock file, which also says what its archive's hash is.
const VERSION: &str = "4.14.1";

/// The lock file's folder.
const LOCKED: &str = "server/tests/browser/axe";

/// The tool.
pub(crate) fn tool() -> Tool {
    Tool {
        name: format!("axe-core {VERSION}"),
        time: "seconds; a minute where npm has to be installed for it",
        here: |machine| {
            let manifest = fs::read_to_string(folder(machine)?.join("node_modules/axe-core/package.json"));
            Ok(script(machine)?.is_file() && manifest.is_ok_and(|manifest| fits(&manifest)))
        },
        ways: vec![Way { what: "axe-core from npm", fits: anywhere, run: npm }],
        by_hand: "Install Node.js with npm, then repeat.",
        optional: false,
    }
}

/// The script that the browser tests run in the page.
pub(crate) fn script(machine: &Machine) -> Result<PathBuf> {
    Ok(folder(machine)?.join("node_modules/axe-core/axe.min.js"))
}

fn folder(machine: &Machine) -> Result<PathBuf> {
    Ok(machine.cache()?.join("axe-core"))
}

fn npm(machine: &Machine) -> Result<()> {
    if !(machine.has("npm") && machine.has("node")) {
        ensure!(apt::fits(machine), "there is no npm: install Node.js with npm, then repeat");
        apt::install(machine, &["nodejs", "npm"])?;
    }
    let folder = folder(machine)?;
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(machine.root.join(LOCKED).join(file), folder.join(file))?;
    }
    // `ci` takes what the lock file names, or nothing.
    cmd!(machine.sh, "npm ci --prefix {folder} --ignore-scripts --no-audit --no-fund").run()?;
    Ok(())
}

fn fits(manifest: &str) -> bool {
    manifest.contains(&format!("\"version\": \"{VERSION}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_names_this_version_and_the_hash_of_its_archive() {
        let machine = Machine::find().unwrap();
        let lock = fs::read_to_string(machine.root.join(LOCKED).join("package-lock.json")).unwrap();
        assert!(fits(&lock) && lock.contains("\"integrity\": \"sha512-"));
        assert!(!fits("\"version\": \"4.14.10\"") && !fits(""));
    }
}
