//! A C compiler: `SQLite` comes as source, and Rust links with it.

use super::apt;
use super::tool::{Tool, Way};

/// The tool.
pub(crate) fn tool() -> Tool {
    Tool {
        name: "C compiler".into(),
        time: "about 15 s",
        // Whatever CC names is the caller's choice, and the caller's to have.
        here: |machine| Ok(machine.sh.var_os("CC").is_some() || machine.has("cc")),
        ways: vec![Way {
            what: "gcc and libc6-dev from the system's packages",
            fits: apt::fits,
            run: |machine| apt::install(machine, &["gcc", "libc6-dev"]),
        }],
        by_hand: "Install a C compiler with the system's package manager, such that `cc` runs it.",
        optional: false,
    }
}
