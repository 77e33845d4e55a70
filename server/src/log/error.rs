//! Why the log can't be opened, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Error, ErrorCode};

use super::schema;

/// Why the log can't be opened. The messages are for whoever starts the server.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder, or a file in it, can't be created, read or written.
    #[error("can't keep the log in {path}: {why}; choose another folder with --data")]
    Folder {
        /// The folder or the file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// Another server, or a program such as `sqlite3`, has it.
    #[error(
        "{path} is in use by another program: stop that one (another partylined?), or choose another folder with --data"
    )]
    InUse {
        /// What it has.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not a Partyline database: refusing to touch it; choose another folder with --data")]
    NotPartyline {
        /// The file.
        path: PathBuf,
    },
    /// A later version wrote it.
    #[error(
        "{path} has version {found} of the log, and this partylined knows versions up to {}: \
         use a newer partylined, or another folder with --data",
        schema::VERSION
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// There is no log to read.
    #[error("there is no log in {path}: say with --data where it is")]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// There is no database, but what belongs to one.
    #[error(
        "{path} is there without its database: put partyline.db back beside it, or choose another folder with --data"
    )]
    Orphan {
        /// What is there.
        path: PathBuf,
    },
    /// It is a Partyline database, and can't be read as one.
    #[error("{path} is damaged ({why}): put a backup in its place, or choose another folder with --data")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// SQLite failed in another way.
    #[error("can't open the log in {path}: {why}")]
    Other {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        why: String,
    },
    /// A thread of the log can't be started.
    #[error("can't start a thread for the log: {0}")]
    Thread(#[source] io::Error),
    /// The system gives no random bits, which the log's name is made of.
    #[error("can't name the log: the system gives no random bits ({0})")]
    Random(#[source] getrandom::Error),
}

impl OpenError {
    pub(super) fn folder(path: &Path, why: &impl ToString) -> Self {
        Self::Folder { path: path.to_owned(), why: why.to_string() }
    }

    pub(super) fn corrupt(path: &Path, why: &impl ToString) -> Self {
        Self::Corrupt { path: path.to_owned(), why: why.to_string() }
    }

    /// What an error of SQLite means for a file that is ours: a table or the epoch isn't there.
    pub(super) fn unreadable(path: &Path, error: &Error) -> Self {
        match Self::sqlite(path, error) {
            Self::Other { path, why } => Self::Corrupt { path, why },
            other => other,
        }
    }

    /// What an error of SQLite means while the file at `path` is opened.
    pub(super) fn sqlite(path: &Path, error: &Error) -> Self {
        let why = error.to_string();
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotPartyline { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupt { path, why },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse { path },
            Some(ErrorCode::CannotOpen | ErrorCode::DiskFull | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                Self::Folder { path, why }
            }
            _ => Self::Other { path, why },
        }
    }
}
