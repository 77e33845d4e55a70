//! What the person is told: facts, so that each client can say them in the person's language.

use std::fmt;

use partyline_shared::{InvalidName, InvalidText, Refused, RoomSummary, SlashError, help};

/// Something to tell the person. `Display` says it in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saying {
    /// Which commands there are.
    Help,
    /// History was asked for where there is no more.
    NothingOlder,
    /// Receipts were asked for, which are for plain text.
    NoReceipts,
    /// There is no connection: this is the nick that will be asked for once there is.
    WillAskToBe(String),
    /// Who is here was asked in a private conversation.
    OnlyTwo,
    /// There is no connection, and what was asked is of use only now.
    NotConnected,
    /// The server's log is another one than before.
    NewLog,
    /// So many messages that were missed are no longer kept.
    Gone(u64),
    /// Something was to be said, and one is in no room.
    Nowhere,
    /// Something was to be said in a room that one isn't in.
    NotThere,
    /// A room was to be left that one isn't in.
    NotIn(String),
    /// No room can be called that.
    NotARoom(InvalidName),
    /// Nothing more is taken: so many messages wait already.
    TooManyWait(usize),
    /// This can't be said.
    NotAText(InvalidText),
    /// This is no command.
    NotACommand(SlashError),
    /// The answer to `/who`.
    Members {
        /// How many there are.
        count: usize,
        /// What they are called, in alphabetical order; fewer than `count` where there are many.
        nicks: Vec<String>,
    },
    /// The answer to `/rooms`.
    Rooms(Vec<RoomSummary>),
    /// What was told somebody by nick wasn't sent.
    NotSentTo {
        /// To whom.
        nick: String,
        /// Why.
        why: Refused,
    },
    /// It has waited for long, or had failed when the client was last used: it is sent again only when the person says so.
    NotSentBefore,
    /// A room was left before so many messages to it were sent.
    LeftUnsent {
        /// What the room is called.
        title: String,
        /// How many.
        count: usize,
    },
    /// The server refused something.
    Refused(Refused),
    /// What whoever runs the engine says itself.
    Words(String),
}

impl fmt::Display for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Help => f.write_str(&help()),
            Self::NothingOlder => f.write_str("there is nothing more here to be shown now"),
            Self::NoReceipts => f.write_str("/receipts is for plain text: here each message shows how far it got"),
            Self::WillAskToBe(nick) => write!(f, "{nick} is what you will ask to be called once connected"),
            Self::OnlyTwo => f.write_str("only the two of you are here"),
            Self::NotConnected => f.write_str("there is no connection now: ask again once there is"),
            Self::NewLog => f.write_str("the server's log is a new one: what was shown here before is no longer in it"),
            Self::Gone(1) => f.write_str("1 message that was said meanwhile is gone: the server no longer keeps it"),
            Self::Gone(count) => {
                write!(f, "{count} messages that were said meanwhile are gone: the server no longer keeps them")
            }
            Self::Nowhere => f.write_str("you aren't in any room: /join one first"),
            Self::NotThere => f.write_str("you aren't in that room: /join it first"),
            Self::NotIn(room) => write!(f, "you aren't in {room}"),
            Self::NotARoom(wrong) => write!(f, "no room can be called that: {wrong}"),
            Self::TooManyWait(count) => write!(f, "not sent: {count} messages wait already; try again later"),
            Self::NotAText(wrong) => wrong.fmt(f),
            Self::NotACommand(wrong) => wrong.fmt(f),
            Self::Members { count, nicks } => {
                let more = count.saturating_sub(nicks.len());
                let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
                write!(f, "{count} here: {}{rest}", nicks.join(", "))
            }
            Self::Rooms(rooms) if rooms.is_empty() => f.write_str("there are no rooms yet: /join NAME makes one"),
            Self::Rooms(rooms) => {
                let lines: Vec<_> = rooms.iter().map(|room| format!("{} ({} here)", room.room, room.count)).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::NotSentTo { nick, why } => write!(f, "not sent to {nick}: {}", why.text),
            Self::NotSentBefore => f.write_str("it wasn't sent when it was written"),
            Self::LeftUnsent { title, count } => {
                write!(f, "you left {title} before {count} of your messages were sent")
            }
            Self::Refused(refused) => f.write_str(&refused.text),
            Self::Words(words) => f.write_str(words),
        }
    }
}
