//! Where other servers' programs are kept: in the user's cache, so that nothing is added to the system, and nothing listens unasked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

/// Holds what a folder was made by, so that it is made anew where that has changed.
const RECIPE: &str = "recipe";

/// A folder for programs, a folder each.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
    installs: bool,
}

impl Store {
    /// The one in the user's cache. Nothing is installed into it.
    ///
    /// # Errors
    /// Where the user has no home.
    pub fn of_user() -> Result<Self> {
        let folders = directories::BaseDirs::new().context("the user has no home folder ($HOME)")?;
        Ok(Self { folder: folders.cache_dir().join("partyline/peers"), installs: false })
    }

    /// The same, and what is missing is installed.
    #[must_use]
    pub fn installing(self) -> Self {
        Self { installs: true, ..self }
    }

    /// The folder of this name, made by `recipe`: as it is, or filled by `fill`, which is given an empty one.
    ///
    /// # Errors
    /// Where it isn't there and nothing may be installed, or that fails.
    pub(super) fn get(&self, name: &str, recipe: &str, fill: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if fs::read_to_string(folder.join(RECIPE)).is_ok_and(|made_by| made_by == recipe) {
            return Ok(folder);
        }
        ensure!(self.installs, "not installed: `cargo xtask bench --peers` does that, into {}", self.folder.display());
        // Beside it first: what was interrupted isn't taken for the whole.
        let fresh = self.folder.join(format!("{name}.new"));
        for old in [&fresh, &folder] {
            match fs::remove_dir_all(old) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| format!("removing {}", old.display()));
                }
                _ => {}
            }
        }
        fs::create_dir_all(&fresh)?;
        fill(&fresh).with_context(|| format!("installing {name}"))?;
        fs::write(fresh.join(RECIPE), recipe)?;
        fs::rename(&fresh, &folder)?;
        Ok(folder)
    }
}

/// What a command prints to stdout.
///
/// # Errors
/// Where it isn't there or fails: with the end of what it said about that.
pub(super) fn read(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("{name} can't be run: is it installed?"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed: {}", said.lines().next_back().unwrap_or("it doesn't say why"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_made_once_and_again_when_its_recipe_changes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store { folder: folder.path().to_owned(), installs: false };
        let refused = store.get("it", "1", |_| panic!("nothing may be installed")).unwrap_err();
        assert!(refused.to_string().contains("--peers"), "{refused}");

        let store = store.installing();
        let made = store.get("it", "1", |fresh| Ok(fs::write(fresh.join("program"), "one")?)).unwrap();
        assert_eq!(fs::read_to_string(made.join("program")).unwrap(), "one");
        store.get("it", "1", |_| panic!("it is there")).unwrap();

        store.get("it", "2", |_| bail!("no network")).unwrap_err();
        store.get("it", "2", |fresh| Ok(fs::write(fresh.join("other"), "two")?)).unwrap();
        assert!(!made.join("program").exists());
    }

    #[test]
    fn what_a_program_says_of_its_failure_is_told() {
        assert_eq!(read(Command::new("sh").args(["-c", "echo fine"])).unwrap(), "fine\n");
        let failed = read(Command::new("sh").args(["-c", "echo so so >&2; exit 3"])).unwrap_err().to_string();
        assert_eq!(failed, "sh failed: so so");
        assert!(read(&mut Command::new("no-such-program")).unwrap_err().to_string().contains("is it installed"));
    }
}
