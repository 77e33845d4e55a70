//! The history checker: reads what clients wrote down while a server was loaded, killed and cut off, and says where
//! it broke its word.
//!
//! Each client keeps a [`Journal`], a file of JSON lines in one folder. At the end one of them, the ledger, reads the
//! whole history and writes that down too. [`check`] holds every journal against it. It keeps the history in memory,
//! and of each journal only what isn't settled yet.

mod journal;
mod kept;
mod plain;
mod record;
#[cfg(test)]
mod tests;
mod violation;
mod witness;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

pub use self::journal::Journal;
use self::kept::Kept;
use self::plain::PlainWitness;
pub use self::record::{Dialect, Record};
pub use self::violation::{Findings, Rule, Violation};
use self::witness::Witness;

/// Why journals can't be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// A file can't be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A line before the last one isn't a record.
    #[error("{}, line {line}: {why}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// There is nothing to hold the journals against.
    #[error("{}: nobody read the history to its end", .0.display())]
    NoLedger(PathBuf),
}

/// Checks all journals (`*.jsonl`) of a folder.
///
/// # Errors
/// [`CheckError`] where they can't be read. A last line without its end is no error: its client was killed.
pub fn check(folder: &Path) -> Result<Findings, CheckError> {
    let mut findings = Findings::default();
    let mut kept = Kept::default();
    let journals = journals(folder)?;
    for path in &journals {
        read(path, |_, record| {
            kept.record(record, &mut findings);
            Ok(())
        })?;
    }
    if !kept.is_whole() {
        return Err(CheckError::NoLedger(folder.to_owned()));
    }
    for path in &journals {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut client = None;
        read(path, |number, record| {
            match (&mut client, record) {
                (None, Record::Client { dialect: Dialect::Plain }) => {
                    client = Some(Client::Plain(PlainWitness::new(&name)));
                }
                (None, Record::Client { .. }) => client = Some(Client::Program(Witness::new(&name))),
                (None, _) => return Err("a journal begins with who keeps it".to_owned()),
                (Some(Client::Plain(witness)), record) => witness.record(number, record, &mut kept, &mut findings),
                (Some(Client::Program(witness)), record) => witness.record(number, record, &mut kept, &mut findings),
            }
            Ok(())
        })?;
        findings.clients += 1;
        if let Some(Client::Program(witness)) = client {
            witness.end(&kept, &mut findings);
        }
    }
    kept.end(&mut findings);
    Ok(findings)
}

/// Whoever kept a journal.
enum Client {
    /// Speaks JSON: has numbers, and resumes.
    Program(Witness),
    /// Speaks plain text.
    Plain(PlainWitness),
}

fn journals(folder: &Path) -> Result<Vec<PathBuf>, CheckError> {
    let failed = |error| CheckError::Read { path: folder.to_owned(), error };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    // So that the same folder has the same findings.
    paths.sort();
    Ok(paths)
}

/// Gives every record of a journal, with its line, to `take`.
fn read(path: &Path, mut take: impl FnMut(usize, Record) -> Result<(), String>) -> Result<(), CheckError> {
    let failed = |error| CheckError::Read { path: path.to_owned(), error };
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        // A line is as long as what its client wrote into it; the folder is the checker's own.
        if reader.read_until(b'\n', &mut line).map_err(failed)? == 0 || line.last() != Some(&b'\n') {
            break;
        }
        let taken = serde_json::from_slice(&line).map_err(|error| error.to_string());
        let taken = taken.and_then(|record| take(number, record));
        taken.map_err(|why| CheckError::Line { path: path.to_owned(), line: number, why })?;
    }
    Ok(())
}
