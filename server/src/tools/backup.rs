//! `partylined backup FILE`.

use std::fs::{self, File};
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use super::ToolError;
use crate::log::open::{beside, new_epoch, private, sync};
use crate::log::{access, backup};

/// Copies the log in `folder` to `file`, which doesn't exist: under another name beside it first, so that nothing but a
/// whole one ever has that name.
pub(super) fn run(folder: &Path, file: &Path) -> Result<(), ToolError> {
    if file.symlink_metadata().is_ok() {
        return Err(ToolError::Exists(file.to_owned()));
    }
    let log = access::to_read(folder)?;
    let epoch = new_epoch()?;
    // Two at once don't meet, and nothing that exists is written to.
    let unfinished = Unfinished(beside(file, &format!(".{}.partial", std::process::id())));
    let written = |error| ToolError::written(&file.display(), error);
    private().create_new(true).open(&unfinished.0).map_err(written)?;
    let mut progress = Progress::default();
    backup::copy(&log, &unfinished.0, &epoch.0, &mut |done, all| progress.show(done, all)).map_err(|error| {
        // Which of the two files it was, SQLite doesn't say.
        let (folder, why) = (folder.to_owned(), format!("{error}, on the way to {}", file.display()));
        ToolError::Log { folder, what: "copied", why }
    })?;
    progress.end();
    File::open(&unfinished.0).and_then(|copy| copy.sync_all()).map_err(written)?;
    give_name(&unfinished.0, file)?;
    drop(unfinished);
    let above = file.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync(above).map_err(written)
}

/// A file that is there while it isn't finished; what SQLite puts beside it too.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        for suffix in ["", "-journal", "-wal", "-shm"] {
            // Most of them don't exist. What can't be removed has a name that says what it is.
            let _ = fs::remove_file(beside(&self.0, suffix));
        }
    }
}

/// A second name, unlike another name, doesn't replace what has it already. The first one goes later.
fn give_name(from: &Path, to: &Path) -> Result<(), ToolError> {
    let given = match fs::hard_link(from, to) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(ToolError::Exists(to.to_owned())),
        // Not every file system has second names (FAT).
        Err(_) if to.symlink_metadata().is_ok() => return Err(ToolError::Exists(to.to_owned())),
        Err(_) => fs::rename(from, to),
        Ok(()) => Ok(()),
    };
    given.map_err(|error| ToolError::written(&to.display(), error))
}

/// How far it is, on a terminal; elsewhere nothing.
#[derive(Default)]
struct Progress {
    shown: bool,
}

impl Progress {
    fn show(&mut self, done: u64, all: u64) {
        let mut stderr = io::stderr().lock();
        if stderr.is_terminal() {
            // Nobody needs it: whoever closed stderr goes without.
            let _ = write!(stderr, "\rcopied {} of {} MB", done / 1_000_000, all / 1_000_000);
            self.shown = true;
        }
    }

    /// What is written next begins a line.
    fn end(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = writeln!(io::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
