//! What is said of a panic in the log on stderr.

use std::panic::{PanicHookInfo, set_hook};

/// From now on a panic anywhere in this process is logged, instead of being printed to stderr: where it was, and within
/// the span it happened in, which names the connection.
///
/// What it says is logged only where that is a literal of the program. The rest is put together when it happens, and
/// may hold what people said: slicing a text in the middle of a character quotes the text. That is for `debug`, in one
/// line, escaped.
pub fn log_panics() {
    set_hook(Box::new(|panic| {
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("without a name");
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(thread, at, text = literal(panic), "panicked: this is a fault of the server, please report it");
        if let Some(text) = panic.payload_as_str() {
            tracing::debug!(?text, "what it said");
        }
    }));
}

/// A text that was put together is a `String`; one that stands in the program isn't.
fn literal(panic: &PanicHookInfo<'_>) -> &'static str {
    panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(left out: it may quote what somebody said)")
}
