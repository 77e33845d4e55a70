//! What the engine tells the person, in words.

use partyline_engine::Saying;
use partyline_shared::{COMMANDS, Code, InvalidText, Refused, SlashError, Verb};

use super::{problems, tr};

/// What the engine says, in the language of the page.
pub(crate) fn say(saying: &Saying) -> String {
    match saying {
        Saying::Help => help(),
        Saying::NothingOlder => tr!("sayings-nothing-older"),
        Saying::NoReceipts => tr!("sayings-no-receipts"),
        Saying::WillAskToBe(nick) => tr!("sayings-will-ask-to-be", nick = nick),
        Saying::OnlyTwo => tr!("sayings-only-two"),
        Saying::NotConnected => tr!("sayings-not-connected"),
        Saying::NewLog => tr!("sayings-new-log"),
        Saying::Gone(count) => tr!("sayings-gone", count = *count),
        Saying::Nowhere => tr!("sayings-nowhere"),
        Saying::NotThere => tr!("sayings-not-there"),
        Saying::NotIn(room) => tr!("sayings-not-in", room = room),
        Saying::NotARoom(wrong) => tr!("sayings-not-a-room", why = problems::name(wrong)),
        Saying::TooManyWait(count) => tr!("sayings-too-many-wait", count = *count),
        Saying::NotAText(InvalidText::Empty) => tr!("sayings-empty"),
        Saying::NotAText(InvalidText::TooLong { len, max }) => tr!("sayings-too-long", len = *len, max = *max),
        Saying::NotACommand(SlashError::Unknown(name)) => tr!("sayings-no-command", name = name),
        Saying::NotACommand(SlashError::Usage(usage)) => tr!("sayings-usage", usage = usage),
        Saying::Members { count, nicks } => members(*count, nicks),
        Saying::Rooms(rooms) if rooms.is_empty() => tr!("sayings-no-rooms"),
        Saying::Rooms(rooms) => {
            let lines = rooms.iter().map(|room| tr!("sayings-room", room = room.room, count = room.count));
            lines.collect::<Vec<_>>().join("\n")
        }
        Saying::NotSentTo { nick, why } => tr!("sayings-not-sent-to", nick = nick, why = refusal(why)),
        Saying::NotSentBefore => tr!("sayings-not-sent-before"),
        Saying::LeftUnsent { title, count } => tr!("sayings-left-unsent", room = title, count = *count),
        Saying::Refused(refused) => refusal(refused),
        Saying::Words(words) => words.clone(),
    }
}

/// Why the server refused something: by its code, where that says enough, else in the server's own words.
pub(crate) fn refusal(refused: &Refused) -> String {
    match refused.code {
        Code::NickTaken => tr!("refused-nick-taken"),
        Code::BadNick => tr!("refused-bad-nick"),
        Code::BadRoom => tr!("refused-bad-room"),
        Code::BadText | Code::TooLong => tr!("refused-bad-text"),
        Code::NotInRoom => tr!("refused-not-in-room"),
        Code::NoSuchMember => tr!("refused-no-such-member"),
        Code::TooManyRooms => tr!("refused-too-many-rooms"),
        Code::RateLimited => tr!("refused-rate-limited"),
        Code::Busy => tr!("refused-busy"),
        Code::LogUnavailable => tr!("refused-log-unavailable"),
        Code::UnsupportedProtocol => tr!("refused-unsupported-protocol"),
        Code::BadJson | Code::UnknownCommand | Code::BadField | Code::HelloFirst | Code::Unknown => {
            refused.text.clone()
        }
    }
}

/// What a command does, in a few words.
pub(crate) fn command(verb: Verb) -> String {
    match verb {
        Verb::Nick => tr!("command-nick"),
        Verb::Join => tr!("command-join"),
        Verb::Part => tr!("command-part"),
        Verb::Me => tr!("command-me"),
        Verb::Tell => tr!("command-tell"),
        Verb::Who => tr!("command-who"),
        Verb::Rooms => tr!("command-rooms"),
        Verb::History => tr!("command-history"),
        Verb::Receipts => tr!("command-receipts"),
        Verb::Help => tr!("command-help"),
        Verb::Quit => tr!("command-quit"),
    }
}

/// The commands that do something here, a line each.
fn help() -> String {
    let here = COMMANDS.iter().filter(|form| form.verb != Verb::Receipts);
    let mut lines: Vec<_> = here.map(|form| format!("{:<18} {}", form.usage, command(form.verb))).collect();
    lines.push(format!("{:<18} {}", "//TEXT", tr!("command-slash")));
    lines.join("\n")
}

fn members(count: usize, nicks: &[String]) -> String {
    let listed = nicks.join(&tr!("sayings-comma"));
    match count.saturating_sub(nicks.len()) {
        0 => tr!("sayings-members", count = count, nicks = listed),
        more => tr!("sayings-members-and-more", count = count, nicks = listed, more = more),
    }
}
