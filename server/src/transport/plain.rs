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

use bytes::Bytes;
use partyline_shared::codec::lines::{Chunk, LineDecoder};
use partyline_shared::codec::plain::render;
use partyline_shared::{Command, Event, Hello, Join, Via};
use tokio::time::Instant;

use self::commands::too_fast;
use self::lockstep::Backlog;
use self::opening::{NOT_IMPLEMENTED, Opening};
use super::{LAST_WORDS, overdue};
use crate::delivery::Form;
use crate::hub_task::{HubHandle, Session, Stopped};
use crate::link::Link;
use crate::meter::COMMAND;
use crate::outbox::Item;

/// For how long a client that has never ended a line must be silent for its bytes to be a message.
pub(crate) const SILENCE: Duration = Duration::from_millis(200);

/// Serves one connection to its end. `first` is what was read of it already; empty to greet it unasked.
///
/// # Errors
/// What the socket says.
pub(crate) async fn serve(
    link: Arc<Link>,
    first: Bytes,
    at_end: bool,
    via: Via,
    hub: &HubHandle,
    max_line: usize,
    default_room: &str,
) -> io::Result<()> {
    let Ok(session) = hub.open(via, Form::Plain, Arc::clone(&link)).await else { return Ok(()) };
    let outbox = session.outbox().clone();
    let mut person = Person {
        link: Arc::clone(&link),
        session,
        decoder: LineDecoder::plain(max_line),
        max_line,
        chunks: VecDeque::new(),
        opening: Opening::default(),
        mode: Mode::Unknown,
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
    tokio::select! {
        // What it ends with was said already, or can't be.
        _ = person.run(first) => {}
        () = overdue(&outbox) => return Ok(()),
    }
    // Whoever takes nothing isn't waited for here either.
    let _ = Box::pin(tokio::time::timeout(LAST_WORDS, outbox.unblocked())).await;
    Box::pin(link.hang_up()).await
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

/// Why serving stops before the client does: nothing more comes from the hub, or nothing reaches the client.
#[derive(Debug)]
struct Over;

impl From<Stopped> for Over {
    fn from(_: Stopped) -> Self {
        Self
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is a habit or a notice of its own, none a state")]
#[derive(Debug)]
struct Person {
    link: Arc<Link>,
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

impl Person {
    async fn run(&mut self, first: Bytes) -> Result<(), Over> {
        if first.is_empty() {
            self.stream();
            Box::pin(self.introduce()).await?;
        }
        let mut replies = Vec::new();
        self.decoder.feed(&first, &mut self.chunks, &mut replies);
        drop(first);
        let mut read_at = Instant::now();
        loop {
            // Taken, so that an idle connection holds none.
            self.write([std::mem::take(&mut replies).into()]).await?;
            for chunk in std::mem::take(&mut self.chunks) {
                self.link.meter().charge(COMMAND);
                if self.opening.is_http(&chunk) {
                    return self.write([Bytes::from_static(NOT_IMPLEMENTED)]).await;
                }
                // In a box, as is what follows: an idle connection would hold room for all that its client may ask.
                Box::pin(self.act_on(chunk)).await?;
            }
            if self.at_end {
                // The tail is a message too, and answered before the end.
                return match self.decoder.finish() {
                    Some(chunk) => Box::pin(self.act_on(chunk)).await,
                    None => Ok(()),
                };
            }
            // Counted from the last byte, whatever is shown meanwhile.
            let silent_at = read_at + SILENCE;
            let may_be_whole = !self.decoder.seen_newline() && self.decoder.is_inside_line();
            let (decoder, chunks) = (&mut self.decoder, &mut self.chunks);
            tokio::select! {
                received = self.link.receive(|bytes| decoder.feed(bytes, chunks, &mut replies)) => {
                    // A reset is an end like any other.
                    self.at_end = received.unwrap_or(0) == 0;
                    read_at = Instant::now();
                }
                items = self.session.outbox().items() => self.show(items.ok_or(Over)?).await?,
                () = tokio::time::sleep_until(silent_at), if may_be_whole => {
                    self.chunks.extend(self.decoder.take_unfinished());
                }
            }
        }
    }

    /// Shows it from now on what is said as it is said.
    fn stream(&mut self) {
        self.mode = Mode::Lines;
        self.session.outbox().go_direct();
    }

    /// Writes, behind all that was written before, and waits until the socket has taken it.
    async fn write(&self, pieces: impl IntoIterator<Item = Bytes>) -> Result<(), Over> {
        let outbox = self.session.outbox();
        outbox.put_ready(pieces);
        outbox.unblocked().await;
        if outbox.has_failed() { Err(Over) } else { Ok(()) }
    }

    async fn act_on(&mut self, chunk: Chunk) -> Result<(), Over> {
        let mode = if self.decoder.seen_newline() { Mode::Lines } else { Mode::Lockstep };
        let before = std::mem::replace(&mut self.mode, mode);
        if before != Mode::Lines && mode == Mode::Lines {
            self.stream();
            // From here on it is shown everything as it is said, what it has missed first.
            let missed = self.backlog.take_all();
            self.write([missed.into()]).await?;
        }
        if before == Mode::Unknown {
            self.introduce().await?;
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
                    self.write([Bytes::from_static(notice.as_bytes())]).await?;
                }
                self.act_on_line(&text).await
            }
        }
    }

    /// Says hello and enters the default room. In [`Mode::Lines`] the answers are the greeting.
    async fn introduce(&mut self) -> Result<(), Over> {
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
    async fn ask(&mut self, command: Command, is_answer: impl Fn(&Event) -> bool) -> Result<Event, Over> {
        self.session.command(command).await?;
        loop {
            let items = self.session.outbox().items().await.ok_or(Over)?;
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
    async fn pause(&mut self, millis: u64) -> Result<(), Over> {
        let until = Instant::now() + Duration::from_millis(millis);
        loop {
            tokio::select! {
                items = self.session.outbox().items() => self.show(items.ok_or(Over)?).await?,
                () = tokio::time::sleep_until(until) => return Ok(()),
            }
        }
    }

    /// Writes what came, all of it at once; keeps it for later where the client is in lockstep.
    async fn show(&mut self, items: VecDeque<Item>) -> Result<(), Over> {
        let mut pieces = Vec::new();
        for item in items {
            match item {
                Item::Bytes(text) if self.mode == Mode::Lines => pieces.push(text),
                Item::Bytes(text) => self.backlog.push(&String::from_utf8_lossy(&text)),
                // Waited out, see `say`.
                Item::Event(event) if too_fast(&event).is_some() => {}
                Item::Event(event) => {
                    // In lockstep an answer is part of the one write that `respond` makes. A message here is a
                    // private one, and good-bye is said to everybody.
                    let text = render(&event).unwrap_or_default();
                    match *event {
                        Event::Bye(_) => pieces.push(Bytes::from(text)),
                        _ if self.mode == Mode::Lines => pieces.push(Bytes::from(text)),
                        Event::Message(_) => self.backlog.push(&text),
                        _ => {}
                    }
                }
            }
        }
        self.write(pieces).await
    }

    /// Writes the answer to what the client said. In lockstep, what others said goes with it as far as it fits.
    async fn respond(&mut self, text: String) -> Result<(), Over> {
        let mut text = if self.mode == Mode::Lockstep { self.backlog.answer(&text) } else { text };
        if self.at_end && !text.ends_with('\n') {
            text.push('\n');
        }
        self.write([text.into()]).await
    }
}
