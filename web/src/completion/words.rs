//! A word that Tab makes a nick of, as chats have done since there were terminals.

use partyline_shared::light;

/// The nicks that a word could become, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// Where the word starts.
    start: usize,
    nicks: Vec<String>,
    at: usize,
}

/// A part of a text that is to become another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replacement {
    /// From here.
    pub(crate) start: usize,
    /// To here.
    pub(crate) end: usize,
    /// With this.
    pub(crate) with: String,
}

impl Cycle {
    /// Starts with the word right before the caret, if nicks start with it.
    pub(crate) fn start<'a>(text: &str, caret: usize, nicks: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let before = text.get(..caret)?;
        let start = before
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let word = light::lower(&before[start..]);
        if word.is_empty() || text[caret..].starts_with(|c: char| !c.is_whitespace()) {
            return None;
        }
        let fits = |nick: &&str| light::lower(nick).starts_with(&word);
        let nicks: Vec<_> = nicks.into_iter().filter(fits).map(str::to_owned).take(super::MOST).collect();
        (!nicks.is_empty()).then_some(Self { start, nicks, at: 0 })
    }

    /// The nick that the word is now, and which one of how many that is.
    pub(crate) fn current(&self) -> (&str, usize, usize) {
        (&self.nicks[self.at], self.at + 1, self.nicks.len())
    }

    /// Makes the word before the caret the nick that it starts with.
    pub(crate) fn first(&self, caret: usize) -> Replacement {
        Replacement { start: self.start, end: caret, with: self.inserted() }
    }

    /// Makes the nick another one; `None` where there is no other, or it no longer stands right before the caret.
    pub(crate) fn next(&mut self, text: &str, caret: usize, back: bool) -> Option<Replacement> {
        let shown = text.get(self.start..caret)?;
        let count = self.nicks.len();
        if count < 2 || shown != self.inserted() {
            return None;
        }
        self.at = (self.at + if back { count - 1 } else { 1 }) % count;
        Some(Replacement { start: self.start, end: caret, with: self.inserted() })
    }

    /// Whoever is spoken to stands at the start, with a colon.
    fn inserted(&self) -> String {
        let after = if self.start == 0 { ": " } else { " " };
        format!("{}{after}", self.nicks[self.at])
    }
}
