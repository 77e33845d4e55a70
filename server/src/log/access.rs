//! Opening a log beside the server that has it, or while nobody does. SQLite's own locks are enough for that: whoever
//! writes finds the next number in the transaction that uses it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::{Durability, OpenError, Place, open, schema};

/// How long another process's transaction is waited for. None takes longer than a batch of a server does.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the log in a folder to read it; nothing of it is changed. It may be of an earlier version.
///
/// # Errors
/// [`OpenError`] says what is in the way.
pub(crate) fn to_read(folder: &Path) -> Result<Connection, OpenError> {
    let file = folder.join(open::FILE);
    match File::open(&file) {
        Ok(opened) => open::check_header(&file, opened)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(OpenError::Missing { path: folder.to_owned() });
        }
        Err(error) => return Err(OpenError::folder(&file, &error)),
    }
    open::open_reader(&file, PATIENCE).map(|(connection, _)| connection)
}

/// Opens the log in a folder to write to it. Where there is none it is made, and an earlier version is brought up to
/// date, both of which only the folder's owner may do.
///
/// # Errors
/// [`OpenError`] says what is in the way: for these two, also a server that runs.
pub(crate) fn to_write(folder: &Path) -> Result<Connection, OpenError> {
    let file = folder.join(open::FILE);
    let is_current = || {
        open::check_header(&file, File::open(&file).ok()?).ok()?;
        let (_, version) = open::open_reader(&file, PATIENCE).ok()?;
        Some(version == schema::VERSION)
    };
    if is_current() != Some(true) {
        drop(open::open(&Place::Folder(folder.to_owned()), Durability::Disk, PATIENCE)?);
    }
    open::open_writer(&file, Durability::Disk, PATIENCE)
}
