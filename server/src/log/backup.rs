//! Copying a log while it is written to.

use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, Error, OpenFlags, Result, ffi};

/// Pages that are copied between two reports of how far it is: 4 MiB.
const PAGES: i32 = 1024;

/// How long a lock is waited for before the next try.
const PAUSE: Duration = Duration::from_millis(10);

/// Copies a log as it is at this moment into an empty file that exists, and calls it `epoch` there. `progress` is told
/// how many bytes of how many are copied.
///
/// The copy is another log than this one from now on: put in its place, it gives numbers that this one has given to
/// other messages since. A client that has seen those would otherwise take the one for the other.
pub(crate) fn copy(log: &Connection, file: &Path, epoch: &str, progress: &mut dyn FnMut(u64, u64)) -> Result<()> {
    // One snapshot for all of it: pages that are written meanwhile are seen as they were, and nothing is begun again.
    let snapshot = log.unchecked_transaction()?;
    let page_size: i64 =
        snapshot.query_row("SELECT page_size FROM pragma_page_size, sqlite_schema LIMIT 1", [], |row| row.get(0))?;
    let bytes = |pages: i32| u64::try_from(i64::from(pages) * page_size).unwrap_or_default();
    let mut copy = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    copy.pragma_update(None, "fullfsync", true)?;
    let backup = Backup::new(log, &mut copy)?;
    loop {
        match backup.step(PAGES)? {
            StepResult::Done => break,
            StepResult::Busy | StepResult::Locked => thread::sleep(PAUSE),
            // The enum may grow; whatever there is to come, it isn't done.
            _ => {
                let so_far = backup.progress();
                progress(bytes(so_far.pagecount - so_far.remaining), bytes(so_far.pagecount));
            }
        }
    }
    drop(backup);
    drop(snapshot);
    // All of it in this one file, nothing in a write-ahead log beside it.
    let mode: String = copy.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get(0))?;
    if mode != "delete" {
        return Err(failed(ffi::SQLITE_BUSY, format!("the copy stays in journal mode {mode}")));
    }
    copy.execute("UPDATE meta SET value = ?1 WHERE key = 'epoch'", [epoch])?;
    check(&copy)?;
    copy.close().map_err(|(_, error)| error)
}

/// A damaged log is copied page by page like any other. Better known today than on the day when the copy is needed.
fn check(copy: &Connection) -> Result<()> {
    let found: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(());
    }
    // The line before says which database.
    let found = found.lines().last().unwrap_or_default();
    Err(failed(ffi::SQLITE_CORRUPT, format!("it is damaged ({found}); keep the backups that there are")))
}

fn failed(code: i32, why: String) -> Error {
    Error::SqliteFailure(ffi::Error::new(code), Some(why))
}
