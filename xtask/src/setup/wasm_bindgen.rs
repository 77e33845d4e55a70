//! wasm-bindgen's command-line tools: the glue between the page's WebAssembly and the browser, and the runner
//! of tests inside one.

use anyhow::Result;
use xshell::cmd;

use super::tool::{Tool, Way, anywhere, with_binstall, with_curl};
use super::{fetch, source};
use crate::machine::Machine;

/// Exactly the version of the crate in Cargo.lock: the two speak a format of their own.
pub(crate) const VERSION: &str = "0.2.130";

const PROGRAMS: [&str; 2] = ["wasm-bindgen", "wasm-bindgen-test-runner"];

/// The tool.
pub(crate) fn tool() -> Tool {
    Tool {
        name: format!("wasm-bindgen {VERSION}"),
        time: "seconds prebuilt, about 1 minute from source",
        here: |machine| {
            Ok(PROGRAMS.iter().all(|program| machine.version_of(program).is_some_and(|version| fits(&version))))
        },
        ways: vec![
            Way { what: "cargo binstall wasm-bindgen-cli", fits: with_binstall, run: binstall },
            Way { what: "the release archive from GitHub", fits: with_curl, run: archive },
            // The crate's own lock file first. A registry that lacks one of the versions in there may well have
            // others that do.
            Way { what: "from source", fits: anywhere, run: |machine| source(machine, &["--locked"]) },
            Way {
                what: "from source, with other versions of what it needs",
                fits: anywhere,
                run: |machine| source(machine, &[]),
            },
        ],
        by_hand: "See https://wasm-bindgen.github.io/wasm-bindgen for other ways to install it.",
        optional: false,
    }
}

fn binstall(machine: &Machine) -> Result<()> {
    let root = machine.cargo_root()?;
    cmd!(machine.sh, "cargo binstall --no-confirm --force --root {root} wasm-bindgen-cli@{VERSION}").run()?;
    Ok(())
}

fn archive(machine: &Machine) -> Result<()> {
    // Its Linux archive for x86_64 is static, the one for aarch64 isn't.
    let triple = fetch::triple(if cfg!(target_arch = "x86_64") { "musl" } else { "gnu" })?;
    let url = format!(
        "https://github.com/wasm-bindgen/wasm-bindgen/releases/download/{VERSION}/wasm-bindgen-{VERSION}-{triple}.tar.gz"
    );
    let folder = machine.sh.create_temp_dir()?;
    fetch::unpack(machine, &url, 1, folder.path())?;
    for program in PROGRAMS {
        fetch::place(&folder.path().join(program), &machine.cargo_bin()?)?;
    }
    Ok(())
}

fn source(machine: &Machine, more: &[&str]) -> Result<()> {
    let mut what = vec!["wasm-bindgen-cli", "--version", VERSION];
    for program in PROGRAMS {
        what.extend(["--bin", program]);
    }
    what.extend(more);
    source::install(machine, &what)
}

fn fits(version: &str) -> bool {
    version.split_whitespace().nth(1) == Some(VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_version_fits() {
        assert!(fits(&format!("wasm-bindgen {VERSION}")));
        assert!(fits(&format!("wasm-bindgen-test-runner {VERSION} (0123abc)")));
        assert!(!fits("wasm-bindgen 0.2.13"));
        assert!(!fits(""));
    }
}
