//! One connection of the generator.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read as _, Write as _};

use anyhow::{Context as _, Result, bail, ensure};
use mio::net::TcpStream;

use crate::sample::Sample;
use crate::target::{Endpoint, Step};
use crate::wire::{Kind, Stream, Wire};

/// An HTTP answer's head is shorter than this.
const LONGEST_ANSWER: usize = 64 << 10;

/// What a client is there for.
#[derive(Debug)]
pub enum Role {
    /// Counts what it gets, as a reader of the room with this number.
    Reader {
        /// The room, by its number.
        room: usize,
        /// Whether each message is looked at.
        sampled: bool,
    },
    /// Says what it is given, and counts receipts.
    Sender,
}

pub(super) struct Connection {
    pub(super) socket: TcpStream,
    wire: &'static dyn Wire,
    stream: Stream,
    opening: VecDeque<Step>,
    connected: bool,
    /// What was read of an answer that isn't framed.
    raw: Vec<u8>,
    /// What the socket hasn't taken yet. Bounded by what may be in flight.
    pending: Vec<u8>,
    pub(super) room: Option<usize>,
    sample: Option<Sample>,
    /// Messages since the counts were last set to nothing.
    pub(super) messages: u64,
    /// Bytes that it got.
    pub(super) received: u64,
    /// When messages were due of which the receipt is waited for, where that is measured.
    pub(super) awaited: VecDeque<u64>,
}

/// What came of a read.
#[derive(Debug, Default)]
pub(super) struct Gained {
    pub(super) messages: u64,
    pub(super) receipts: u64,
    /// When the messages that were looked at had been due.
    pub(super) due: Vec<u64>,
    /// When the messages of the receipts had been due, where that was noted.
    pub(super) due_receipts: Vec<u64>,
    /// Units other than messages and receipts.
    pub(super) others: u64,
    /// The opening is over.
    pub(super) entered: bool,
}

impl Connection {
    pub(super) fn new(socket: TcpStream, endpoint: Endpoint, role: &Role) -> Self {
        let (room, sampled) = match role {
            Role::Reader { room, sampled } => (Some(*room), *sampled),
            Role::Sender => (None, false),
        };
        Self {
            socket,
            wire: endpoint.wire,
            stream: Stream::default(),
            opening: endpoint.opening.into(),
            connected: false,
            raw: Vec::new(),
            pending: Vec::new(),
            room,
            sample: sampled.then(Sample::default),
            messages: 0,
            received: 0,
            awaited: VecDeque::new(),
        }
    }

    /// The socket can be written to: it is connected, or has room again.
    pub(super) fn writable(&mut self, gained: &mut Gained) -> Result<()> {
        if !self.connected {
            if let Some(error) = self.socket.take_error()? {
                return Err(error).context("connecting");
            }
            match self.socket.peer_addr() {
                Ok(_) => self.connected = true,
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(()),
                Err(error) => return Err(error).context("connecting"),
            }
            self.socket.set_nodelay(true)?;
            self.begin_step(gained)?;
        }
        self.flush()
    }

