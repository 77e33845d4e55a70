//! What there is to say about a text before it is sent.

use partyline_shared::{CommandForm, InvalidName, Limits, Line, SlashError, Verb, light, parse_line};

use crate::completion;
use crate::words::{problems, sayings, tr};

/// What there is to say about a text before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// How the command is written that is being typed.
    Form(&'static CommandForm),
    /// So it isn't written.
    Usage(&'static CommandForm),
    /// There is no such command.
    Unknown(String),
    /// No room can be called this.
    Room(InvalidName),
    /// Nobody can be called this.
    Nick(InvalidName),
    /// So many characters too many.
    TooLong(usize),
    /// There is no room to say it in yet.
    Nowhere,
}

impl Hint {
    /// What to say about a text; `finished` where it is about to be sent.
    pub(super) fn of(text: &str, limits: &Limits, finished: bool) -> Option<Self> {
        let over = said_chars(text).saturating_sub(limits.message_chars);
        if over > 0 {
            return Some(Self::TooLong(over));
        }
        let line = text.trim_end_matches(['\r', '\n']);
        let command = line.strip_prefix('/').filter(|rest| !rest.starts_with('/') && !rest.contains('\n'))?;
        let name = command.split(char::is_whitespace).next().unwrap_or_default();
        let form = CommandForm::named(name);
        match (parse_line(line), form) {
            (Err(SlashError::Unknown(_)), _) => {
                let may_become_one = command == name && completion::commands(name).next().is_some();
                (finished || !may_become_one).then(|| Self::Unknown(name.chars().take(24).collect()))
            }
            // While an argument is still missing that is no mistake yet.
            (Err(SlashError::Usage(_)), Some(form)) if finished || !may_go_on(command, form) => Some(Self::Usage(form)),
            (Ok(Line::Join(room)), _) if let Err(wrong) = light::check_name(&room, limits.room_chars) => {
                Some(Self::Room(wrong))
            }
            (Ok(Line::Nick(nick)), _) if let Err(wrong) = light::check_name(&nick, limits.nick_chars) => {
                Some(Self::Nick(wrong))
            }
            (_, form) => form.map(Self::Form),
        }
    }

    /// Whether the text can't be sent as it is.
    pub(super) fn is_problem(&self) -> bool {
        !matches!(self, Self::Form(_))
    }

    /// It, in the person's language.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Form(form) => tr!("composer-command", usage = form.usage, does = sayings::command(form.verb)),
            Self::Usage(form) => tr!("composer-usage", usage = form.usage),
            Self::Unknown(name) => tr!("composer-unknown-command", name = name),
            Self::Room(wrong) => tr!("rooms-invalid", why = problems::name(wrong)),
            Self::Nick(wrong) => tr!("nick-invalid", why = problems::name(wrong)),
            Self::TooLong(over) => tr!("composer-too-long", over = *over),
            Self::Nowhere => tr!("composer-nowhere"),
        }
    }
}

/// A command's argument that is merely not there yet.
fn may_go_on(command: &str, form: &CommandForm) -> bool {
    let arguments = command.split_whitespace().count() - 1;
    match form.verb {
        Verb::Tell => arguments < 2,
        _ => arguments == 0,
    }
}

/// How many characters of a text count: what is said, without the command before it.
pub(super) fn said_chars(text: &str) -> usize {
    let said = text.trim_end().trim_start_matches('\n');
    match parse_line(said) {
        // Several lines are said as they are.
        _ if said.contains('\n') => said.chars().count(),
        Ok(Line::Say { text, .. } | Line::Tell { text, .. }) => text.trim_end().chars().count(),
        Ok(_) | Err(_) => said.chars().count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(text: &str) -> Option<Hint> {
        Hint::of(text, &Limits { message_chars: 10, ..Limits::default() }, false)
    }

    #[test]
    fn a_command_is_explained_while_it_is_typed_and_a_mistake_is_said() {
        let form = |name| Some(Hint::Form(CommandForm::named(name).unwrap()));
        assert_eq!(hint("hello"), None);
        assert_eq!(hint("//etc"), None);
        assert_eq!(hint("/jo"), None, "it may become one");
        assert_eq!(hint("/join"), form("join"));
        assert_eq!(hint("/join kit"), form("join"));
        assert_eq!(hint("/msg ann "), form("msg"));
        assert_eq!(hint("/etc/hosts"), Some(Hint::Unknown("etc/hosts".into())));
        assert_eq!(hint("/jo x"), Some(Hint::Unknown("jo".into())));
        assert!(matches!(hint("/join a b"), Some(Hint::Usage(_))));
        assert!(matches!(hint("/history x"), Some(Hint::Usage(_))));
        assert!(matches!(hint("/join a!b"), Some(Hint::Room(InvalidName::BadChar(_)))));
        assert!(matches!(hint("/nick -a"), Some(Hint::Nick(InvalidName::BadStart))));
        assert_eq!(hint("/jo\nlines"), None, "several lines are said as they are");
    }

    #[test]
    fn what_is_missing_is_a_mistake_once_it_is_sent() {
        let finished = |text| Hint::of(text, &Limits::default(), true);
        assert!(finished("/jo").is_some_and(|hint| hint.is_problem()));
        assert!(finished("/join").is_some_and(|hint| hint.is_problem()));
        assert!(finished("/who").is_some_and(|hint| !hint.is_problem()));
        assert_eq!(finished("hello"), None);
    }

    #[test]
    fn what_is_said_counts_and_nothing_else() {
        assert_eq!(hint("1234567890  \n"), None);
        assert_eq!(hint("12345678901"), Some(Hint::TooLong(1)));
        assert_eq!(hint("明明明明明明明明明明明明"), Some(Hint::TooLong(2)));
        assert!(hint("/me 1234567890").is_some_and(|hint| !hint.is_problem()));
        assert_eq!(hint("/msg ann 12345678901"), Some(Hint::TooLong(1)));
        assert_eq!(said_chars("a\nb"), 3);
    }
}
