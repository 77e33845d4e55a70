//! ngIRCd, over TCP. Its bounds on rates and numbers are lifted by its configuration; names aren't looked up.

use std::fs;

use anyhow::Result;

use super::debian::Program;
use super::irc;
use super::store::Store;
use crate::server::{Launch, Server};
use crate::target::{Endpoint, Target};

/// The configuration, but for the port.
const CONFIGURATION: &str = include_str!("../../peers/ngircd.conf");

/// The server.
#[derive(Debug)]
pub(super) struct Ngircd {
    program: Program,
    version: String,
}

impl Ngircd {
    /// Finds it.
    pub(super) fn find(store: &Store) -> Result<Self> {
        let program = Program::find(store, "ngircd", "ngircd")?;
        Ok(Self { version: program.version("--version", "ngIRCd ")?, program })
    }
}

impl Target for Ngircd {
    fn name(&self) -> String {
        "ngircd".to_owned()
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        let port = Launch::free_port()?;
        let configuration = launch.folder.join("ngircd.conf");
        fs::write(&configuration, CONFIGURATION.replace("{port}", &port.to_string()))?;
        launch.at_port(self.program.command().arg("--nodaemon").arg("--config").arg(configuration), port)
    }

    fn reader(&self, server: &Server, room: &str, number: usize) -> Endpoint {
        irc::client(server.address(), &format!("r{number}"), room)
    }

    fn sender(&self, server: &Server, room: &str, number: usize) -> Endpoint {
        irc::client(server.address(), &format!("s{number}"), room)
    }

    fn say(&self, out: &mut Vec<u8>, room: &str, text: &str, _message: u64) {
        irc::say(out, room, text);
    }

    fn acknowledges(&self) -> bool {
        false
    }

    /// It lets the kernel queue ten connections, and the system drops what comes beyond: the client tries again a second later, or is
    /// reset.
    fn at_once(&self, usual: usize) -> usize {
        usual.min(8)
    }
}
