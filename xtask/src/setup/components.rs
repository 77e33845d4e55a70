//! rustfmt and clippy, which rustup's minimal profile leaves out.

use xshell::cmd;

use super::tool::{Tool, Way};

/// The tool.
pub(crate) fn tool() -> Tool {
    Tool {
        name: "rustfmt and clippy".into(),
        time: "about 5 s",
        here: |machine| {
            // Asked through cargo: rustup puts a `cargo-clippy` on the path even where the component is missing.
            let there = |program| machine.version_of(program).is_some();
            Ok(there("cargo-clippy") && there("cargo-fmt"))
        },
        ways: vec![Way {
            what: "rustup component add rustfmt clippy",
            fits: |machine| machine.has("rustup"),
            run: |machine| Ok(cmd!(machine.sh, "rustup component add rustfmt clippy").run()?),
        }],
        by_hand: "Install rustfmt and clippy of the same Rust version as rustc, as they come on this system.",
        optional: false,
    }
}
