//! uWebSockets, a C++ library, through `socketify`, a binding to it for Python. Python is called once for a message that comes in; its
//! way to everybody but its sender is native. What an idle connection takes includes what the binding keeps of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::debian;
use super::rooms;
use super::store::{Store, read};
use crate::server::{Launch, Server};
use crate::target::{Endpoint, Target};

/// Which releases of the binding and of what it needs.
const REQUIREMENTS: &str = include_str!("../../peers/uwebsockets/requirements.txt");

const PROGRAM: &str = include_str!("../../peers/uwebsockets/server.py");

/// The server.
#[derive(Debug)]
pub(super) struct UWebSockets {
    packages: PathBuf,
    /// Of libuv, where the system has none.
    libraries: Vec<PathBuf>,
    version: String,
}

impl UWebSockets {
    /// Finds it.
    pub(super) fn find(store: &Store) -> Result<Self> {
        let packages = store.get("uwebsockets", REQUIREMENTS, install)?;
        let mut found = Self { packages, libraries: Vec::new(), version: String::new() };
        if found.imports().is_err() {
            found.libraries = debian::libraries(&debian::unpacked(store, "libuv1")?)?;
            found.imports().with_context(|| format!("with what is in {}", found.packages.display()))?;
        }
        let release = REQUIREMENTS.lines().find_map(|line| line.strip_prefix("socketify=="));
        found.version = format!("socketify {}", release.unwrap_or_default());
        Ok(found)
    }

    fn python(&self) -> Command {
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", &self.packages).env("PYTHONDONTWRITEBYTECODE", "1");
        debian::with_libraries(&mut python, &self.libraries);
        python
    }

    fn imports(&self) -> Result<String> {
        read(self.python().args(["-c", "import socketify"]))
    }
}

impl Target for UWebSockets {
    fn name(&self) -> String {
        "uWebSockets".to_owned()
    }

    fn version(&self) -> String {
        self.version.clone()
    }

    fn start(&self, launch: &Launch) -> Result<Server> {
        let program = launch.folder.join("server.py");
        fs::write(&program, PROGRAM)?;
        launch.announced(self.python().arg(program), "listening on ")
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

fn install(folder: &Path) -> Result<()> {
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"];
    read(Command::new("python3").args(pip).arg(folder).arg("--requirement").arg(requirements))?;
    Ok(())
}
