//! Programs of Debian's packages: those that the system has, else unpacked into a folder of our own.
//!
//! Not installed into the system: that takes root, and starts each of these servers as a daemon.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::store::{Store, read};

/// Where programs of root's are, which a user's path may not have.
const MORE_FOLDERS: [&str; 2] = ["/usr/local/sbin", "/usr/sbin"];

/// A program, and where its libraries are if not in the system.
#[derive(Clone, Debug)]
pub(super) struct Program {
    path: PathBuf,
    libraries: Vec<PathBuf>,
}

impl Program {
    /// The program `name` of the package `package`, in whose `usr/sbin` it is.
    pub(super) fn find(store: &Store, package: &str, name: &str) -> Result<Self> {
        let folders = env::var_os("PATH").unwrap_or_default();
        let mut folders = env::split_paths(&folders).chain(MORE_FOLDERS.map(PathBuf::from));
        if let Some(path) = folders.find_map(|folder| Some(folder.join(name)).filter(|path| path.is_file())) {
            return Ok(Self { path, libraries: Vec::new() });
        }
        let root = unpacked(store, package)?;
        Ok(Self { path: root.join("usr/sbin").join(name), libraries: libraries(&root)? })
    }

    /// A command that runs it.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        with_libraries(&mut command, &self.libraries);
        command
    }

    /// The folder that its package was unpacked into, such as `/usr`.
    pub(super) fn prefix(&self) -> Option<&Path> {
        self.path.parent()?.parent()
    }

    /// What follows `before` where it tells its version, up to something that a version doesn't have.
    pub(super) fn version(&self, flag: &str, before: &str) -> Result<String> {
        // mosquitto fails after telling it.
        let output = self.command().arg(flag).output().with_context(|| format!("running {}", self.path.display()))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let version = version_in(&said, before);
        version.with_context(|| format!("{} {flag} tells no version: {said:?}", self.path.display()))
    }
}

/// The package, and those that it needs and the system hasn't, unpacked into one folder.
pub(super) fn unpacked(store: &Store, package: &str) -> Result<PathBuf> {
    store.get(&format!("debian-{package}"), package, |root| {
        let debs = root.join("debs");
        fs::create_dir(&debs)?;
        let wanted = needed(package)?;
        read(Command::new("apt-get").args(["--quiet=2", "download"]).args(wanted).current_dir(&debs))?;
        for deb in fs::read_dir(&debs)? {
            read(Command::new("dpkg-deb").arg("--extract").arg(deb?.path()).arg(root))?;
        }
        Ok(fs::remove_dir_all(debs)?)
    })
}

/// Where an unpacked package's libraries are: in a folder named after the architecture.
pub(super) fn libraries(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in ["usr/lib", "lib"].map(|folder| root.join(folder)).iter().filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.to_string_lossy().contains("-linux-gnu") {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Lets a command find libraries there first.
pub(super) fn with_libraries(command: &mut Command, libraries: &[PathBuf]) {
    // Empty entries of the variable would be the current folder.
    if let Some(path) = env::join_paths(libraries).ok().filter(|path| !path.is_empty()) {
        command.env("LD_LIBRARY_PATH", path);
    }
}

/// The package, and those that would be installed with it.
fn needed(package: &str) -> Result<Vec<String>> {
    let simulate = ["install", "--simulate", "--no-install-recommends", package];
    let said = read(Command::new("apt-get").args(simulate).env("LC_ALL", "C")).with_context(|| {
        format!("this takes Debian's package {package}, by `apt-get update`, or {package} installed in another way")
    })?;
    let names: Vec<_> =
        said.lines().filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next()).map(ToOwned::to_owned).collect();
    ensure!(!names.is_empty(), "apt-get has {package} for installed, but its program isn't found");
    Ok(names)
}

fn version_in(said: &str, before: &str) -> Option<String> {
    let (_, rest) = said.split_once(before)?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
    Some(rest[..end].to_owned()).filter(|version| !version.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_cut_out_of_what_programs_say() {
        let version = |said, before| version_in(said, before).unwrap();
        assert_eq!(version("nats-server: v2.9.10\n", ": v"), "2.9.10");
        assert_eq!(version("mosquitto version 2.0.11\n\nmosquitto is an MQTT broker.", " version "), "2.0.11");
        assert_eq!(version("ngIRCd 26.1-IDENT+IPv6+IRCPLUS", "ngIRCd "), "26.1");
        assert_eq!(version("InspIRCd-3.15.0-debian\n", "InspIRCd-"), "3.15.0");
        assert_eq!(version_in("ngIRCd from the future", "ngIRCd "), None);
        assert_eq!(version_in("something else", "ngIRCd "), None);
    }
}
