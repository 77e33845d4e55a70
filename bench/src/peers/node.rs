//! Servers that are packages of npm, each with a small program around it, on Node.js.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::store::{Store, read};
use crate::server::{Launch, Server};

/// Which packages.
const PACKAGES: &str = include_str!("../../peers/node/package.json");

/// Which releases of them and of all that they need, by content.
const LOCK: &str = include_str!("../../peers/node/package-lock.json");

/// A program, and the packages that it uses.
#[derive(Debug)]
pub(super) struct Program {
    modules: PathBuf,
    source: &'static str,
    version: String,
}

impl Program {
    /// This program, around that package.
    pub(super) fn find(store: &Store, package: &str, source: &'static str) -> Result<Self> {
        let node = read(Command::new("node").arg("--version"))?;
        let folder = store.get("node", &[PACKAGES, LOCK].concat(), install)?;
        let modules = folder.join("node_modules");
        let version = version(&modules.join(package).join("package.json"))?;
        Ok(Self { modules, source, version: format!("{version}, Node.js {}", node.trim().trim_start_matches('v')) })
    }

    /// The package's release, and Node's.
    pub(super) fn version(&self) -> String {
        self.version.clone()
    }

    /// Starts it.
    pub(super) fn start(&self, launch: &Launch) -> Result<Server> {
        let program = launch.folder.join("server.js");
        fs::write(&program, self.source)?;
        launch.announced(Command::new("node").arg(program).env("NODE_PATH", &self.modules), "listening on ")
    }
}

fn install(folder: &Path) -> Result<()> {
    fs::write(folder.join("package.json"), PACKAGES)?;
    fs::write(folder.join("package-lock.json"), LOCK)?;
    // No package's own code runs: none of these has to be built.
    read(Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))?;
    Ok(())
}

/// The version in a package's own description. A parser would be for this one field.
fn version(description: &Path) -> Result<String> {
    let text = fs::read_to_string(description).with_context(|| format!("reading {}", description.display()))?;
    let field = text.split_once("\"version\": \"").and_then(|(_, rest)| rest.split('"').next());
    Ok(field.with_context(|| format!("{} names no version", description.display()))?.to_owned())
}
