//! Plain text over a stream: people with `nc` and telnet, scripts, devices.
//!
//! Obligations: a client that never ends a line is in lockstep: each of its messages gets exactly one answer, in
//! one write of at most [`lockstep::ANSWER_BYTES`], and nothing is pushed to it in between, for it would take
//! that for its next answer. Everybody else is shown what is said as it is said, and isn't read while their last
//! message isn't answered: so a pasted page arrives whole and in order, as fast as the member may speak.

mod commands;
mod lockstep;
mod opening;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use partyline_shared::codec::lines::{Chunk, LineDecoder};
use partyline_shared::codec::plain::render;
use partyline_shared::{Command, Event, Hello, Join, Via};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;

use self::commands::too_fast;
use self::lockstep::Backlog;
use self::opening::{NOT_IMPLEMENTED, Opening};
use super::{Batch, hang_up, overdue};
use crate::delivery::Form;
use crate::hub_task::{HubHandle, Session, Stopped};
use crate::meter::{COMMAND, Meter};
use crate::metered::Metered;
use crate::outbox::Item;

/// For how long a client that has never ended a line must be silent for its bytes to be a message.
pub(crate) const SILENCE: Duration = Duration::from_millis(200);

/// Serves one connection to its end. `first` is what was read of it already; empty to greet it unasked.
///
/// # Errors
/// What the socket says.
pub(crate) async fn serve<S>(
    stream: Metered<S>,
    first: BytesMut,
    at_end: bool,
    via: Via,
    hub: &HubHandle,
    max_line: usize,
    default_room: &str,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let meter = Arc::clone(stream.meter());
    // Whoever is too fast here is waited for, and not refused.
    let Ok(session) = hub.open(via, Form::Plain, None).await else { return Ok(()) };
    let (reader, writer) = tokio::io::split(stream);
    let outbox = session.outbox().clone();
    let mut person = Person {
        reader,
        writer,
        meter,
        session,
        decoder: LineDecoder::plain(max_line),
        max_line,
        chunks: VecDeque::new(),
        opening: Opening::default(),
        mode: if first.is_empty() { Mode::Lines } else { Mode::Unknown },
        backlog: Backlog::default(),
        default_room: default_room.to_owned(),
        room: None,
        receipts: false,
        last_reference: 0,
        page: 1,
        told_slow: false,
        told_encoding: false,
        at_end,
    };
    let served = tokio::select! {
        served = person.run(first) => served,
        () = overdue(&outbox) => return Ok(()),
    };
    match served {
        Ok(()) | Err(End::Over) => hang_up(person.reader, person.writer).await,
        Err(End::Io(error)) => Err(error),
    }
}

/// How a client reads, as far as its habits have shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// It hasn't said a whole thing yet.
    Unknown,
    /// It has never ended a line: it reads one answer after each thing it says.
    Lockstep,
    /// It ends lines, and is shown what is said as it is said.
    Lines,
}

/// Why serving stops.
#[derive(Debug)]
enum End {
    /// Nothing more comes from the hub.
    Over,
    Io(io::Error),
}

