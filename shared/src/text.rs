//! What somebody says, made harmless once, where it is accepted, so that no dialect can forget to.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Limits;

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

/// A text that is safe to show anywhere as text: no control characters but line breaks and tabs, no terminal
/// escape sequences, no bidi overrides; not empty, and within the limit.
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
        if trimmed.trim().is_empty() {
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
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bidi embeddings, overrides and isolates can show a line in another order than it was said in, past its own
/// end. The marks (U+200E, U+200F, U+061C) can't, and right-to-left writing needs them.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Controls and what else shows as nothing yet can act: deprecated format characters, tags, interlinear
/// annotation, the byte order mark, noncharacters.
fn is_removed(c: char) -> bool {
    is_bidi_control(c)
        || (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' | '\u{feff}' | '\u{e0001}')
        || (u32::from(c) & 0xfffe) == 0xfffe
}

/// Removes whatever could act on a terminal or reorder a line: escape sequences as a whole, then control
/// characters and bidi overrides. Every way to break a line becomes `\n`.
pub fn clean(text: &str) -> String {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return text.to_owned();
    }
    let mut broken = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    broken.push('\n');
                }
            }
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => broken.push('\n'),
            // A C1 control is the eight-bit form of ESC and a letter (ECMA-48 5.3): spelt out, so that the
            // sequence it starts is removed with it.
            '\u{80}'..='\u{9f}' => {
                broken.push('\u{1b}');
                broken.extend(char::from_u32(u32::from(c) - 0x40));
            }
            _ => broken.push(c),
        }
    }
    // The stripper takes tabs for commands to a terminal; here they are white space.
    let stripped = if broken.contains('\u{1b}') {
        broken.split('\t').map(strip_ansi_escapes::strip_str).collect::<Vec<_>>().join("\t")
    } else {
        broken
    };
    stripped.chars().filter(|&c| !is_removed(c)).collect()
}

/// [`clean`], and on one line: for texts that an attacker may have had a hand in and that go into a log or a
/// status line.
pub fn clean_line(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_on_a_terminal_is_gone() {
        let cases = [
            ("plain", "plain"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]8;;http://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}Pq#0\u{1b}\\dcs", "dcs"),
            ("bell\u{7}back\u{8}null\0del\u{7f}", "bellbacknulldel"),
            ("a\u{202e}b\u{202c}\u{2066}c\u{2069}", "abc"),
            ("one\r\ntwo\rthree\u{2028}four\u{b}five\u{85}six", "one\ntwo\nthree\nfour\nfive\nsix"),
            ("tab\tstays\u{1b}[1m\tx", "tab\tstays\tx"),
            ("\u{feff}中文 👩\u{200d}👩\u{200d}👧 שלום\u{200f}", "中文 👩\u{200d}👩\u{200d}👧 שלום\u{200f}"),
        ];
        for (said, shown) in cases {
            assert_eq!(clean(said), shown, "{said:?}");
        }
    }

    #[test]
    fn a_text_is_neither_empty_nor_too_long() {
        let limits = Limits { message_chars: 4, ..Limits::default() };
        assert_eq!(Text::new("  \n\u{1b}[1m ", &limits), Err(InvalidText::Empty));
        assert_eq!(Text::new("12345", &limits), Err(InvalidText::TooLong { len: 5, max: 4 }));
        assert_eq!(Text::new("明明明明\r\n", &limits).unwrap().as_str(), "明明明明");
        assert_eq!(Text::new("\n  x\n", &limits).unwrap().as_str(), "  x", "the indentation of code stays");
    }

    proptest! {
        #[test]
        fn nothing_that_acts_survives(text in "\\PC*|[\\x00-\\x1f\\x7f-\\x9fa-c\\[\\];\u{202a}-\u{202e}\u{2066}-\u{2069}]*") {
            let cleaned = clean(&text);
            prop_assert!(cleaned.chars().all(|c| c == '\n' || c == '\t' || (!c.is_control() && !is_bidi_control(c))));
            prop_assert_eq!(clean(&cleaned), cleaned, "cleaning twice changes nothing");
        }
    }
}
