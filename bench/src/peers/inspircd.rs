//! `InspIRCd`, over TCP, with its core modules only. Its bounds on rates and numbers are lifted by its configuration; names aren't
//! looked up.

use std::fs;

use anyhow::Result;

use super::debian::Program;
use super::irc;
use super::store::Store;
use crate::server::{Launch, Server};
use crate::target::{Endpoint, Target};

/// The configuration, but for the port and folders.
const CONFIGURATION: &str = include_str!("../../peers/inspircd.conf");

/// The server.
#[derive(Debug)]
pub(super) struct Inspircd {
    program: Program,
    version: String,
}

impl Inspircd {
    /// Finds it.
    pub(super) fn find(store: &Store) -> Result<Self> {
        let program = Program::find(store, "inspircd", "inspircd")?;
        Ok(Self { version: program.version("--version", "InspIRCd-")?, program })
    }
}

impl Target for Inspircd {
    fn name(&self) -> String {
        "inspircd".to_owned()
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        let port = Launch::free_port()?;
        // Where it wasn't installed but unpacked, its modules aren't where it was compiled to look.
        let modules =
            self.program.prefix().map(|prefix| prefix.join("lib/inspircd/modules")).filter(|path| path.is_dir());
        let modules = modules.map(|path| format!("moduledir=\"{}\"", path.display())).unwrap_or_default();
        let configuration = CONFIGURATION
            .replace("{port}", &port.to_string())
            .replace("{modules}", &modules)
            .replace("{folder}", &launch.folder.display().to_string());
        let path = launch.folder.join("inspircd.conf");
        fs::write(&path, configuration)?;
        // Under root it refuses to run, unless told that this is meant.
        let flags = ["--nofork", "--nopid", "--nolog", "--runasroot"];
        launch.at_port(self.program.command().args(flags).arg(format!("--config={}", path.display())), port)
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

    /// Clients that have said who they are become welcome once a second, all that wait.
    fn at_once(&self, usual: usize) -> usize {
        usual.max(1000)
    }
}