impl From<io::Error> for End {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Stopped> for End {
    fn from(_: Stopped) -> Self {
        Self::Over
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is a habit or a notice of its own, none a state")]
#[derive(Debug)]
struct Person<R, W> {
    reader: R,
    writer: W,
    meter: Arc<Meter>,
    session: Session,
    decoder: LineDecoder,
    max_line: usize,
    /// What was read and not yet acted on: no more than one read brings.
    chunks: VecDeque<Chunk>,
    /// Whether it may still turn out to speak HTTP.
    opening: Opening,
    mode: Mode,
    /// What a client in lockstep has yet to be shown.
    backlog: Backlog,
    default_room: String,
    /// The room that its lines are said in.
    room: Option<String>,
    /// It wants each of its messages confirmed.
    receipts: bool,
    last_reference: u64,
    /// The longest page of history.
    page: u32,
    /// It knows that its lines wait for their turn.
    told_slow: bool,
    /// It knows that it sent something that isn't UTF-8.
    told_encoding: bool,
    /// It has sent its last.
    at_end: bool,
}

impl<R: AsyncRead + Unpin, W: AsyncWrite + Unpin> Person<R, W> {
    async fn run(&mut self, mut bytes: BytesMut) -> Result<(), End> {
        if self.mode == Mode::Lines {
            self.introduce().await?;
        }
        let mut read_at = Instant::now();
        loop {
            self.feed(&bytes).await?;
            bytes.clear();
            while let Some(chunk) = self.chunks.pop_front() {
                self.meter.charge(COMMAND);
                if self.opening.is_http(&chunk) {
                    return Ok(self.writer.write_all(NOT_IMPLEMENTED).await?);
                }
                self.act_on(chunk).await?;
            }
            if self.at_end {
                // The tail is a message too, and answered before the end.
                return match self.decoder.finish() {
                    Some(chunk) => self.act_on(chunk).await,
                    None => Ok(()),
                };
            }
            // Counted from the last byte, whatever is shown meanwhile.
            let silent_at = read_at + SILENCE;
            let may_be_whole = !self.decoder.seen_newline() && self.decoder.is_inside_line();
            tokio::select! {
                read = self.reader.read_buf(&mut bytes) => {
                    self.at_end = read? == 0;
                    read_at = Instant::now();
                }
                items = self.session.outbox().take() => self.show(items.ok_or(End::Over)?).await?,
                () = tokio::time::sleep_until(silent_at), if may_be_whole => {
                    self.chunks.extend(self.decoder.take_unfinished());
                }
            }
        }
    }

    async fn feed(&mut self, bytes: &[u8]) -> Result<(), End> {
        let mut replies = Vec::new();
        self.decoder.feed(bytes, &mut self.chunks, &mut replies);
        if !replies.is_empty() {
            self.writer.write_all(&replies).await?;
        }
        Ok(())
    }

    async fn act_on(&mut self, chunk: Chunk) -> Result<(), End> {
        let mode = if self.decoder.seen_newline() { Mode::Lines } else { Mode::Lockstep };
        let before = std::mem::replace(&mut self.mode, mode);
        if before == Mode::Unknown {
            self.introduce().await?;
        } else if before == Mode::Lockstep && mode == Mode::Lines {
            // From here on it is shown everything as it is said, what it has missed first.
            let missed = self.backlog.take_all();
            self.writer.write_all(missed.as_bytes()).await?;
        }
        match chunk {
            Chunk::TooLong => {
                let text = format!("-- error: that line is longer than {} bytes, and was dropped\n", self.max_line);
                self.respond(text).await
            }
            Chunk::Line { text, replaced } => {
                #[cfg(feature = "test-build")]
                crate::faults::panic_if_asked(&text);
                if replaced && !self.told_encoding && self.mode == Mode::Lines {
                    self.told_encoding = true;
                    let notice = "-- error: that isn't UTF-8; what can't be read is shown as \u{fffd}\n";
                    self.writer.write_all(notice.as_bytes()).await?;
                }
                self.act_on_line(&text).await
            }
        }
    }

    /// Says hello and enters the default room. In [`Mode::Lines`] the answers are the greeting.
    async fn introduce(&mut self) -> Result<(), End> {
        let welcome = self.ask(Command::Hello(Hello::default()), |event| matches!(event, Event::Welcome(_))).await?;
        if let Event::Welcome(welcome) = welcome {
            self.page = u32::try_from(welcome.limits.page).unwrap_or(u32::MAX);
        }
        let join = Join { room: self.default_room.clone(), after: None };
        let joined =
            self.ask(Command::Join(join), |event| matches!(event, Event::Joined(_) | Event::Refused(_))).await?;
        if let Event::Joined(joined) = joined {
            self.room = Some(joined.room);
        }
        Ok(())
    }

    /// Asks the hub, and waits for the answer, showing meanwhile what comes.
    async fn ask(&mut self, command: Command, is_answer: impl Fn(&Event) -> bool) -> Result<Event, End> {
        self.session.command(command).await?;
        loop {
            let items = self.session.outbox().take().await.ok_or(End::Over)?;
            let answer = items.iter().find_map(|item| match item {
                Item::Event(event) if is_answer(event) => Some((**event).clone()),
                _ => None,
            });
            self.show(items).await?;
            if let Some(answer) = answer {
                return Ok(answer);
            }
        }
    }

    /// Shows what comes for a while, without reading.
    async fn pause(&mut self, millis: u64) -> Result<(), End> {
        let until = Instant::now() + Duration::from_millis(millis);
        loop {
            tokio::select! {
                items = self.session.outbox().take() => self.show(items.ok_or(End::Over)?).await?,
                () = tokio::time::sleep_until(until) => return Ok(()),
            }
        }
    }

    /// Writes what came, all of it at once; keeps it for later where the client is in lockstep.
    async fn show(&mut self, items: VecDeque<Item>) -> Result<(), End> {
        let mut batch = Batch::default();
        for item in items {
            match item {
                Item::Bytes(text) if self.mode == Mode::Lines => batch.push(text),
                Item::Bytes(text) => self.backlog.push(&String::from_utf8_lossy(&text)),
                // Waited out, see `say`.
                Item::Event(event) if too_fast(&event).is_some() => {}
                Item::Event(event) => {
                    // In lockstep an answer is part of the one write that `respond` makes. A message here is a
                    // private one, and good-bye is said to everybody.
                    let text = render(&event).unwrap_or_default();
                    match *event {
                        Event::Bye(_) => batch.push(Bytes::from(text)),
                        _ if self.mode == Mode::Lines => batch.push(Bytes::from(text)),
                        Event::Message(_) => self.backlog.push(&text),
                        _ => {}
                    }
                }
                Item::Frame(_) => {}
            }
        }
        Ok(self.writer.write_all_buf(&mut batch).await?)
    }

    /// Writes the answer to what the client said. In lockstep, what others said goes with it as far as it fits.
    async fn respond(&mut self, text: String) -> Result<(), End> {
        let mut text = if self.mode == Mode::Lockstep { self.backlog.answer(&text) } else { text };
        if self.at_end && !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(self.writer.write_all(text.as_bytes()).await?)
    }
}
