//! Programs that the tests try against the server.

use xshell::cmd;

use super::apt;
use super::tool::{Tool, Way};
use crate::machine::Machine;

/// Debian's packages, and what each brings.
const PACKAGES: [(&str, &str); 6] = [
    ("netcat-openbsd", "nc.openbsd"),
    ("netcat-traditional", "nc.traditional"),
    ("ncat", "ncat"),
    ("socat", "socat"),
    ("telnet", "telnet"),
    ("curl", "curl"),
];

/// Which Python Debian's packages are for.
const PYTHON: &str = "/usr/bin/python3";

/// Python, which runs the programs of the tutorials.
pub(crate) fn python() -> Tool {
    Tool {
        name: "Python 3".into(),
        time: "about 10 s",
        here: |machine| Ok(machine.version_of("python3").is_some()),
        ways: vec![Way {
            what: "python3 from the system's packages",
            fits: apt::fits,
            run: |machine| apt::install(machine, &["python3"]),
        }],
        by_hand: "Install Python 3, such that `python3` runs it.",
        optional: false,
    }
}

/// What the README's table is about. Other systems have other versions of these, or not all: there the table isn't
/// looked at.
pub(crate) fn tools() -> Tool {
    Tool {
        name: "netcats, socat, telnet, …".into(),
        time: "about 10 s",
        here: |machine| Ok(PACKAGES.iter().all(|(_, program)| machine.has(program)) && websockets(machine)),
        ways: vec![Way {
            what: "netcat in two kinds, ncat, socat, telnet, curl and Python's websockets from the system's packages",
            fits: apt::fits,
            run: |machine| {
                let packages: Vec<_> = PACKAGES.iter().map(|(package, _)| *package).collect();
                apt::install(machine, &[&packages[..], &["python3-websockets"]].concat())
            },
        }],
        by_hand: "Install what server/tests/tools/main.rs lists.",
        // Where there is apt it can be had, and the tests insist on it.
        optional: true,
    }
}

fn websockets(machine: &Machine) -> bool {
    cmd!(machine.sh, "{PYTHON} -c 'import websockets'").quiet().ignore_stderr().run().is_ok()
}
