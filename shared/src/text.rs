//! What somebody says, made harmless once, where it is accepted, so that no dialect can forget to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Limits;

mod controls;
pub(crate) mod visible;

pub use controls::strip_controls;
pub use visible::VisibleFilter;

/// Why a text can't be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing is left to say.
    #[error("there is nothing to say")]
    Empty,
    /// More characters than allowed.
    #[error("the message has {len} characters, at most {max} are allowed")]
    TooLong {
        /// How many it has.
        len: usize,
        /// How many are allowed.
        max: usize,
    },
}

/// A text that is safe to show anywhere as text: [`clean`], with something to see in it, and within the limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// Takes what somebody said: cleaned with [`clean`], without white space at its end.
    ///
    /// # Errors
    /// [`InvalidText`] where nothing is left, or too much.
    pub fn new(text: &str, limits: &Limits) -> Result<Self, InvalidText> {
        let cleaned = clean(text);
        let trimmed = cleaned.trim_end().trim_start_matches('\n');
        let len = trimmed.chars().count();
        if trimmed.chars().all(visible::is_blank) {
            Err(InvalidText::Empty)
        } else if len > limits.message_chars {
            Err(InvalidText::TooLong { len, max: limits.message_chars })
        } else {
            Ok(Self(trimmed.to_owned()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, for whoever keeps it.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes out whatever could act on a terminal or hide in a line: escape sequences as a whole, control characters, bidi
/// overrides, invisible characters, and marks piled so high that they cover other lines. Every way to break a line
/// becomes `\n`. What is written in any script by those who read it stays as it is.
pub fn clean(text: &str) -> String {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.to_owned();
    }
    VisibleFilter::default().feed(&strip_controls(text))
}

/// [`clean`], and on one line: for texts that an attacker may have had a hand in and that go into a log or a
/// status line.
pub fn clean_line(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ")
}

#[cfg(test)]
mod tests;
