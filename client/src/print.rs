//! The one place that writes to stdout and stderr.

use std::io::{self, Write};

/// A line, or several, of the chat.
///
/// # Errors
/// Whoever read stdout has gone.
pub(crate) fn line(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// What went wrong, on stderr.
pub(crate) fn problem(text: &str) {
    // Where even stderr is closed, the exit status says it.
    let _ = writeln!(io::stderr().lock(), "partyline: {text}");
}
