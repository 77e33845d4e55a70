//! The grammar of a typed line: slash commands, or something to say. The plain-text dialect, the page and the
//! native client all read lines with it.

mod forms;

use crate::text::visible::is_invisible;

pub use forms::{Argument, COMMANDS, CommandForm, Verb, help};

/// What a person typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing but white space.
    Empty,
    /// Something to say in the current room; `action` for `/me`.
    Say {
        /// What.
        text: String,
        /// Done rather than said.
        action: bool,
    },
    /// `/nick NAME`
    Nick(String),
    /// `/join ROOM`
    Join(String),
    /// `/part [ROOM]`
    Part(Option<String>),
    /// `/msg NICK TEXT`
    Tell {
        /// The nick.
        to: String,
        /// What.
        text: String,
    },
    /// `/who [ROOM]`
    Who(Option<String>),
    /// `/rooms`
    Rooms,
    /// `/history [COUNT]`
    History(Option<u32>),
    /// `/receipts on|off`
    Receipts(bool),
    /// `/help`
    Help,
    /// `/quit`
    Quit,
}

/// Why a typed line is not a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlashError {
    /// There is no such command.
    #[error("there is no command /{0}; /help lists them, and // says a line that starts with a slash")]
    Unknown(String),
    /// An argument is missing or can't be read.
    #[error("usage: {0}")]
    Usage(&'static str),
}

/// Reads a typed line, without its line break.
///
/// # Errors
/// [`SlashError`] where it starts with a slash and isn't a command.
pub fn parse_line(line: &str) -> Result<Line, SlashError> {
    let Some(command) = line.strip_prefix('/') else {
        let empty = line.trim().is_empty();
        return Ok(if empty { Line::Empty } else { Line::Say { text: line.to_owned(), action: false } });
    };
    if command.starts_with('/') {
        return Ok(Line::Say { text: command.to_owned(), action: false });
    }
    let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    let Some(form) = CommandForm::named(name) else {
        // Seen by whoever typed it, perhaps on a terminal.
        let shown = name.chars().filter(|&c| !c.is_control() && !is_invisible(c)).take(32).collect();
        return Err(SlashError::Unknown(shown));
    };
    let usage = || SlashError::Usage(form.usage);
    let rest = rest.trim();
    let word =
        || (!rest.is_empty() && !rest.contains(char::is_whitespace)).then(|| rest.trim_start_matches('#').to_owned());
    let optional_word = || if rest.is_empty() { Ok(None) } else { word().map(Some).ok_or_else(usage) };
    match form.verb {
        Verb::Nick => word().map(Line::Nick).ok_or_else(usage),
        Verb::Join => word().map(Line::Join).ok_or_else(usage),
        Verb::Part => optional_word().map(Line::Part),
        Verb::Me if rest.is_empty() => Err(usage()),
        Verb::Me => Ok(Line::Say { text: rest.to_owned(), action: true }),
        Verb::Tell => match rest.split_once(char::is_whitespace) {
            Some((to, text)) => {
                Ok(Line::Tell { to: to.trim_start_matches('@').to_owned(), text: text.trim_start().to_owned() })
            }
            None => Err(usage()),
        },
        Verb::Who => optional_word().map(Line::Who),
        Verb::Rooms => Ok(Line::Rooms),
        Verb::History if rest.is_empty() => Ok(Line::History(None)),
        Verb::History => match rest.parse() {
            Ok(count) if count > 0 => Ok(Line::History(Some(count))),
            _ => Err(usage()),
        },
        Verb::Receipts => match rest {
            "on" => Ok(Line::Receipts(true)),
            "off" => Ok(Line::Receipts(false)),
            _ => Err(usage()),
        },
        Verb::Help => Ok(Line::Help),
        Verb::Quit => Ok(Line::Quit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(text: &str) -> Line {
        Line::Say { text: text.into(), action: false }
    }

    #[test]
    fn lines_are_said_and_slashes_are_commands() {
        assert_eq!(parse_line("hello there"), Ok(say("hello there")));
        assert_eq!(parse_line("  indented"), Ok(say("  indented")));
        assert_eq!(parse_line("//etc/hosts"), Ok(say("/etc/hosts")));
        assert_eq!(parse_line(" \t"), Ok(Line::Empty));
        assert_eq!(parse_line("/me  waves "), Ok(Line::Say { text: "waves".into(), action: true }));
        assert_eq!(parse_line("/JOIN #kitchen"), Ok(Line::Join("kitchen".into())));
        assert_eq!(parse_line("/msg @ann  hi  there"), Ok(Line::Tell { to: "ann".into(), text: "hi  there".into() }));
        assert_eq!(parse_line("/part"), Ok(Line::Part(None)));
        assert_eq!(parse_line("/history 20"), Ok(Line::History(Some(20))));
        assert_eq!(parse_line("/receipts on"), Ok(Line::Receipts(true)));
    }

    #[test]
    fn a_wrong_command_says_what_to_do() {
        assert_eq!(parse_line("/nick"), Err(SlashError::Usage("/nick NAME")));
        assert_eq!(parse_line("/nick a b"), Err(SlashError::Usage("/nick NAME")));
        assert_eq!(parse_line("/history 0"), Err(SlashError::Usage("/history [COUNT]")));
        assert_eq!(parse_line("/msg ann"), Err(SlashError::Usage("/msg NICK TEXT")));
        let unknown = parse_line("/etc/hosts").unwrap_err().to_string();
        assert_eq!(
            unknown,
            "there is no command /etc/hosts; /help lists them, and // says a line that starts with a slash"
        );
    }

    #[test]
    fn every_command_of_the_help_is_one() {
        for line in help().lines().filter(|line| !line.starts_with("//")) {
            let name = line.split_whitespace().next().unwrap();
            assert!(!matches!(parse_line(name), Err(SlashError::Unknown(_))), "{name}");
        }
    }

    #[test]
    fn a_command_goes_by_its_other_names_too() {
        for form in &COMMANDS {
            for other in form.aliases {
                assert_eq!(CommandForm::named(&other.to_uppercase()), Some(form), "{other}");
            }
        }
        assert_eq!(parse_line("/J kitchen"), Ok(Line::Join("kitchen".into())));
        assert_eq!(parse_line("/?"), Ok(Line::Help));
    }
}
