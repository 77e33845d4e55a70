//! `partylined export ROOM [FILE]`.

use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use partyline_shared::{RoomName, Timestamp};

use super::ToolError;
use crate::log::access;
use crate::log::export::{ExportError, export};
use crate::log::open::private;

/// Writes the room to a file that doesn't exist, or to stdout.
pub(super) fn run(folder: &Path, room: &RoomName, file: Option<&Path>) -> Result<(), ToolError> {
    let mut log = access::to_read(folder)?;
    let Some(file) = file else { return write(&mut log, folder, room, &mut io::stdout().lock(), "stdout") };
    let written = |error| ToolError::written(&file.display(), error);
    let mut opened = private().create_new(true).open(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => ToolError::Exists(file.to_owned()),
        _ => written(error),
    })?;
    let exported = write(&mut log, folder, room, &mut opened, &file.display().to_string())
        .and_then(|()| opened.sync_all().map_err(written));
    if exported.is_err() {
        // Half a room would pass for one until it is imported.
        let _ = fs::remove_file(file);
    }
    exported
}

fn write(
    log: &mut rusqlite::Connection,
    folder: &Path,
    room: &RoomName,
    to: &mut dyn Write,
    name: &str,
) -> Result<(), ToolError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp(u64::try_from(now.as_millis()).unwrap_or(u64::MAX));
    match export(log, room, now, &mut BufWriter::new(to)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(ToolError::NoSuchRoom { room: room.to_string(), folder: folder.to_owned() }),
        Err(ExportError::Write(error)) => Err(ToolError::written(&name, error)),
        Err(ExportError::Log(error)) => {
            Err(ToolError::Log { folder: folder.to_owned(), what: "read", why: error.to_string() })
        }
    }
}
