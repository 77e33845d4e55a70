//! What a nick looks like: two that look alike can't stand beside each other, and none looks like the server.

use std::collections::BTreeSet;

use partyline_shared::Nick;
use unicode_security::skeleton;

/// What people would take for the server's own voice, or for all of them. The page, the native client and plain text
/// mark what the server says in ways that no nick can imitate; whoever reads in haste goes by the name.
const RESERVED: [&str; 14] = [
    "server",
    "partyline",
    "partylined",
    "system",
    "error",
    "notice",
    "warning",
    "admin",
    "administrator",
    "moderator",
    "everyone",
    "everybody",
    "all",
    "here",
];

/// What a nick is taken for at a glance: two nicks that have one of these in common look alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Look {
    /// The skeleton of UTS 39, as it is written: `I` looks like `l`, and so `Ian` like `lan`.
    Written(Box<str>),
    /// The same without regard to case: `i` doesn't, and so `Ian` isn't like `Lan`. But a Cyrillic capital is like a
    /// Latin one whatever their small letters look like.
    Folded(Box<str>),
}

/// What a nick looks like.
pub(crate) fn looks(nick: &Nick) -> [Look; 2] {
    [Look::Written(skeleton(nick.as_str()).collect::<String>().into()), Look::Folded(folded(nick))]
}

/// What is in [`Look::Folded`]: the same for all nicks of one key.
pub(crate) fn folded(nick: &Nick) -> Box<str> {
    // Character by character: the form of a letter doesn't hang on what follows it.
    skeleton(&nick.key()).flat_map(char::to_lowercase).collect::<String>().into()
}

/// Nicks that nobody may look like.
#[derive(Debug)]
pub(crate) struct Reserved {
    skeletons: BTreeSet<String>,
}

impl Reserved {
    pub(crate) fn new() -> Self {
        let spellings = RESERVED.iter().flat_map(|name| [(*name).to_owned(), name.to_uppercase()]);
        Self { skeletons: spellings.map(|name| skeleton(&name).collect()).collect() }
    }

    /// Whether a nick would be taken for one of them, in small letters, in capitals or in a mixture.
    pub(crate) fn has(&self, nick: &Nick) -> bool {
        let written: String = skeleton(nick.as_str()).collect();
        let mixed: String = written.chars().flat_map(char::to_lowercase).collect();
        [written.as_str(), &mixed, &folded(nick)].iter().any(|look| self.skeletons.contains(*look))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use partyline_shared::Limits;

    fn nick(text: &str) -> Nick {
        Nick::new(text, &Limits { nick_chars: 64, ..Limits::default() }).unwrap()
    }

    fn alike(a: &str, b: &str) -> bool {
        looks(&nick(a)).iter().any(|look| looks(&nick(b)).contains(look))
    }

    #[test]
    fn what_looks_alike_is_alike() {
        let pairs = [
            ("paypal", "раураl"),
            ("paypal", "РАУРАL"),
            ("PAYPAL", "раураl"),
            ("Iam", "lam"),
            ("modem", "modern"),
            ("bob", "b0b"),
            ("BOB", "B0B"),
            ("al", "a1"),
            ("Ann", "aNN"),
            ("ο_ο", "o_o"),
            ("straße", "STRASSE"),
            ("ａｎｎ", "ann"),
            ("Α", "a"),
            ("Ægir", "aegir"),
        ];
        for (a, b) in pairs {
            assert!(alike(a, b) && alike(b, a), "{a} {b}");
        }
    }

    #[test]
    fn what_looks_different_is_different() {
        let names = [
            "ann",
            "anna",
            "bob",
            "小明",
            "小朋",
            "Ægir",
            "אבי",
            "नमस्ते",
            "guest-01",
            "guest-10",
            "x-1",
            "x_1",
            "Ian",
            "Lan",
        ];
        for (at, a) in names.iter().enumerate() {
            assert!(names.iter().skip(at + 1).all(|b| !alike(a, b)), "{a}");
        }
    }

    #[test]
    fn guests_numbers_are_all_different() {
        let digits: Vec<_> = "0123456789abcdef".chars().map(|digit| format!("guest-{digit}")).collect();
        for (at, a) in digits.iter().enumerate() {
            assert!(digits.iter().skip(at + 1).all(|b| !alike(a, b)), "{a}");
        }
    }

    #[test]
    fn every_reserved_name_is_one() {
        let reserved = Reserved::new();
        for name in RESERVED.into_iter().chain(["SERVER", "ѕеrvеr", "PartyIine", "PARTYLlNE", "a11", "Err0r"]) {
            assert!(reserved.has(&nick(name)), "{name}");
        }
        for name in ["observer", "server-2", "ann", "allan"] {
            assert!(!reserved.has(&nick(name)), "{name}");
        }
    }
}
