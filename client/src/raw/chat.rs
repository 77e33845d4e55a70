//! `partyline chat --raw`: what is typed goes out line by line, what comes back is shown as it comes.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use super::replies::Replies;
use super::{BUFFER, LineEnd, RawError};
use crate::connect::{Reader, Writer, connect};
use crate::pipe::Pipe;
use crate::screen::{Screen, Typed};
use crate::terminal::Terminal;
use crate::wait::{after, stopped, until};
use crate::{StreamAddress, print};

/// A reply that ends no line is shown as one when nothing more has come for so long.
const PAUSE: Duration = Duration::from_millis(100);
/// The lines of a pipe would run into each other where nothing ends them: each waits for the answer to the one before,
/// as a person would, but no longer than this.
const TURN: Duration = Duration::from_secs(1);
/// When the server has closed, stdin has so long to show that there was more to say.
const LEFTOVER: Duration = Duration::from_millis(200);
/// Bytes that wait to be written; with more of them no more is read from a pipe.
const ENOUGH_UNSENT: usize = 64 << 10;

/// Talks until one of the two hangs up. `timeout` bounds connecting, each answer, and the end; without it there is
/// no bound.
pub(crate) async fn run(address: StreamAddress, line_end: LineEnd, timeout: Option<Duration>) -> ExitCode {
    match talk(address, line_end, timeout).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(RawError::Screen(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            print::problem(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

async fn talk(address: StreamAddress, line_end: LineEnd, timeout: Option<Duration>) -> Result<(), RawError> {
    let place = address.to_string();
    let (reader, writer) = match timeout {
        None => connect(&address).await?,
        Some(timeout) => match tokio::time::timeout(timeout, connect(&address)).await {
            Ok(connected) => connected?,
            Err(_) => return Err(RawError::Unconnected(place, timeout)),
        },
    };
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        // Nobody says it again: a line stays where it was typed.
        let mut terminal = Terminal::new(true).map_err(RawError::Screen)?;
        let hint = format!("-- connected to {place}; Ctrl-D ends what you say and waits for the rest, Ctrl-C leaves");
        terminal.show(&hint).map_err(RawError::Screen)?;
        Talk::new(place, line_end, timeout, terminal).run(reader, writer).await
    } else {
        Talk::new(place, line_end, timeout, Pipe::new()).run(reader, writer).await
    }
}

struct Talk<S> {
    place: String,
    line_end: LineEnd,
    timeout: Option<Duration>,
    screen: S,
    replies: Replies,
    /// What waits to be written.
    out: Vec<u8>,
    /// When something last came.
    heard_at: Instant,
    /// Since when the server owes an answer, or the end.
    owed_since: Option<Instant>,
    /// Until when the next line waits its turn.
    turn_at: Option<Instant>,
    /// No more lines will come.
    ended: bool,
    /// The server was told so.
    hung_up: bool,
    /// The server takes nothing any more, although there was something to say.
    refused: bool,
}

/// How it ends where nothing went wrong.
enum End {
    /// The server has closed.
    Closed,
    /// The person has left.
    Left,
}

impl<S: Screen> Talk<S> {
    fn new(place: String, line_end: LineEnd, timeout: Option<Duration>, screen: S) -> Self {
        Self {
            place,
            line_end,
            timeout,
            screen,
            replies: Replies::default(),
            out: Vec::new(),
            heard_at: Instant::now(),
            owed_since: None,
            turn_at: None,
            ended: false,
            hung_up: false,
            refused: false,
        }
    }

    async fn run(mut self, reader: Reader, writer: Writer) -> Result<(), RawError> {
        let outcome = self.exchange(reader, writer).await;
        let rest = self.replies.finish();
        let shown = self.show(rest);
        let end = outcome?;
        shown?;
        if let End::Left = end {
            return Ok(());
        }
        if self.refused || !self.out.is_empty() || self.more_to_say().await {
            return Err(RawError::ClosedEarly(self.place));
        }
        let farewell = format!("-- {} has closed the connection", self.place);
        self.show(self.screen.attended().then_some(farewell))
    }

    async fn exchange(&mut self, mut reader: Reader, mut writer: Writer) -> Result<End, RawError> {
        let mut stop = std::pin::pin!(stopped());
        let mut buffer = vec![0; BUFFER];
        loop {
            if self.ended && self.out.is_empty() && !self.hung_up {
                self.hung_up = true;
                self.owed_since = Some(Instant::now());
                // Where that fails the connection is gone, which reading will say.
                let _ = writer.shutdown().await;
            }
            let wanted = self.turn_at.is_none() && self.out.len() < ENOUGH_UNSENT;
            let pause = self.replies.unfinished().then(|| self.heard_at + PAUSE);
            let overdue = self.owed_since.zip(self.timeout).map(|(since, timeout)| since + timeout);
            tokio::select! {
                read = reader.read(&mut buffer) => match read {
                    Ok(0) => return Ok(End::Closed),
                    Ok(count) => self.heard(&buffer[..count])?,
                    Err(error) => return Err(RawError::Broken(self.place.clone(), error)),
                },
                written = writer.write(&self.out), if !self.out.is_empty() => {
                    // What the server said before it went is still to be read.
                    self.refused |= written.is_err();
                    self.out.drain(..written.unwrap_or(self.out.len()));
                }
                typed = self.screen.typed(wanted) => match typed.map_err(RawError::Screen)? {
                    Typed::Line(line) => self.say(&line)?,
                    Typed::End if !self.ended => self.ended = true,
                    Typed::End | Typed::Leave => return Ok(End::Left),
                },
                () = until(pause) => {
                    let line = self.replies.take();
                    self.show(line)?;
                }
                () = until(self.turn_at) => self.turn_at = None,
                () = until(overdue) => return Err(self.overdue()),
                () = &mut stop => return Ok(End::Left),
            }
        }
    }

    fn say(&mut self, line: &str) -> Result<(), RawError> {
        if self.ended {
            return self.show(Some("-- nothing more goes out: you have ended what you say".to_owned()));
        }
        let bytes = self.line_end.apply(line.as_bytes());
        if bytes.is_empty() {
            return Ok(());
        }
        self.out.extend(bytes);
        self.owed_since.get_or_insert_with(Instant::now);
        if self.line_end != LineEnd::None || self.screen.attended() {
            return Ok(());
        }
        self.turn_at = Some(after(TURN));
        // What comes from here on is another answer.
        let answer = self.replies.take();
        self.show(answer)
    }

    fn heard(&mut self, bytes: &[u8]) -> Result<(), RawError> {
        self.heard_at = Instant::now();
        // Whoever was told that nothing more will come owes the end.
        self.owed_since = self.hung_up.then_some(self.heard_at);
        self.turn_at = None;
        let lines = self.replies.feed(bytes);
        self.show(lines)
    }

    fn overdue(&self) -> RawError {
        let (place, timeout) = (self.place.clone(), self.timeout.unwrap_or_default());
        if self.hung_up { RawError::NoEnd(place, timeout) } else { RawError::NoAnswer(place, timeout) }
    }

    /// The server has closed: whether stdin holds something that it will never hear. A person sees that for themselves.
    async fn more_to_say(&mut self) -> bool {
        if self.ended || self.screen.attended() {
            return false;
        }
        let typed = tokio::time::timeout(LEFTOVER, self.screen.typed(true)).await;
        matches!(typed, Ok(Ok(Typed::Line(_))))
    }

    fn show(&mut self, lines: Option<String>) -> Result<(), RawError> {
        lines.map_or(Ok(()), |lines| self.screen.show(&lines)).map_err(RawError::Screen)
    }
}
