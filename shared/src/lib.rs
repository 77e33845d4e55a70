//! The words both ends of a Partyline use: names, texts, numbers, [`Command`]s, [`Event`]s and the codecs
//! that turn bytes into the former and the latter into bytes.
//!
//! This is the ground floor. It knows no socket, file, thread, clock or randomness, and builds for the
//! browser as well as for the server, so that the two can't drift apart.

pub mod codec;
mod command;
mod event;
pub mod format;
mod id;
pub mod light;
mod limits;
mod name;
mod refusal;
mod slash;
mod text;

pub use command::{Command, Hello, History, Join, ResumePoint, Say};
pub use event::{
    Bye, ByeReason, Change, Conversation, Event, HistoryPage, Joined, Kind, MemberRef, Message, RoomSummary, Sent, Via,
    Welcome,
};
pub use id::{ClientRef, Epoch, InvalidId, MemberId, Seq, Timestamp, Token};
pub use limits::Limits;
pub use name::{InvalidName, Nick, RoomName, Target};
pub use refusal::{Code, Refused};
pub use slash::{Argument, COMMANDS, CommandForm, Line, SlashError, Verb, help, parse_line};
pub use text::{InvalidText, Text, VisibleFilter, clean, clean_line, strip_controls};

/// The version of the JSON protocol that this crate speaks. A `hello` that names another one is refused.
pub const PROTOCOL: u32 = 1;

/// The port that a Partyline listens on unless told otherwise.
pub const DEFAULT_PORT: u16 = 19534;
