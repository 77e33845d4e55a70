//! The engine, a socket and the clock, put together. A screen asks it what is new and tells it what the person does.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use partyline_engine::{Action, Change, Engine, Input, Model, Output, Saying, Settings};
use partyline_shared::{Change as Presence, Event, Timestamp, Via, clean_line};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::StreamAddress;
use crate::identity::Store;
use crate::socket::{FromSocket, Socket};
use crate::wait;

/// What is new.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The model changed.
    Changed(Change),
    /// Somebody else came, left, or is called something else, in a line for people.
    Presence {
        /// The room.
        room: String,
        /// What happened.
        text: String,
    },
}

/// A member's session on one server, through as many connections as it takes.
#[derive(Debug)]
pub struct Session {
    engine: Engine,
    address: StreamAddress,
    store: Store,
    socket: Option<Socket>,
    closing: Vec<JoinHandle<()>>,
    /// Why there is no connection.
    trouble: Option<String>,
    /// The person's clock may be set while we run; this one only goes on.
    started: (Instant, u64),
    news: Vec<News>,
}

impl Session {
    /// Begins to connect.
    ///
    /// # Errors
    /// The system has no random bytes to give.
    pub fn start(args: SessionArgs) -> Result<Self, getrandom::Error> {
        let SessionArgs { address, nick, own_identity, rooms } = args;
        let store = Store::new(&address, nick.as_deref().filter(|_| own_identity));
        let identity = store.load();
        let settings = Settings { nick, identity, rooms, entropy: getrandom::u64()?, window: 1000 };
        let engine = Engine::new(settings).via(Via::Json);
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started = (Instant::now(), u64::try_from(since_epoch.as_millis()).unwrap_or_default());
        let (socket, closing, news) = (None, Vec::new(), Vec::new());
        let mut session = Self { engine, address, store, socket, closing, trouble: None, started, news };
        session.input(Input::Connect);
        Ok(session)
    }

    /// All that is to be shown.
    pub fn model(&self) -> &Model {
        self.engine.model()
    }

    /// The engine, for what else it knows.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Why there is no connection, if there was trouble since the last one.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// How long until this instant of the engine's clock.
    pub fn until(&self, at: Timestamp) -> Duration {
        Duration::from_millis(at.since(self.now()))
    }

    /// The person does something. What comes of it is [`Session::next`]'s to say.
    pub fn act(&mut self, action: Action) {
        self.input(Input::User(action));
    }

    /// Waits for something new. May be given up and called again: nothing is lost.
    pub async fn next(&mut self) -> Vec<News> {
        while self.news.is_empty() {
            let due = self.engine.next_deadline().map(|at| Instant::now() + self.until(at));
            tokio::select! {
                heard = listen(self.socket.as_mut()) => self.heard(heard),
                () = wait::until(due) => self.input(Input::Wake),
            }
        }
        std::mem::take(&mut self.news)
    }

    /// Leaves, and waits until that is written.
    pub async fn leave(mut self) {
        self.act(Action::Quit);
        for closing in self.closing {
            // It ends by itself, in a second at most.
            let _ = closing.await;
        }
    }

    fn now(&self) -> Timestamp {
        let elapsed = u64::try_from(self.started.0.elapsed().as_millis()).unwrap_or(u64::MAX);
        Timestamp(self.started.1).after(elapsed)
    }

    fn heard(&mut self, heard: FromSocket) {
        match heard {
            FromSocket::Opened => self.input(Input::Opened),
            FromSocket::Received(event) => {
                if matches!(event, Event::Welcome(_)) {
                    self.trouble = None;
                }
                let presence = self.presence(&event);
                self.input(Input::Received(event));
                self.news.extend(presence);
            }
            FromSocket::Lost(why) => {
                self.socket = None;
                self.trouble = Some(why);
                self.input(Input::Lost);
            }
        }
    }

    /// The engine keeps who is there; that somebody came is only news.
    fn presence(&self, event: &Event) -> Option<News> {
        let Event::Presence { room, member, change, was } = event else { return None };
        let me = self.model().me.as_ref().map(|me| me.id);
        let nick = clean_line(&member.nick);
        let text = match (change, was) {
            _ if Some(member.id) == me => return None,
            (Presence::Joined, _) => format!("{nick} joined"),
            (Presence::Left, _) => format!("{nick} left"),
            (Presence::Renamed, Some(was)) => format!("{} is now {nick}", clean_line(was)),
            (Presence::Renamed | Presence::Unknown, _) => return None,
        };
        Some(News::Presence { room: room.clone(), text })
    }

    fn input(&mut self, input: Input) {
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for output in self.engine.handle(input, self.now()) {
                match output {
                    Output::Open => self.socket = Some(Socket::open(self.address.clone())),
                    Output::Close => self.close(),
                    Output::Transmit(command) => {
                        if self.socket.as_ref().is_some_and(|socket| !socket.send(command)) {
                            self.close();
                            self.trouble = Some(format!("{} takes nothing any more", self.address));
                            inputs.push(Input::Lost);
                        }
                    }
                    Output::Remember(identity) => {
                        if let Err(error) = self.store.save(&identity) {
                            let text = format!("who you are can't be kept for next time: {error}");
                            self.news.push(News::Changed(Change::Notice {
                                room: None,
                                text: Saying::Words(text),
                                error: true,
                            }));
                        }
                    }
                    // Whoever leaves a terminal is told what wasn't sent.
                    Output::Keep => {}
                    Output::Changed(change) => self.news.push(News::Changed(change)),
                }
            }
        }
    }

    fn close(&mut self) {
        self.closing.retain(|closing| !closing.is_finished());
        self.closing.extend(self.socket.take().map(Socket::close));
    }
}

/// What a session is started with.
#[derive(Clone, Debug)]
pub struct SessionArgs {
    /// The server.
    pub address: StreamAddress,
    /// The nick to ask for.
    pub nick: Option<String>,
    /// Whoever is called this is somebody of their own, not who one usually is on this server.
    pub own_identity: bool,
    /// The rooms to enter. Empty: the server's default room.
    pub rooms: Vec<String>,
}

async fn listen(socket: Option<&mut Socket>) -> FromSocket {
    match socket {
        Some(socket) => socket.next().await,
        None => std::future::pending().await,
    }
}
