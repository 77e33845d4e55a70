//! The machine that this runs on: where things are, what is on it, what it lets us do.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

/// The machine, and a shell at the root of the checkout.
///
/// What a command's environment needs is set on the shell, never on this process: children inherit it, and
/// nothing else can be surprised by it.
pub(crate) struct Machine {
    /// Runs commands at [`Machine::root`].
    pub(crate) sh: Shell,
    /// The root of the checkout.
    pub(crate) root: PathBuf,
}

impl Machine {
    /// Looks around.
    pub(crate) fn find() -> Result<Self> {
        let root = root()?;
        let sh = Shell::new()?;
        sh.change_dir(&root);
        let machine = Self { sh, root };
        machine.sh.set_var("PATH", machine.path_with(&machine.cargo_bin()?)?);
        // A clean clone has no build to start from; in CI the one in the cache folder keeps a run short.
        if env::var_os("CI").is_some_and(|ci| ci == "true") && env::var_os("CARGO_TARGET_DIR").is_none() {
            machine.sh.set_var("CARGO_TARGET_DIR", machine.cache()?.join("target"));
        }
        Ok(machine)
    }

    /// Where `cargo install` puts programs.
    pub(crate) fn cargo_bin(&self) -> Result<PathBuf> {
        Ok(self.cargo_root()?.join("bin"))
    }

    /// What `cargo install --root` is given, so that it and the archives that we unpack agree on a folder.
    pub(crate) fn cargo_root(&self) -> Result<PathBuf> {
        for name in ["CARGO_INSTALL_ROOT", "CARGO_HOME"] {
            if let Some(folder) = self.sh.var_os(name).filter(|folder| !folder.is_empty()) {
                return Ok(folder.into());
            }
        }
        Ok(home()?.join(".cargo"))
    }

    /// Partyline's own folder in the user's cache.
    pub(crate) fn cache(&self) -> Result<PathBuf> {
        Ok(self.user_cache()?.join("partyline"))
    }

    /// Where trunk looks for tools that aren't on the path, and puts those that it downloads.
    pub(crate) fn trunk_cache(&self) -> Result<PathBuf> {
        if cfg!(target_os = "macos") {
            return Ok(home()?.join("Library/Caches/dev.trunkrs.trunk"));
        }
        Ok(self.user_cache()?.join("trunk"))
    }

    /// Where cargo builds.
    pub(crate) fn target_dir(&self) -> Result<PathBuf> {
        let metadata = cmd!(self.sh, "cargo metadata --no-deps --format-version 1 --offline").quiet().read()?;
        let folder = json_text(&metadata, "target_directory").context("cargo metadata names no target folder")?;
        Ok(PathBuf::from(folder))
    }

    /// Where a program of this name is found on the path.
    pub(crate) fn which(&self, program: &str) -> Option<PathBuf> {
        let path = self.sh.var_os("PATH")?;
        env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_executable(file))
    }

    /// Whether a program of this name is on the path.
    pub(crate) fn has(&self, program: &str) -> bool {
        self.which(program).is_some()
    }

    /// What a program prints for `--version`, when it is there and runs.
    pub(crate) fn version_of(&self, program: &str) -> Option<String> {
        cmd!(self.sh, "{program} --version").quiet().ignore_stderr().read().ok()
    }

    /// The words to put before a command so that it runs as root; none when root can't be had without asking.
    pub(crate) fn as_root(&self) -> Option<&'static [&'static str]> {
        if cmd!(self.sh, "id -u").quiet().read().is_ok_and(|uid| uid == "0") {
            return Some(&[]);
        }
        let sudo = cmd!(self.sh, "sudo -n true").quiet().ignore_stderr().run();
        sudo.is_ok().then_some(&["sudo", "-n"])
    }

    /// The path, with a folder put in front unless it is there already.
    pub(crate) fn path_with(&self, folder: &Path) -> Result<OsString> {
        let path = self.sh.var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
        if folders.first().is_none_or(|first| first != folder) {
            folders.insert(0, folder.to_owned());
        }
        env::join_paths(folders).context("a folder on the path holds the path's separator")
    }

    fn user_cache(&self) -> Result<PathBuf> {
        match self.sh.var_os("XDG_CACHE_HOME").map(PathBuf::from) {
            // The convention: a relative path in there is to be ignored.
            Some(folder) if folder.is_absolute() => Ok(folder),
            _ => Ok(home()?.join(".cache")),
        }
    }
}

/// Whether a file can be run.
pub(crate) fn is_executable(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    file.is_file()
}

/// `cargo run` says where this package is; a binary copied elsewhere remembers where it was built.
fn root() -> Result<PathBuf> {
    let package = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    Ok(package.parent().context("xtask isn't inside a workspace")?.to_owned())
}

fn home() -> Result<PathBuf> {
    env::home_dir().filter(|home| !home.as_os_str().is_empty()).context("the user has no home folder ($HOME)")
}

/// The value of a text field in JSON that a tool wrote. A parser would be this program's largest dependency.
fn json_text<'a>(json: &'a str, field: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{field}\":\""))?;
    rest.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_of_json_is_read() {
        let json = r#"{"packages":[],"target_directory":"/a b/target","version":1}"#;
        assert_eq!(json_text(json, "target_directory"), Some("/a b/target"));
        assert_eq!(json_text(json, "absent"), None);
    }

    #[test]
    fn programs_are_found_on_the_path() {
        let machine = Machine::find().unwrap();
        assert!(machine.has("cargo"));
        assert!(!machine.has("no-such-program-anywhere"));
        assert!(machine.version_of("cargo").unwrap().starts_with("cargo "));
        assert_eq!(machine.version_of("no-such-program-anywhere"), None);
    }
}
