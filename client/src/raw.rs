//! Sockets without a protocol: bytes go out as they are said, and what comes back is shown.

mod chat;
mod cleaner;
mod line_end;
mod replies;
mod send;

use std::io;
use std::time::Duration;

pub(crate) use chat::run as chat;
pub(crate) use cleaner::Cleaner;
pub(crate) use line_end::LineEnd;
pub(crate) use send::run as send;

use crate::connect::ConnectError;

/// What is read at a time.
const BUFFER: usize = 16 << 10;

/// Why a server wasn't heard to the end.
#[derive(Debug, thiserror::Error)]
enum RawError {
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Connecting took too long.
    #[error("no connection to {0} within {secs} s: is the address right? --timeout waits longer", secs = .1.as_secs_f32())]
    Unconnected(String, Duration),
    /// Nothing came.
    #[error("{0} has not answered within {secs} s: --timeout waits longer", secs = .1.as_secs_f32())]
    NoAnswer(String, Duration),
    /// It reads no more.
    #[error("{0} has not taken all of it within {secs} s: --timeout waits longer", secs = .1.as_secs_f32())]
    NotTaken(String, Duration),
    /// It was told that nothing more will come, and neither said anything nor closed.
    #[error("{0} has been silent for {secs} s without closing: --timeout waits longer", secs = .1.as_secs_f32())]
    NoEnd(String, Duration),
    /// It has gone without a word.
    #[error("{0} has closed the connection without an answer")]
    ClosedSilently(String),
    /// It has gone too early.
    #[error("{0} has closed the connection before it had taken all that was to be said")]
    ClosedEarly(String),
    /// The connection broke.
    #[error("the connection to {0} broke: {1}")]
    Broken(String, io::Error),
    /// The screen, stdin or stdout is gone.
    #[error("can't go on: {0}")]
    Screen(io::Error),
}
