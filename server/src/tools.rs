//! What operators do with a log besides serving it, while a server runs on it or not: copy it, take a room out of it, put
//! one into it.

mod backup;
mod export;
mod import;

use std::io;
use std::path::PathBuf;

use partyline_shared::{InvalidName, RoomName};

use crate::{Config, ImportError, OpenError, Place};

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Copy the log as it is at this moment.
    Backup {
        /// Where to; it must not exist.
        file: PathBuf,
    },
    /// Write a room as JSON lines.
    Export {
        /// Which.
        room: String,
        /// Where to, which must not exist; stdout where there is none.
        file: Option<PathBuf>,
    },
    /// Make a room of JSON lines.
    Import {
        /// What it is to be called. There must be none of that name.
        room: String,
        /// Where from; stdin where there is none.
        file: Option<PathBuf>,
    },
}

/// Why a job isn't done. The messages are for whoever asked for it.
#[derive(Debug, thiserror::Error)]
pub enum ToolError {
    /// The log can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is no folder.
    #[error("a log in memory is its server's alone: say with --data where the log is")]
    Memory,
    /// No room can be called that.
    #[error("no room can be called {0:?}: {1}")]
    BadRoom(String, InvalidName),
    /// The log has no such room.
    #[error("the log in {folder} has no room {room}: in the page or with /rooms you see which it has")]
    NoSuchRoom {
        /// The room.
        room: String,
        /// The log's folder.
        folder: PathBuf,
    },
    /// Nothing is overwritten.
    #[error("{0} exists, and is not overwritten: remove it, or choose another name")]
    Exists(PathBuf),
    /// A file, or stdin or stdout, can't be read or written.
    #[error("{name} can't be {what}: {why}")]
    File {
        /// The file, or what stands for it.
        name: String,
        /// "read" or "written".
        what: &'static str,
        /// What the system says.
        #[source]
        why: io::Error,
    },
    /// What is to be imported isn't a room.
    #[error("line {line} of {name}: {why}; nothing was imported")]
    BadLine {
        /// The file, or what stands for it.
        name: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// The room can't be made.
    #[error(transparent)]
    Import(ImportError),
    /// The log fails.
    #[error("the log in {folder} can't be {what}: {why}")]
    Log {
        /// The log's folder.
        folder: PathBuf,
        /// "read" or "copied".
        what: &'static str,
        /// What SQLite says.
        why: String,
    },
}

impl Tool {
    /// Does it, on the log that the configuration names.
    ///
    /// # Errors
    /// [`ToolError`] says what to do. Nothing half done is left behind.
    pub fn run(&self, config: &Config) -> Result<(), ToolError> {
        let Place::Folder(folder) = &config.place else { return Err(ToolError::Memory) };
        let limits = &config.hub.limits;
        let name =
            |room: &str| RoomName::new(room, limits).map_err(|invalid| ToolError::BadRoom(room.to_owned(), invalid));
        match self {
            Self::Backup { file } => backup::run(folder, file),
            Self::Export { room, file } => export::run(folder, &name(room)?, file.as_deref()),
            Self::Import { room, file } => import::run(folder, name(room)?, file.as_deref(), limits),
        }
    }
}

impl ToolError {
    fn read(name: &impl ToString, why: io::Error) -> Self {
        Self::File { name: name.to_string(), what: "read", why }
    }

    fn written(name: &impl ToString, why: io::Error) -> Self {
        Self::File { name: name.to_string(), what: "written", why }
    }
}
