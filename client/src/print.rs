//! The one place that writes to stdout and stderr.

use std::io::{self, Write};

use partyline_shared::clean;

/// A line, or several, of the chat.
///
/// # Errors
/// Whoever read stdout has gone.
pub(crate) fn line(text: &str) -> io::Result<()> {
    bytes(format!("{text}\n").as_bytes())
}

/// Bytes as they are. Where they may reach a terminal, they have to be clean already.
///
/// # Errors
/// Whoever read stdout has gone.
pub(crate) fn bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// What went wrong, on stderr.
pub(crate) fn problem(text: &str) {
    // Where even stderr is closed, the exit status says it.
    let _ = writeln!(io::stderr().lock(), "partyline: {}", clean(text));
}

/// What is worth knowing about what goes to stdout, on stderr, so that stdout stays as it is.
pub(crate) fn note(text: &str) {
    // Nobody has to read it.
    let _ = writeln!(io::stderr().lock(), "-- {}", clean(text));
}

/// A line of what was sent, on stderr.
pub(crate) fn sent(line: &str) {
    // Nobody has to read it.
    let _ = writeln!(io::stderr().lock(), "> {}", clean(line));
}
