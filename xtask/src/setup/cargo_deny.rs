//! cargo-deny, which looks at what comes in from outside: licences, sources, duplicates, advisories.

use anyhow::Result;
use xshell::cmd;

use super::tool::{Tool, Way, anywhere, with_binstall, with_curl};
use super::{fetch, source};
use crate::machine::Machine;

/// The version that is installed where there is none.
const VERSION: &str = "0.20.2";

/// The tool.
pub(crate) fn tool() -> Tool {
    Tool {
        name: format!("cargo-deny {VERSION}"),
        time: "seconds prebuilt, about 4 minutes from source",
        here: |machine| Ok(machine.version_of("cargo-deny").is_some_and(|version| fits(&version))),
        ways: vec![
            Way { what: "cargo binstall cargo-deny", fits: with_binstall, run: binstall },
            Way { what: "the release archive from GitHub", fits: with_curl, run: archive },
            Way { what: "from source", fits: anywhere, run: |machine| source(machine, &["--locked"]) },
            // A registry that lacks one of the versions in its lock file may well have others that do.
            Way {
                what: "from source, with other versions of what it needs",
                fits: anywhere,
                run: |machine| source(machine, &[]),
            },
        ],
        by_hand: "See https://embarkstudios.github.io/cargo-deny for other ways to install it.",
        optional: false,
    }
}

fn binstall(machine: &Machine) -> Result<()> {
    let root = machine.cargo_root()?;
    cmd!(machine.sh, "cargo binstall --no-confirm --force --root {root} cargo-deny@{VERSION}").run()?;
    Ok(())
}

fn archive(machine: &Machine) -> Result<()> {
    let triple = fetch::triple("musl")?;
    let url = format!(
        "https://github.com/EmbarkStudios/cargo-deny/releases/download/{VERSION}/cargo-deny-{VERSION}-{triple}.tar.gz"
    );
    let folder = machine.sh.create_temp_dir()?;
    fetch::unpack(machine, &url, 1, folder.path())?;
    fetch::place(&folder.path().join("cargo-deny"), &machine.cargo_bin()?)
}

fn source(machine: &Machine, more: &[&str]) -> Result<()> {
    source::install(machine, &[&["cargo-deny", "--version", VERSION], more].concat())
}

/// Any version from this one on reads deny.toml as it is.
fn fits(version: &str) -> bool {
    let number = |text: &str| -> Vec<u32> { text.split('.').map_while(|part| part.parse().ok()).collect() };
    version.trim().strip_prefix("cargo-deny ").is_some_and(|found| number(found) >= number(VERSION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_versions_read_another_configuration() {
        assert!(fits("cargo-deny 0.20.2\n"));
        assert!(fits("cargo-deny 0.21.0"));
        assert!(!fits("cargo-deny 0.14.2"));
        assert!(!fits("cargo 1.95.0"));
        assert!(!fits(""));
    }
}
