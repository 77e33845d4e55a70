//! The programs of a socket tutorial (`tests/tutorial/`, Python), unchanged, in both directions: its clients with
//! our server, and its servers with our client.
//!
//! Without Python they are left out, but not under `cargo xtask test`, which installs it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test says what it expects by failing, and why it is left out, also in its helpers"
)]

mod clients;
mod program;
mod servers;
#[path = "../integration/support.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
mod support;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// A Python that runs the tutorial's programs.
struct Python(PathBuf);

impl Python {
    /// Looks for one; `None`, with a message, where there is none.
    fn find() -> Option<&'static Self> {
        static FOUND: OnceLock<Option<Python>> = OnceLock::new();
        FOUND.get_or_init(Self::look).as_ref()
    }

    /// Asked for its own path: what is called `python3` may be a script that starts it.
    fn look() -> Option<Self> {
        let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
        if let Ok(output) = asked
            && output.status.success()
        {
            return Some(Self(String::from_utf8(output.stdout).unwrap().trim().into()));
        }
        let why = "python3 isn't here, or doesn't run: these tests run the tutorial's programs with it";
        assert!(std::env::var_os("PARTYLINE_BROWSER_TESTS").is_none(), "{why}");
        eprintln!("skipped: {why}");
        None
    }

    /// One of the tutorial's programs, with the address that each of them takes.
    fn program(&self, name: &str, address: SocketAddr) -> Command {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/tutorial").join(name);
        let mut command = Command::new(&self.0);
        command.arg(script).args([address.ip().to_string(), address.port().to_string()]);
        // As on a person's terminal, whatever the locale of the machine.
        command.env("PYTHONUTF8", "1").stdin(Stdio::null());
        command
    }
}
