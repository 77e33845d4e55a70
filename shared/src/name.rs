//! Nicks and room names: what they may hold, and when two of them are the same.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::visible::is_invisible;
use crate::{Limits, MemberId};

/// Why something can't be a nick or a room name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing was given.
    #[error("it is empty")]
    Empty,
    /// More characters than allowed.
    #[error("it has more than {0} characters")]
    TooLong(usize),
    /// The first character isn't a letter or a digit. A nick that starts with a dash could pass for a line of
    /// the server.
    #[error("it must start with a letter or a digit")]
    BadStart,
    /// A character that names can't hold.
    #[error("only letters, digits, '-' and '_' are allowed, not \"{0}\"")]
    BadChar(String),
}

/// NFKC first, so that what is compared and shown has one spelling.
fn validate(text: &str, max_chars: usize) -> Result<String, InvalidName> {
    // Longer input isn't even normalised: one character can become 18 under NFKC.
    if text.chars().count() > max_chars {
        return Err(InvalidName::TooLong(max_chars));
    }
    let name: String = if text.is_ascii() { text.to_owned() } else { text.nfkc().collect() };
    let Some(first) = name.chars().next() else { return Err(InvalidName::Empty) };
    if name.chars().count() > max_chars {
        return Err(InvalidName::TooLong(max_chars));
    }
    let mut marks = 0;
    for c in name.chars() {
        // Two marks on a letter is what real spellings need (Vietnamese, Devanagari); more is a tower.
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        let allowed = c.is_alphanumeric() || c == '-' || c == '_' || (is_combining_mark(c) && marks <= 2);
        // Some letters and marks show as nothing: two names that differ only by them would look the same.
        if !allowed || is_invisible(c) {
            return Err(InvalidName::BadChar(c.escape_default().to_string()));
        }
    }
    if first.is_alphanumeric() && !is_combining_mark(first) { Ok(name) } else { Err(InvalidName::BadStart) }
}

/// What two spellings are compared by: Unicode NFKC and full case folding.
fn fold(name: &str) -> String {
    // The same, and most names are: it is worked out for everything that is said.
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    caseless::default_case_fold_str(name).nfkc().collect()
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident, $limit:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes a name as somebody typed it: normalised, and refused where it breaks a rule.
            ///
            /// # Errors
            /// [`InvalidName`] says which rule.
            pub fn new(text: &str, limits: &Limits) -> Result<Self, InvalidName> {
                validate(text, limits.$limit).map(|name| Self(name.into()))
            }

            /// The name as it is shown.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// What it is compared by: two names with the same key are the same name.
            pub fn key(&self) -> String {
                fold(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name_type! {
    /// What a member is called. Letters of any script, digits, `-` and `_`; unique on a server while it is held.
    Nick, nick_chars
}
impl Nick {
    /// A nick for somebody who hasn't chosen one, such as `guest-4f`.
    pub fn guest(suffix: impl fmt::Display) -> Self {
        Self(format!("guest-{suffix}").into())
    }
}

name_type! {
    /// What a room is called. The same characters as in a [`Nick`].
    RoomName, room_chars
}

/// Where something is said, as a client writes it: a room, or `@` and a member's id for a private
/// conversation with them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A room that anybody can join.
    Room(RoomName),
    /// The private conversation with this member.
    Member(MemberId),
}

impl Target {
    /// Reads a target as it stands in a command or an event.
    ///
    /// # Errors
    /// [`InvalidName`] where it is neither a room's name nor `@` and 32 hexadecimal digits.
    pub fn new(text: &str, limits: &Limits) -> Result<Self, InvalidName> {
        match text.strip_prefix('@') {
            Some(id) => id.parse().map(Self::Member).map_err(|_| InvalidName::BadChar("@".to_owned())),
            None => RoomName::new(text, limits).map(Self::Room),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room(room) => room.fmt(f),
            Self::Member(member) => write!(f, "@{member}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nick(text: &str) -> Result<Nick, InvalidName> {
        Nick::new(text, &Limits::default())
    }

    #[test]
    fn letters_of_any_script_are_names() {
        for good in ["ann", "guest-4f", "小明", "Ægir", "नमस्ते", "Việt", "x_1", "0", "עברית"] {
            assert!(nick(good).is_ok(), "{good}: {:?}", nick(good));
        }
    }

    #[test]
    fn what_hides_or_imitates_is_refused() {
        let cases = [
            "",
            "-ann",
            "_",
            "a b",
            "a:b",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{200d}b",
            "a\u{3164}",
            "\u{1160}",
            "a\u{1b}[1m",
            "a\u{fe0f}",
            "a\n",
            "@ann",
            "a\u{34f}",
            "\u{301}a",
            "a\u{301}\u{302}\u{303}\u{304}",
            "a/b",
            "<b>",
            "a\u{e0041}",
        ];
        for bad in cases {
            assert!(nick(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_bad_character_is_named_in_ascii() {
        let error = nick("a\u{202e}b").unwrap_err();
        assert_eq!(error.to_string(), "only letters, digits, '-' and '_' are allowed, not \"\\u{202e}\"");
    }

    #[test]
    fn names_are_compared_by_case_fold_and_nfkc() {
        for (a, b) in [("Ann", "aNN"), ("straße", "STRASSE"), ("ｆｕｌｌ", "full"), ("é", "e\u{301}"), ("ﬁn", "FIN")]
        {
            assert_eq!(nick(a).unwrap().key(), nick(b).unwrap().key(), "{a} {b}");
        }
        assert_ne!(nick("ann").unwrap().key(), nick("anne").unwrap().key());
    }

    #[test]
    fn what_is_plain_ascii_is_folded_as_everything_else() {
        for c in 0u8..0x80 {
            let (c, other) = (char::from(c).to_string(), format!("{}é", char::from(c)));
            assert_eq!(c.nfkc().collect::<String>(), c);
            assert_eq!(fold(&other), fold(&c) + "é");
        }
    }

    #[test]
    fn length_counts_characters_and_also_after_normalisation() {
        assert!(nick(&"明".repeat(32)).is_ok());
        assert_eq!(nick(&"明".repeat(33)), Err(InvalidName::TooLong(32)));
        assert_eq!(nick(&"\u{fb03}".repeat(32)), Err(InvalidName::TooLong(32)), "ﬃ becomes three letters");
    }

    #[test]
    fn a_target_is_a_room_or_a_member() {
        let limits = Limits::default();
        let id = Target::new("@00112233445566778899aabbccddeeff", &limits).unwrap();
        assert_eq!(id.to_string(), "@00112233445566778899aabbccddeeff");
        assert_eq!(Target::new("lobby", &limits).unwrap().to_string(), "lobby");
        assert!(Target::new("@bob", &limits).is_err());
    }
}
