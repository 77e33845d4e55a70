//! `cargo xtask run`: from a fresh checkout to a running server.

use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;
use xshell::cmd;

use crate::machine::Machine;
use crate::page;
use crate::setup::{self, Purpose};
use crate::steps::Steps;

const SERVER: &str = "server and native client";
const SERVER_TIME: &str = "1 to 2 minutes the first time";

/// Sets up what is missing, builds what has changed, and becomes the server.
pub(crate) fn run(machine: &Machine, for_server: &[OsString]) -> Result<()> {
    let missing = setup::missing(machine, Purpose::Run)?;
    let stale = !page::is_fresh(machine)?;
    setup::announce(&missing, &[(page::NAME, page::TIME), (SERVER, SERVER_TIME)]);
    let mut steps = Steps::new(missing.len() + usize::from(stale) + 1);
    setup::install(machine, &missing, &mut steps)?;
    if stale {
        steps.step(page::NAME, page::TIME, || page::build(machine))?;
    }
    // After the page, which is compiled into the server.
    steps.step(SERVER, if missing.is_empty() { "" } else { SERVER_TIME }, || {
        Ok(cmd!(machine.sh, "cargo build --release -p partyline-server -p partyline-client").run()?)
    })?;
    let program = machine.target_dir()?.join("release/partylined");
    become_server(Command::new(program).args(for_server))
}

/// In our place: what the terminal sends (Ctrl-C) and a supervisor sees is the server itself, with no
/// program between them.
#[cfg(unix)]
fn become_server(server: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    // Only comes back when it couldn't be started.
    let error = server.exec();
    Err(anyhow::Error::new(error).context(format!("starting {}", server.get_program().display())))
}

#[cfg(not(unix))]
fn become_server(server: &mut Command) -> Result<()> {
    let status = server.status()?;
    anyhow::ensure!(status.success(), "the server ended with {status}");
    Ok(())
}
