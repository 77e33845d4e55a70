//! What a text of the tables looks like: itself, with marks where names stand and where a number decides.
//!
//! The marks are written by `web/build/catalogue.rs`, which refuses what isn't understood here.

use super::Language;

const ARGUMENT: char = '\u{1}';
const PLURAL: char = '\u{2}';
const CASE: char = '\u{3}';
const THEN: char = '\u{4}';
const END: char = '\u{5}';

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it stands.
    Text(&'static str),
    /// The argument at this place.
    Argument(usize),
}

/// Gives the pieces of a text in their order. `count` is the number at a place.
pub(super) fn write(
    pattern: &'static str,
    language: Language,
    count: &dyn Fn(usize) -> Option<u64>,
    out: &mut dyn FnMut(Piece),
) {
    let mut rest = pattern;
    while let Some(at) = rest.find([ARGUMENT, PLURAL]) {
        let (before, marked) = rest.split_at(at);
        if !before.is_empty() {
            out(Piece::Text(before));
        }
        let mut marks = marked.chars();
        let is_plural = marks.next() == Some(PLURAL);
        let place = marks.next().and_then(|digit| digit.to_digit(10)).unwrap_or_default() as usize;
        rest = marks.as_str();
        if is_plural {
            let (cases, after) = rest.split_once(END).unwrap_or((rest, ""));
            write(choose(cases, language, count(place)), language, count, out);
            rest = after;
        } else {
            out(Piece::Argument(place));
        }
    }
    if !rest.is_empty() {
        out(Piece::Text(rest));
    }
}

/// The case of a number: that of exactly this number, that of its kind, or `other`.
fn choose(cases: &'static str, language: Language, count: Option<u64>) -> &'static str {
    let kind = match (language, count) {
        (Language::English, Some(1)) => "one",
        _ => "other",
    };
    let (mut of_kind, mut other) = (None, "");
    for (case, text) in cases.split(CASE).filter_map(|case| case.split_once(THEN)) {
        if case.parse().is_ok_and(|exactly: u64| Some(exactly) == count) {
            return text;
        }
        if case == kind {
            of_kind = Some(text);
        }
        if case == "other" {
            other = text;
        }
    }
    of_kind.unwrap_or(other)
}
