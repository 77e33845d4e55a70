//! A client that runs the engine, as the page and the native client do.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use partyline_engine::{Action, Change, Connection, Engine, Input, Output, Settings};
use partyline_shared::{Bye, ClientRef, Command, Event, ResumePoint};
use tokio::time::Instant;

use super::clock::Clock;
use super::socket::Socket;
use super::timeline::Seen;
use super::{Character, News, Strings, the_end};
use crate::history::{Journal, Record};

/// A server that is up lets one in within this, or something is broken.
const OPENED_WITHIN: Duration = Duration::from_secs(20);

/// How long a machine sleeps.
const SLEEP_MS: u64 = 5 * 60 * 1000;

/// The client.
pub(super) struct Program {
    character: Character,
    strings: Strings,
    journal: Journal,
    engine: Engine,
    clock: Clock,
    socket: Option<Socket>,
    /// The server that the socket is to, and how many there were.
    server: u64,
    connection: u64,
    told_online: bool,
    told_quiet: bool,
    resume: Vec<ResumePoint>,
    seen: BTreeMap<String, Seen>,
    /// Attempts that were written and aren't acknowledged, and whether they were written again.
    open: BTreeMap<ClientRef, bool>,
    said: u64,
    /// The next answer isn't waited for.
    deaf: bool,
    /// Rooms in which the ledger has said its last.
    over: BTreeSet<String>,
}

impl Program {
    pub(super) fn new(character: Character, strings: Strings) -> Result<Self> {
        let journal = Journal::begin(&strings.folder, &character.name, character.dialect)?;
        let settings = Settings {
            nick: Some(character.name.clone()),
            identity: None,
            rooms: character.rooms.clone(),
            entropy: character.entropy,
            // So much that nothing ever leaves it.
            window: 10_000_000,
        };
        Ok(Self {
            character,
            strings,
            journal,
            engine: Engine::new(settings),
            clock: Clock::start(),
            socket: None,
            server: 0,
            connection: 0,
            told_online: false,
            told_quiet: false,
            resume: Vec::new(),
            seen: BTreeMap::new(),
            open: BTreeMap::new(),
            said: 0,
            deaf: false,
            over: BTreeSet::new(),
        })
    }

    /// Lives until everybody is to end.
    pub(super) async fn run(mut self) -> Result<()> {
        let late = self.character.late;
        self.strings.orders.wait_for(|orders| orders.granted >= late).await?;
        self.input(Input::Connect).await?;
        loop {
            self.talk().await?;
            self.read_up().await?;
            self.come_back().await?;
            self.report().await;
            if self.over.len() == self.character.rooms.len() {
                self.journal.write(&Record::Finished)?;
                return self.input(Input::User(Action::Quit)).await;
            }
            let due = self.engine.next_deadline().map(|at| self.clock.instant(at));
            tokio::select! {
                event = listen(self.socket.as_mut()) => match event? {
                    Some(event) => self.hear(event).await?,
                    None => self.lose().await?,
                },
                () = until(due) => self.input(Input::Wake).await?,
                changed = self.strings.orders.changed() => changed.context("nobody is in charge")?,
                changed = self.strings.sleeps.changed() => {
                    changed.context("nobody is in charge")?;
                    self.sleep().await?;
                }
            }
        }
    }

    /// Says what there is to say: one message in each room is under way at most.
    async fn talk(&mut self) -> Result<()> {
        for room in self.character.rooms.clone() {
            let model = self.engine.model();
            let idle = model.rooms.get(&room).is_some_and(|room| room.pending.is_empty());
            if self.character.talks && idle && self.strings.take() {
                self.said += 1;
                let text = format!("{} says {} in {room}", self.character.name, self.said);
                self.input(Input::User(Action::Say { room, text, action: false })).await?;
            }
        }
        Ok(())
    }

    /// Reads what was said before it came, a page at a time.
    async fn read_up(&mut self) -> Result<()> {
        for room in self.character.rooms.clone() {
            if self.engine.model().rooms.get(&room).is_some_and(|room| room.has_older && room.loading.is_none()) {
                self.input(Input::User(Action::LoadOlder(room))).await?;
            }
        }
        Ok(())
    }

    /// Comes back at once where there is a server: the wait is the engine's, and its clock is put forward.
    async fn come_back(&mut self) -> Result<()> {
        while let Connection::Waiting { until, .. } = self.engine.model().connection
            && self.strings.now().server.is_some()
        {
            self.clock.put_forward(until);
            self.input(Input::Wake).await?;
            tokio::task::yield_now().await;
        }
        match &self.engine.model().connection {
            Connection::Ended(bye) => bail!("{} was sent away: {bye:?}", self.character.name),
            _ => Ok(()),
        }
    }

    async fn report(&mut self) {
        let model = self.engine.model();
        let in_room = |room| model.rooms.get(room).is_some_and(|room| room.joined);
        let online = model.connection == Connection::Online && self.character.rooms.iter().all(in_room);
        if online && !self.told_online {
            self.told_online = true;
            self.strings.tell(News::Online { server: self.server, connection: self.connection }).await;
        }
        if online && !self.told_quiet && self.strings.now().ending && self.engine.unsent() == 0 {
            self.told_quiet = true;
            self.strings.tell(News::Quiet).await;
        }
    }

