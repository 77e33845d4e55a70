//! The one place that prints.

use std::io::Write as _;

/// Prints. Where nobody listens any more, nothing is lost.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
