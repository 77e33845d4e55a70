//! A client as people have it: the engine, a socket and the clock.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use partyline_engine::{Change, Connection, Engine, Input, Output, Settings};
use partyline_shared::codec::json::{decode_event, encode_command};
use partyline_shared::{Command, Event, Timestamp};
use tokio::io::AsyncWriteExt;
use tokio::sync::{mpsc, watch};

use super::{Heads, MESSAGES};
use crate::frames::Frames;
use crate::wire::Lines;

/// Who comes, where to, and how.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) address: SocketAddr,
    pub(super) room: String,
    pub(super) websocket: bool,
    pub(super) entropy: u64,
}

/// What they saw.
#[derive(Debug)]
pub(super) struct Visit {
    /// When "reconnecting" began.
    pub(super) waits: Vec<Instant>,
    /// When a connection was asked for.
    pub(super) opens: Vec<Instant>,
    /// When they were in their room.
    pub(super) arrivals: Vec<Instant>,
    /// They have all that was said in it, without a gap.
    pub(super) whole: bool,
}

enum Socket {
    Lines(Box<Lines>),
    Frames(Box<Frames>),
}

impl Visitor {
    /// Stays, through as many connections as it takes, until it has all that will be said. Tells of each arrival.
    pub(super) async fn stay(
        self,
        mut ending: watch::Receiver<Option<Heads>>,
        arrived: mpsc::UnboundedSender<()>,
    ) -> Result<Visit> {
        let rooms = vec![self.room.clone()];
        let settings = Settings { nick: None, identity: None, rooms, entropy: self.entropy, window: 1000 };
        let visit = Visit { waits: Vec::new(), opens: Vec::new(), arrivals: Vec::new(), whole: false };
        let mut stay = Stay {
            engine: Engine::new(settings),
            visitor: self,
            socket: None,
            started: Instant::now(),
            visit,
            inside: false,
            arrived,
        };
        stay.take(Input::Connect).await;
        loop {
            if let Some(heads) = &*ending.borrow()
                && stay.has_all(heads)
            {
                break;
            }
            let due = stay.engine.next_deadline().map(|at| Duration::from_millis(at.since(stay.now())));
            let input = tokio::select! {
                event = next(stay.socket.as_mut()) => if let Some(event) = event {
                    Input::Received(event)
                } else {
                    stay.socket = None;
                    Input::Lost
                },
                () = tokio::time::sleep(due.unwrap_or_default()), if due.is_some() => Input::Wake,
                changed = ending.changed() => {
                    changed?;
                    continue;
                }
            };
            stay.take(input).await;
        }
        Ok(stay.visit)
    }
}

struct Stay {
    engine: Engine,
    visitor: Visitor,
    socket: Option<Socket>,
    started: Instant,
    visit: Visit,
    inside: bool,
    arrived: mpsc::UnboundedSender<()>,
}

impl Stay {
    fn now(&self) -> Timestamp {
        Timestamp(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    async fn take(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for output in self.engine.handle(input, self.now()) {
                match output {
                    Output::Open => {
                        self.visit.opens.push(Instant::now());
                        self.socket = self.visitor.connect().await.ok();
                        inputs.push(if self.socket.is_some() { Input::Opened } else { Input::Lost });
                    }
                    Output::Transmit(command) => {
                        if let Some(socket) = &mut self.socket
                            && socket.send(&command).await.is_err()
                        {
                            self.socket = None;
                            inputs.push(Input::Lost);
                        }
                    }
                    Output::Close => self.socket = None,
                    Output::Changed(Change::Connection) => {
                        if matches!(self.engine.model().connection, Connection::Waiting { .. }) {
                            self.visit.waits.push(Instant::now());
                        }
                    }
                    Output::Changed(_) | Output::Remember(_) | Output::Keep => {}
                }
            }
            self.look();
        }
    }

    /// Notes whether it is in its room now.
    fn look(&mut self) {
        let inside = self.engine.model().rooms.get(&self.visitor.room).is_some_and(|room| room.joined);
        if inside && !self.inside {
            self.visit.arrivals.push(Instant::now());
            // Whoever counts them may have given up.
            let _ = self.arrived.send(());
        }
        self.inside = inside;
    }

    /// Whether it has all that was said since it came, and each once.
    fn has_all(&mut self, heads: &Heads) -> bool {
        let room = self.engine.model().rooms.get(&self.visitor.room);
        let head = heads.get(&self.visitor.room).copied();
        let Some((room, head)) = room.zip(head).filter(|_| self.inside) else { return false };
        let numbers: Vec<u64> = room.messages.iter().map(|message| message.seq.0).collect();
        // It came before anything was said.
        self.visit.whole = numbers.iter().copied().eq(1..=head) && head == 2 * MESSAGES;
        self.visit.whole || numbers.last().copied() >= Some(head)
    }
}

impl Visitor {
    async fn connect(&self) -> Result<Socket> {
        if self.websocket {
            return Ok(Socket::Frames(Box::new(Frames::connect(self.address).await?)));
        }
        Ok(Socket::Lines(Box::new(Lines::connect(self.address).await?)))
    }
}

impl Socket {
    async fn send(&mut self, command: &Command) -> Result<()> {
        let text = encode_command(command);
        match self {
            Self::Lines(lines) => Ok(lines.writer.write_all(format!("{text}\n").as_bytes()).await?),
            Self::Frames(frames) => frames.say(text).await,
        }
    }

    async fn event(&mut self) -> Result<Option<Event>> {
        Ok(match self {
            Self::Lines(lines) => match lines.reader.line().await? {
                Some(line) => Some(decode_event(std::str::from_utf8(line)?)?),
                None => None,
            },
            Self::Frames(frames) => match frames.text().await? {
                Some(text) => Some(decode_event(&text)?),
                None => None,
            },
        })
    }
}

/// What comes next; `None` once the connection is gone.
async fn next(socket: Option<&mut Socket>) -> Option<Event> {
    match socket {
        Some(socket) => socket.event().await.ok().flatten(),
        None => std::future::pending().await,
    }
}