    /// Sends, now or once the socket has room.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.pending.extend_from_slice(bytes);
        self.flush()
    }

    fn flush(&mut self) -> Result<()> {
        let mut written = 0;
        while written < self.pending.len() {
            match self.socket.write(&self.pending[written..]) {
                Ok(more) => written += more,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("writing"),
            }
        }
        self.pending.drain(..written);
        Ok(())
    }

    /// Reads all there is. Returns how many bytes that was.
    pub(super) fn readable(&mut self, buffer: &mut [u8], gained: &mut Gained) -> Result<u64> {
        let mut all = 0;
        loop {
            let read = match self.socket.read(buffer) {
                Ok(0) => bail!("the server closed the connection"),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(all),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error).context("reading"),
            };
            all += read as u64;
            self.take(&buffer[..read], gained)?;
            // There was no more at that moment, and more would be a new event: one call is saved (epoll(7)).
            if read < buffer.len() {
                return Ok(all);
            }
        }
    }

    /// Takes what was read, up to the end of an answer that isn't framed, where one is awaited. Returns what comes after it.
    fn take_unframed(&mut self, bytes: &[u8], gained: &mut Gained) -> Result<Vec<u8>> {
        let Some(Step::Raw { until, .. }) = self.opening.front() else { return Ok(bytes.to_vec()) };
        self.raw.extend_from_slice(bytes);
        ensure!(self.raw.len() <= LONGEST_ANSWER, "the server's answer has no end");
        let Some(at) = memchr::memmem::find(&self.raw, until) else { return Ok(Vec::new()) };
        let first = self.raw.split(|&byte| byte == b'\r').next().unwrap_or_default();
        // 101: the protocol is switched.
        if first.starts_with(b"HTTP/") && memchr::memmem::find(first, b" 101 ").is_none() {
            bail!("the server answers {}", String::from_utf8_lossy(first));
        }
        let rest = std::mem::take(&mut self.raw).split_off(at + until.len());
        self.opening.pop_front();
        self.begin_step(gained)?;
        Ok(rest)
    }

    fn take(&mut self, bytes: &[u8], gained: &mut Gained) -> Result<()> {
        let rest;
        let mut bytes = bytes;
        if let Some(Step::Raw { .. }) = self.opening.front() {
            rest = self.take_unframed(bytes, gained)?;
            bytes = &rest;
        }
        let Self { wire, stream, opening, sample, .. } = self;
        let looks = sample.is_some() || !opening.is_empty();
        let mut ended = 0;
        let mut answers = Vec::new();
        let mut failed = None;
        let mut due = |gained: &mut Gained, unit: &[u8]| match sample.as_mut().map(|sample| sample.take(unit)) {
            Some(Ok(stamp)) => gained.due.push(stamp.due),
            // The first tells what is wrong; what comes after follows from it.
            Some(Err(error)) => failed = failed.take().or(Some(error)),
            None => {}
        };
        let (mut receipts, mut others) = (0, 0);
        let mut refused = None;
        let mut during_opening = 0;
        let messages = stream.take(*wire, bytes, looks, &mut |kind, unit| {
            let waited = opening.get(ended).and_then(|step| match step {
                // What is to be said first can't have been answered yet.
                Step::Framed { send, until } if !until.is_empty() && (ended == 0 || send.is_empty()) => Some(until),
                _ => None,
            });
            if waited.is_some_and(|until| memchr::memmem::find(unit, until).is_some()) {
                ended += 1;
                others += u64::from(kind == Kind::Other);
                during_opening += u64::from(kind == Kind::Message);
                return;
            }
            match kind {
                // Whoever enters a room of which something is kept is shown that first.
                Kind::Message if ended < opening.len() => during_opening += 1,
                Kind::Message => due(gained, unit),
                Kind::Receipt => receipts += 1,
                Kind::Refusal => refused = Some(String::from_utf8_lossy(unit).into_owned()),
                Kind::Question => answers.extend(wire.answer(unit)),
                Kind::Other => others += 1,
            }
        })?;
        if let Some(refused) = refused {
            bail!("the server refused: {refused}");
        }
        if let Some(error) = failed {
            return Err(error);
        }
        gained.messages += messages - during_opening;
        gained.receipts += receipts;
        gained.others += others;
        let noted = usize::try_from(receipts).unwrap_or(usize::MAX).min(self.awaited.len());
        gained.due_receipts.extend(self.awaited.drain(..noted));
        if !answers.is_empty() {
            self.send(&answers)?;
        }
        for _ in 0..ended {
            self.opening.pop_front();
            self.begin_step(gained)?;
        }
        Ok(())
    }

    /// Sends what the next step sends; those that wait for nothing are over at once.
    fn begin_step(&mut self, gained: &mut Gained) -> Result<()> {
        loop {
            let (send, waits) = match self.opening.front_mut() {
                None => {
                    gained.entered = true;
                    return Ok(());
                }
                Some(Step::Raw { send, .. }) => (std::mem::take(send), true),
                Some(Step::Framed { send, until }) => (std::mem::take(send), !until.is_empty()),
            };
            self.send(&send)?;
            if waits {
                return Ok(());
            }
            self.opening.pop_front();
        }
    }
}
