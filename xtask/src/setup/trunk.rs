//! trunk, which builds the page and serves it to whoever works on it.

use anyhow::Result;
use xshell::cmd;

use super::tool::{Tool, Way, anywhere, with_binstall, with_curl};
use super::{fetch, source};
use crate::machine::Machine;

/// The version that is installed where there is none.
pub(crate) const VERSION: &str = "0.21.14";

/// The tool.
pub(crate) fn tool() -> Tool {
    Tool {
        name: format!("trunk {VERSION}"),
        time: "seconds prebuilt, about 2½ minutes from source",
        here: |machine| Ok(machine.version_of("trunk").is_some_and(|version| fits(&version))),
        ways: vec![
            Way { what: "cargo binstall trunk", fits: with_binstall, run: binstall },
            Way { what: "the release archive from GitHub", fits: with_curl, run: archive },
            Way { what: "from source", fits: anywhere, run: |machine| source(machine, &[]) },
            Way {
                what: "from source, without TLS and update checks",
                fits: anywhere,
                run: |machine| source(machine, &["--no-default-features"]),
            },
        ],
        by_hand: "See https://trunkrs.dev for other ways to install it.",
        optional: false,
    }
}

fn binstall(machine: &Machine) -> Result<()> {
    let root = machine.cargo_root()?;
    cmd!(machine.sh, "cargo binstall --no-confirm --force --root {root} trunk@{VERSION}").run()?;
    Ok(())
}

fn archive(machine: &Machine) -> Result<()> {
    let triple = fetch::triple("gnu")?;
    let url = format!("https://github.com/trunk-rs/trunk/releases/download/v{VERSION}/trunk-{triple}.tar.gz");
    let folder = machine.sh.create_temp_dir()?;
    fetch::unpack(machine, &url, 0, folder.path())?;
    fetch::place(&folder.path().join("trunk"), &machine.cargo_bin()?)
}

fn source(machine: &Machine, more: &[&str]) -> Result<()> {
    source::install(machine, &[&["--locked", "trunk", "--version", VERSION], more].concat())
}

/// Any patch release of the same minor one reads the same Trunk.toml.
fn fits(version: &str) -> bool {
    let wanted = VERSION.rsplit_once('.').map_or(VERSION, |(minor, _)| minor);
    let found = version.strip_prefix("trunk ").and_then(|number| number.trim().rsplit_once('.'));
    found.is_some_and(|(minor, _)| minor == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_release_more_or_less_is_fine() {
        assert!(fits("trunk 0.21.14\n"));
        assert!(fits("trunk 0.21.9"));
        assert!(!fits("trunk 0.22.1"));
        assert!(!fits("trunk 0.2.1"));
        assert!(!fits("elephant 0.21.14"));
        assert!(!fits(""));
    }
}
