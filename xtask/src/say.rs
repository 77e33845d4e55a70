//! The one place that writes to the terminal.
//!
//! Everything goes to standard output, so that it keeps its order beside what the tools print there and can
//! be read in a CI log.

use std::fmt;

/// Prints one line, like `println!`.
macro_rules! say {
    ($($text:tt)*) => { $crate::say::line(format_args!($($text)*)) };
}
pub(crate) use say;

/// What [`say!`] expands to.
#[expect(clippy::print_stdout, reason = "telling a person what is done is what this program is for")]
pub(crate) fn line(text: fmt::Arguments<'_>) {
    println!("{text}");
}