    /// The machine sleeps, and nothing comes for minutes. Its clock goes on, and what it had asked for is overdue.
    async fn sleep(&mut self) -> Result<()> {
        let asleep = self.connection;
        self.clock.put_forward(self.clock.now().after(SLEEP_MS));
        self.input(Input::Wake).await?;
        while self.connection == asleep
            && self.engine.model().connection == Connection::Online
            && let Some(due) = self.engine.next_deadline()
        {
            self.clock.put_forward(due);
            self.input(Input::Wake).await?;
        }
        Ok(())
    }

    async fn hear(&mut self, event: Event) -> Result<()> {
        match &event {
            Event::Welcome(welcome) => {
                let (nick, epoch) = (welcome.you.nick.clone(), Some(welcome.epoch.clone()));
                let resume = std::mem::take(&mut self.resume);
                self.journal.write(&Record::Connected { nick, epoch, resume })?;
            }
            Event::Joined(joined) => {
                let (room, head, afresh) = (joined.room.clone(), joined.head, joined.afresh);
                self.journal.write(&Record::Joined { room, head, afresh })?;
                if afresh {
                    self.seen.remove(&joined.room);
                }
            }
            Event::Message(message) => {
                let (room, from, text) = (message.room.clone(), message.from.clone(), message.text.clone());
                self.journal.write(&Record::Heard { room, seq: message.seq, from, text })?;
            }
            Event::Sent(sent) => {
                if let Some(reference) = sent.reference.clone() {
                    let (room, seq) = (sent.room.clone(), sent.seq);
                    let resent = self.open.remove(&reference) == Some(true);
                    self.journal.write(&Record::Acknowledged { room, reference, seq })?;
                    self.strings.tell(News::Acknowledged { resent }).await;
                }
            }
            Event::Refused(refused) => {
                let why = refused.text.clone();
                match refused.reference.clone() {
                    Some(reference) => self.journal.write(&Record::Refused { reference, why })?,
                    None => bail!("{} was refused something: {why}", self.character.name),
                }
            }
            Event::Bye(bye) => self.part(bye.clone()).await?,
            _ => {}
        }
        self.input(Input::Received(event)).await
    }

    /// Reads to the end what comes after good-bye.
    async fn part(&mut self, bye: Bye) -> Result<()> {
        let closed = match self.socket.take() {
            Some(socket) => socket.closes_well().await,
            None => false,
        };
        let Bye { reason, return_after_ms, .. } = bye;
        self.journal.write(&Record::Bye { reason, return_after_ms, closed })?;
        self.journal.write(&Record::Disconnected)?;
        self.strings.tell(News::Bye { reason, return_after_ms, closed }).await;
        Ok(())
    }

    async fn lose(&mut self) -> Result<()> {
        if self.socket.take().is_some() {
            self.journal.write(&Record::Disconnected)?;
        }
        self.input(Input::Lost).await
    }

    /// Tells the engine, and does what it says.
    async fn input(&mut self, input: Input) -> Result<()> {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for output in self.engine.handle(input, self.clock.now()) {
                match output {
                    Output::Open => inputs.push_back(self.open().await?),
                    Output::Close => {
                        if self.socket.take().is_some() {
                            self.journal.write(&Record::Disconnected)?;
                        }
                    }
                    Output::Transmit(command) => self.transmit(command).await?,
                    Output::Changed(Change::Timeline(room)) => self.look(&room)?,
                    Output::Changed(Change::Notice { text, error: true, .. }) => {
                        bail!("{} is told: {text}", self.character.name);
                    }
                    Output::Remember(_) | Output::Keep | Output::Changed(_) => {}
                }
            }
            if std::mem::take(&mut self.deaf)
                && let Some(socket) = self.socket.take()
            {
                socket.turn_deaf().await;
                self.journal.write(&Record::Disconnected)?;
                inputs.push_back(Input::Lost);
            }
        }
        Ok(())
    }

    async fn open(&mut self) -> Result<Input> {
        self.told_online = false;
        self.connection += 1;
        // A server that listens before it is announced would be taken for the one before it.
        let orders = *self.strings.orders.wait_for(|orders| orders.server.is_some()).await?;
        self.server = orders.server.unwrap_or_default();
        let opening = Socket::open(self.character.dialect, self.character.address);
        let opened = tokio::time::timeout(OPENED_WITHIN, opening).await.context("no connection is opened")?;
        self.socket = opened.ok();
        Ok(if self.socket.is_some() { Input::Opened } else { Input::Lost })
    }

    async fn transmit(&mut self, command: Command) -> Result<()> {
        match &command {
            Command::Hello(hello) => self.resume.clone_from(&hello.resume),
            Command::Say(say) => {
                let (room, reference, text) = (say.room.clone(), say.reference.clone(), say.text.clone());
                match reference.clone().map(|reference| self.open.entry(reference)) {
                    Some(Entry::Occupied(mut resent)) => *resent.get_mut() = true,
                    Some(Entry::Vacant(new)) => {
                        new.insert(false);
                        self.deaf = self.character.deaf_after.is_some_and(|after| self.said.is_multiple_of(after));
                    }
                    None => {}
                }
                self.journal.write(&Record::Said { room, reference, text })?;
            }
            _ => {}
        }
        if let Some(socket) = &mut self.socket {
            socket.send(&command).await;
        }
        Ok(())
    }

    fn look(&mut self, name: &str) -> Result<()> {
        let Some(room) = self.engine.model().rooms.get(name) else { return Ok(()) };
        let seen = self.seen.entry(name.to_owned()).or_default();
        if seen.look(room, &the_end(name), &mut self.journal)? {
            self.over.insert(name.to_owned());
        }
        Ok(())
    }
}

async fn listen(socket: Option<&mut Socket>) -> Result<Option<Event>> {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
