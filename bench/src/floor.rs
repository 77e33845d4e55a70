//! The floor: the least that any server could cost, which writes what it reads from one connection to all others.

pub mod program;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::server::{Launch, Server};
use crate::target::{Endpoint, Step, Target};
use crate::wire::{Kind, Unit, Wire, lines};

/// How the floor writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Writes {
    /// A write per message and reader.
    PerMessage,
    /// All that is queued in one write per reader.
    Coalesced,
}

/// The floor as a target: this program itself, called with `floor`.
#[derive(Clone, Debug)]
pub struct Floor {
    program: PathBuf,
    writes: Writes,
}

impl Floor {
    /// `program` is this program.
    pub fn new(program: PathBuf, writes: Writes) -> Self {
        Self { program, writes }
    }
}

impl Target for Floor {
    fn name(&self) -> String {
        match self.writes {
            Writes::PerMessage => "floor, a write per message".to_owned(),
            Writes::Coalesced => "floor, all that is queued in one write".to_owned(),
        }
    }

    fn version(&self) -> String {
        String::new()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        let writes = match self.writes {
            Writes::PerMessage => "per-message",
            Writes::Coalesced => "coalesced",
        };
        let mut command = Command::new(&self.program);
        launch.announced(command.args(["floor", writes]).stderr(Stdio::inherit()), "listening on ")
    }

    fn reader(&self, server: &Server, _room: &str, _number: usize) -> Endpoint {
        Endpoint { address: server.address(), wire: &Forwarded, opening: vec![Step::framed("read\n", "reading")] }
    }

    fn sender(&self, server: &Server, _room: &str, _number: usize) -> Endpoint {
        Endpoint { address: server.address(), wire: &Forwarded, opening: vec![Step::framed("send\n", "sending")] }
    }

    fn say(&self, out: &mut Vec<u8>, _room: &str, text: &str, _message: u64) {
        out.extend_from_slice(text.as_bytes());
        out.push(b'\n');
    }

    fn acknowledges(&self) -> bool {
        false
    }
}

/// What a sender sent, as it is.
struct Forwarded;

impl Wire for Forwarded {
    fn unit(&self, bytes: &[u8]) -> Unit {
        lines::unit(bytes)
    }

    fn kind(&self, _unit: &[u8]) -> Kind {
        Kind::Message
    }
}
