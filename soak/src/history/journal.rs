//! A file that a client writes what it does and sees into.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use super::{Dialect, Record};

/// A client's journal. Each record is with the system once it is written: it survives the end of the process.
#[derive(Debug)]
pub struct Journal {
    file: File,
}

impl Journal {
    /// Begins the journal of the client `name` in a folder, which must be there.
    ///
    /// # Errors
    /// The file system's; among them that there is such a journal already.
    pub fn begin(folder: &Path, name: &str, dialect: Dialect) -> io::Result<Self> {
        let mut journal = Self { file: File::create_new(folder.join(format!("{name}.jsonl")))? };
        journal.write(&Record::Client { dialect })?;
        Ok(journal)
    }

    /// Adds a record.
    ///
    /// # Errors
    /// The file system's.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }
}
