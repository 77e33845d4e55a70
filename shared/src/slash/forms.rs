//! The commands there are: what the grammar reads, `/help` lists and a client completes.

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Be called something else.
    Nick,
    /// Enter a room.
    Join,
    /// Leave one.
    Part,
    /// Say what one does.
    Me,
    /// Say something in private.
    Tell,
    /// Who is in a room.
    Who,
    /// Which rooms there are.
    Rooms,
    /// What was said before.
    History,
    /// Have messages confirmed.
    Receipts,
    /// Which commands there are.
    Help,
    /// Leave for good.
    Quit,
}

/// What the first word after a command names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Nothing: the command stands alone.
    None,
    /// A nick that one would like to have.
    NewNick,
    /// A room.
    Room,
    /// Somebody.
    Member,
    /// Whatever one likes.
    Text,
    /// A number.
    Count,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// How a command is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandForm {
    /// What it does.
    pub verb: Verb,
    /// Its name, without the slash.
    pub name: &'static str,
    /// Other names that it goes by.
    pub aliases: &'static [&'static str],
    /// How it is written: what may be left out is in brackets.
    pub usage: &'static str,
    /// What its first argument names.
    pub argument: Argument,
    /// What it does, in a few words.
    pub help: &'static str,
}

impl CommandForm {
    /// The command of this name or alias, in capitals or not.
    pub fn named(name: &str) -> Option<&'static Self> {
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        COMMANDS.iter().find(|form| is(form.name) || form.aliases.iter().any(|other| is(other)))
    }

    /// Whether it does something without an argument.
    pub fn stands_alone(&self) -> bool {
        self.argument == Argument::None || self.usage.contains('[')
    }
}

/// All commands, in the order in which the help lists them.
pub const COMMANDS: [CommandForm; 11] = [
    form(Verb::Nick, "nick", &[], "/nick NAME", Argument::NewNick, "be called NAME"),
    form(Verb::Join, "join", &["j"], "/join ROOM", Argument::Room, "go to a room; it is made where there is none"),
    form(Verb::Part, "part", &["leave"], "/part [ROOM]", Argument::Room, "leave the room"),
    form(Verb::Me, "me", &[], "/me DOES", Argument::Text, "say what you do"),
    form(Verb::Tell, "msg", &["tell"], "/msg NICK TEXT", Argument::Member, "say something to one person, in private"),
    form(Verb::Who, "who", &["names"], "/who [ROOM]", Argument::Room, "who is here"),
    form(Verb::Rooms, "rooms", &["list"], "/rooms", Argument::None, "which rooms there are"),
    form(Verb::History, "history", &[], "/history [COUNT]", Argument::Count, "what was said last"),
    form(
        Verb::Receipts,
        "receipts",
        &[],
        "/receipts on|off",
        Argument::OneOf(&["on", "off"]),
        "have each of your messages confirmed, or not",
    ),
    form(Verb::Help, "help", &["?"], "/help", Argument::None, "which commands there are"),
    form(Verb::Quit, "quit", &["exit"], "/quit", Argument::None, "leave"),
];

const fn form(
    verb: Verb,
    name: &'static str,
    aliases: &'static [&'static str],
    usage: &'static str,
    argument: Argument,
    help: &'static str,
) -> CommandForm {
    CommandForm { verb, name, aliases, usage, argument, help }
}

/// What `/help` says: the commands, a line each.
pub fn help() -> String {
    let mut text: String = COMMANDS.iter().map(|form| format!("{:<18} {}\n", form.usage, form.help)).collect();
    text.push_str("//TEXT             say a line that starts with a slash");
    text
}
