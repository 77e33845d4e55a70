//! What a text that is being typed could go on as: nicks, rooms, commands, emoji.
//!
//! Nothing here knows the field. Positions are bytes of the text; [`units`] and [`bytes`] turn them into what the
//! browser counts in, and back.

use partyline_shared::{Argument, COMMANDS, CommandForm, Verb, light};

mod words;

pub(crate) use words::Cycle;

/// Most that is offered at a time: more isn't read, and another letter narrows it down faster.
pub(crate) const MOST: usize = 8;

/// From so many letters on, emoji are offered: `:)` and `:p` are to stay what they are.
const EMOJI_LETTERS: usize = 2;

/// What is being named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody, after `@`.
    Member,
    /// A room, after `#`.
    Room,
    /// A command, after `/` at the start.
    Command,
    /// An emoji, after `:`.
    Emoji,
    /// What a command asks for.
    Argument(Argument),
}

/// The part of the text that could be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it names.
    pub(crate) kind: Kind,
    /// Where it starts: at its sign, where it has one.
    pub(crate) start: usize,
    /// Where it ends; what comes after the caret belongs to it as long as it could.
    pub(crate) end: usize,
    /// What stands between its sign and the caret.
    pub(crate) typed: String,
}

impl Token {
    /// Whether Enter takes the first suggestion. Whoever goes to a room may well mean one that isn't there yet.
    pub(crate) fn takes_first(&self) -> bool {
        !matches!(self.kind, Kind::Argument(Argument::Room | Argument::OneOf(_)))
    }

    /// What is put before what was chosen.
    pub(crate) fn sign(&self) -> &'static str {
        match self.kind {
            Kind::Member => "@",
            Kind::Room => "#",
            Kind::Command => "/",
            Kind::Emoji | Kind::Argument(_) => "",
        }
    }
}

/// The token that the caret stands in or behind.
pub(crate) fn token(text: &str, caret: usize) -> Option<Token> {
    let before = text.get(..caret)?;
    if let Some(token) = of_command(text, before) {
        return Some(token);
    }
    let start = before.rfind(['@', '#', ':']).filter(|start| before[start + 1..].chars().all(is_of_name))?;
    let (sign, typed) = before[start..].split_at(1);
    let previous = before[..start].chars().next_back();
    let kind = match sign {
        // An address of mail, or of a page, isn't somebody's name.
        "@" if previous.is_none_or(|c| !is_of_address(c)) => Kind::Member,
        "#" if previous.is_none_or(|c| !is_of_address(c) && c != '#') => Kind::Room,
        // In Chinese a colon and a word may follow a word without a space: nothing is to come in between.
        ":" if previous.is_none_or(|c| !is_of_name(c) && c != ':') && is_name_of_emoji(typed) => Kind::Emoji,
        _ => return None,
    };
    Some(Token { kind, start, end: end_of_name(text, caret), typed: typed.to_owned() })
}

/// The finished `:name:` right before the caret: where it starts, and the name.
pub(crate) fn finished_emoji(text: &str, caret: usize) -> Option<(usize, &str)> {
    let before = text.get(..caret)?.strip_suffix(':')?;
    let start = before.rfind(':')?;
    let name = &before[start + 1..];
    // "10:30:45", and what is in `code`.
    let apart = before[..start].chars().next_back().is_none_or(|c| !c.is_ascii_alphanumeric());
    let in_code = before[..start].matches('`').count() % 2 == 1;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_+-".contains(c));
    (apart && !in_code && is_name).then_some((start, name))
}

/// Those of the names that fit what was typed: first the ones that start with it, then the ones that have a part that
/// does, then the ones that hold it; otherwise as they come.
pub(crate) fn fitting<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = light::lower(typed);
    let fits = |name: &str| {
        let name = light::lower(name);
        if name.starts_with(&typed) {
            Some(0)
        } else if name.split(['-', '_']).any(|part| part.starts_with(&typed)) {
            Some(1)
        } else {
            name.contains(&typed).then_some(2)
        }
    };
    let mut fitting: Vec<_> = names.into_iter().filter_map(|name| Some((fits(name)?, name))).collect();
    fitting.sort_by_key(|(how, _)| *how);
    fitting.into_iter().map(|(_, name)| name).take(MOST).collect()
}

/// The commands that start with what was typed. Here each message shows how far it got: nobody needs receipts.
pub(crate) fn commands(typed: &str) -> impl Iterator<Item = &'static CommandForm> {
    let typed = typed.to_ascii_lowercase();
    COMMANDS.iter().filter(move |form| form.name.starts_with(&typed) && form.verb != Verb::Receipts)
}

/// Where a position is that the browser counts in UTF-16 code units.
pub(crate) fn bytes(text: &str, units: usize) -> usize {
    let mut left = units;
    let fits = |c: &char| {
        let fits = left >= c.len_utf16();
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    text.chars().take_while(fits).map(char::len_utf8).sum()
}

/// How many UTF-16 code units come before a position.
pub(crate) fn units(text: &str, bytes: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < bytes).map(|(_, c)| c.len_utf16()).sum()
}

/// A command, or its first argument. Several lines are said as they are.
fn of_command(text: &str, before: &str) -> Option<Token> {
    let command = before.strip_prefix('/').filter(|_| !text.contains('\n'))?;
    let Some((name, rest)) = command.split_once(' ') else {
        let is_name = command.chars().all(|c| c.is_ascii_alphabetic());
        let end = end_of_name(text, before.len());
        return is_name.then(|| Token { kind: Kind::Command, start: 0, end, typed: command.to_owned() });
    };
    let argument = CommandForm::named(name)?.argument;
    if !matches!(argument, Argument::Room | Argument::Member | Argument::OneOf(_)) {
        return None;
    }
    let typed = rest.trim_start_matches(' ');
    // A sign before a name is taken, and not needed.
    let bare = typed.trim_start_matches(['@', '#']);
    let start = before.len() - typed.len();
    let end = end_of_name(text, before.len());
    bare.chars().all(is_of_name).then(|| Token { kind: Kind::Argument(argument), start, end, typed: bare.to_owned() })
}

fn end_of_name(text: &str, caret: usize) -> usize {
    caret + text[caret..].chars().take_while(|c| is_of_name(*c)).map(char::len_utf8).sum::<usize>()
}

fn is_of_name(c: char) -> bool {
    // Full-width signs are a sentence's, as their narrow ones.
    let is_wide_sign = matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff65}');
    (light::is_of_name(c) && !is_wide_sign) || c == '+'
}

fn is_of_address(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '=' | '&' | '@')
}

fn is_name_of_emoji(typed: &str) -> bool {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).count();
    letters >= EMOJI_LETTERS && typed.is_ascii() && !typed.starts_with(['-', '_'])
}

#[cfg(test)]
mod tests;
