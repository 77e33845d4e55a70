//! `partylined import ROOM [FILE]`.

mod lines;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use partyline_shared::{Limits, RoomName};

use super::ToolError;
use crate::log::import::{CHUNK, Import, ImportError};
use crate::log::record::Record;
use lines::{BadLine, Lines};

/// Text that is held at a time, at most, in bytes; a single message may be longer.
const CHUNK_BYTES: usize = 4 << 20;

/// Reads the room from a file, or from stdin. Everything in it is as `export` wrote it, or nothing is imported.
pub(super) fn run(folder: &Path, room: RoomName, file: Option<&Path>, limits: &Limits) -> Result<(), ToolError> {
    let (name, from): (String, Box<dyn Read>) = match file {
        None => ("stdin".to_owned(), Box::new(io::stdin().lock())),
        Some(file) => {
            let name = file.display().to_string();
            (name.clone(), Box::new(File::open(file).map_err(|error| ToolError::read(&name, error))?))
        }
    };
    let source = Source { name };
    // The first line first: nothing is begun for what isn't a room.
    let mut lines = Lines::begin(BufReader::new(from), limits).map_err(|error| source.bad(error))?;
    let mut import = Import::begin(folder, room).map_err(ToolError::Import)?;
    match source.read(&mut lines, &mut import) {
        Ok(()) => import.finish(lines.head()).map_err(ToolError::Import),
        Err(error) => {
            import.give_up();
            Err(error)
        }
    }
}

/// What is imported, for the errors.
struct Source {
    name: String,
}

impl Source {
    fn read<R: io::BufRead>(&self, lines: &mut Lines<'_, R>, import: &mut Import) -> Result<(), ToolError> {
        let mut chunk: Vec<Record> = Vec::new();
        loop {
            let begins = lines.line() + 1;
            let mut bytes = 0;
            while chunk.len() < CHUNK && bytes < CHUNK_BYTES {
                let Some(record) = lines.next().map_err(|error| self.bad(error))? else { break };
                bytes += record.text.len();
                chunk.push(record);
            }
            if chunk.is_empty() {
                return Ok(());
            }
            import.add(&chunk).map_err(|error| self.failed(error, begins))?;
            chunk.clear();
        }
    }

    fn bad(&self, error: BadLine) -> ToolError {
        match error {
            BadLine::Unreadable(error) => ToolError::read(&self.name, error),
            BadLine::Wrong { line, why } => ToolError::BadLine { name: self.name.clone(), line, why },
        }
    }

    /// `line` is that of the first entry that was to be written.
    fn failed(&self, error: ImportError, line: usize) -> ToolError {
        match error {
            ImportError::Repeated(at) => {
                let why = "its author has used the same ref in a line before".to_owned();
                ToolError::BadLine { name: self.name.clone(), line: line + at, why }
            }
            error => ToolError::Import(error),
        }
    }
}
