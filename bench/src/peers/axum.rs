//! axum with a broadcast channel of tokio's per room, as in axum's example of a chat: what most would write first in Rust.
//! As there, sockets are as they come, without `TCP_NODELAY`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::rooms;
use crate::server::{Launch, Server};
use crate::target::{Endpoint, Target};

/// Which release of axum it was built with.
const LOCK: &str = include_str!("../../../Cargo.lock");

/// The server: a program of this package.
#[derive(Debug)]
pub struct Axum {
    program: PathBuf,
}

impl Axum {
    /// The one that was built beside this program.
    ///
    /// # Errors
    /// Where it wasn't.
    pub(super) fn find() -> Result<Self> {
        let program = std::env::current_exe()?.with_file_name("partyline-bench-axum");
        anyhow::ensure!(program.is_file(), "not built: `cargo build --release -p partyline-bench` builds it");
        Ok(Self { program })
    }

    /// That program.
    pub fn new(program: PathBuf) -> Self {
        Self { program }
    }
}

impl Target for Axum {
    fn name(&self) -> String {
        "axum, tokio broadcast".to_owned()
    }

    fn version(&self) -> String {
        version(LOCK).unwrap_or_default()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        launch.announced(&mut Command::new(&self.program), "listening on ").context("starting the axum example")
    }

    fn reader(&self, server: &Server, room: &str, _number: usize) -> Endpoint {
        rooms::client(server.address(), room)
    }

    fn sender(&self, server: &Server, room: &str, _number: usize) -> Endpoint {
        rooms::client(server.address(), room)
    }

    fn say(&self, out: &mut Vec<u8>, _room: &str, text: &str, _message: u64) {
        rooms::say(out, text);
    }

    fn acknowledges(&self) -> bool {
        false
    }
}

fn version(lock: &str) -> Option<String> {
    let (_, rest) = lock.split_once("name = \"axum\"\nversion = \"")?;
    rest.split('"').next().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_release_stands_in_the_lock_file() {
        assert!(super::version(super::LOCK).unwrap().starts_with("0."));
    }
}
