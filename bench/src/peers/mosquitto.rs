//! mosquitto, over TCP and over its WebSocket listener. Options of sockets are as they come: over TCP, without `TCP_NODELAY`.

use std::fs;

use anyhow::Result;

use super::debian::Program;
use super::mqtt::Carrier;
use super::store::Store;
use crate::server::{Launch, Server};
use crate::target::{Endpoint, Target};

/// The configuration, but for the port, the protocol and a folder.
const CONFIGURATION: &str = include_str!("../../peers/mosquitto.conf");

/// The server, with clients of one kind.
#[derive(Debug)]
pub(super) struct Mosquitto {
    program: Program,
    version: String,
    carrier: Carrier,
}

impl Mosquitto {
    /// Finds it.
    pub(super) fn find(store: &Store, carrier: Carrier) -> Result<Self> {
        let program = Program::find(store, "mosquitto", "mosquitto")?;
        Ok(Self { version: program.version("-h", " version ")?, program, carrier })
    }
}

impl Target for Mosquitto {
    fn name(&self) -> String {
        match self.carrier {
            Carrier::Tcp => "mosquitto, TCP".to_owned(),
            Carrier::WebSocket => "mosquitto, WebSocket".to_owned(),
        }
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        let port = Launch::free_port()?;
        let protocol = match self.carrier {
            Carrier::Tcp => "mqtt",
            Carrier::WebSocket => "websockets",
        };
        let configuration = launch.folder.join("mosquitto.conf");
        let text = CONFIGURATION
            .replace("{port}", &port.to_string())
            .replace("{protocol}", protocol)
            .replace("{folder}", &launch.folder.display().to_string());
        fs::write(&configuration, text)?;
        launch.at_port(self.program.command().arg("-c").arg(configuration), port)
    }

    fn reader(&self, server: &Server, room: &str, number: usize) -> Endpoint {
        self.carrier.client(server.address(), &format!("r{number}"), Some(room))
    }

    fn sender(&self, server: &Server, _room: &str, number: usize) -> Endpoint {
        self.carrier.client(server.address(), &format!("s{number}"), None)
    }

    fn say(&self, out: &mut Vec<u8>, room: &str, text: &str, _message: u64) {
        self.carrier.say(out, room, text);
    }

    fn acknowledges(&self) -> bool {
        false
    }
}
