//! The state machine that a client runs.

use std::collections::BTreeMap;

use partyline_shared::{ClientRef, Code, Command, Epoch, Event, Limits, MemberId, Seq, Timestamp, Via};

use crate::link::Link;
use crate::listing::Listing;
use crate::outputs::Outputs;
use crate::pending::Sends;
use crate::rooms::Wanted;
use crate::timeline::Track;
use crate::typing::Told;
use crate::{Clock, Connection, Identity, Model, Saying, Unsent};

/// A smaller window would hold less than the page that comes with `joined` and the one before it.
const LEAST_WINDOW: usize = 100;

/// What a client is started with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The nick to ask for.
    pub nick: Option<String>,
    /// Who one was before.
    pub identity: Option<Identity>,
    /// The rooms to enter. Empty: the server's default room.
    pub rooms: Vec<String>,
    /// Random bits: the names of attempts start with them, and the jitter of reconnecting is drawn from them.
    pub entropy: u64,
    /// How many messages a room keeps in memory at most; at least 100.
    pub window: usize,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// Connect now: at the start, or because the person or the network says so.
    Connect,
    /// The socket is open.
    Opened,
    /// The server said something.
    Received(Event),
    /// The socket could not be opened, or is gone.
    Lost,
    /// Time passed; see [`Engine::next_deadline`].
    Wake,
    /// The person did something.
    User(Action),
}

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A typed line in a room: said, or a slash command (the grammar of `shared`).
    Line {
        /// The room that the line was typed in.
        room: String,
        /// The line, or several.
        text: String,
    },
    /// Say exactly this, slashes and all.
    Say {
        /// The room or conversation.
        room: String,
        /// What.
        text: String,
        /// Done rather than said.
        action: bool,
    },
    /// Enter a room.
    Join(String),
    /// Leave a room.
    Part(String),
    /// Be called something else.
    Nick(String),
    /// A key was pressed in a room's composer. Told to the server at most every 3 seconds.
    Typing(String),
    /// Rooms are about to be offered: learn which there are. Asked of the server at most every 30 seconds.
    FindRooms,
    /// Get what comes before the window. What doesn't fit any more is taken away at its end, which makes it stay where it
    /// is, unless the person follows what is said: then nothing comes once it is full.
    LoadOlder(String),
    /// Get what comes after the window, where that isn't at the end.
    LoadNewer(String),
    /// See this message and what stands around it, in a room that one is in, or enters for that. Answered with
    /// [`Change::Reached`] or [`Change::Unreachable`], unless the person goes elsewhere meanwhile.
    GoTo {
        /// The room or conversation.
        room: String,
        /// The message's number.
        seq: Seq,
    },
    /// Go to the end of what was said, and follow it.
    ToEnd(String),
    /// The person follows what is said in this room, or reads further up: the window's beginning then stays.
    Follow {
        /// The room or conversation.
        room: String,
        /// They see its end.
        follow: bool,
    },
    /// The person sees the end of this room.
    MarkRead(String),
    /// Send a failed message again.
    Retry {
        /// The room.
        room: String,
        /// The attempt.
        reference: ClientRef,
    },
    /// Give a failed message up.
    Discard {
        /// The room.
        room: String,
        /// The attempt.
        reference: ClientRef,
    },
    /// Take over what an earlier run of this client left ([`Engine::unsent_messages`]). What has waited for more than a day
    /// isn't sent: it has failed, and may be retried.
    TakeOver(Vec<Unsent>),
    /// Leave for good.
    Quit,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Open the socket, then say [`Input::Opened`] or [`Input::Lost`].
    Open,
    /// Send this.
    Transmit(Command),
    /// Close the socket. [`Input::Lost`] needn't follow.
    Close,
    /// Keep this for the next run.
    Remember(Identity),
    /// Keep [`Engine::unsent_messages`] for the next run: they are others now.
    Keep,
    /// The model changed.
    Changed(Change),
}

/// What of the model changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// [`Model::connection`].
    Connection,
    /// [`Model::me`].
    Me,
    /// The set of rooms, or a room's title.
    Rooms,
    /// This room was entered because the person asked for it: show it.
    Entered(String),
    /// What was said in this room, pending messages included, and its unread count.
    Timeline(String),
    /// The message that was to be seen is in the window.
    Reached {
        /// The room.
        room: String,
        /// The message's number.
        seq: Seq,
    },
    /// It can't be.
    Unreachable {
        /// The room.
        room: String,
        /// The number that was asked for.
        seq: Seq,
        /// Why.
        why: Unreachable,
    },
    /// This room can't be entered. A notice that says so follows.
    Barred {
        /// The room, as it was asked for.
        room: String,
        /// What was wrong.
        code: Code,
        /// The same for people.
        text: String,
    },
    /// Who is in this room.
    Members(String),
    /// Who is typing in this room.
    Typing(String),
    /// [`Model::listed`].
    Listed,
    /// An answer to show where the person is: a refusal, a list, the help.
    Notice {
        /// The room that it is about.
        room: Option<String>,
        /// What.
        text: Saying,
        /// It says that something failed.
        error: bool,
    },
}

/// Why a message can't be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// Nothing has this number yet.
    NotYet,
    /// The server no longer keeps it.
    Gone,
}

/// The state machine.
///
/// Whoever runs it does what the outputs say, in their order, and keeps to two rules. After [`Output::Close`] or a
/// new [`Output::Open`] nothing of an earlier socket is reported any more. [`Output::Close`] comes after what was
/// transmitted: a farewell is still written.
///
/// Its parts are `impl` blocks in files of their own: `link` (connection), `receive`, `act`, `rooms`, `private`,
/// `history`, `timeline` and `window`, `pending`, `typing`.
#[derive(Debug)]
pub struct Engine {
    pub(crate) model: Model,
    /// Where each room's window lies; what of a room isn't to be shown.
    pub(crate) tracks: BTreeMap<String, Track>,
    pub(crate) link: Link,
    pub(crate) sends: Sends,
    /// Rooms that one wants to be in and isn't yet.
    pub(crate) wanted: Vec<Wanted>,
    /// Rooms that one has left, until the server says so: what they still say is late.
    pub(crate) parting: Vec<String>,
    /// A message to be seen once its room is there.
    pub(crate) goal: Option<(String, Seq)>,
    /// Some room was entered: from now on none is entered unasked.
    pub(crate) settled: bool,
    /// What the person wants to be called.
    pub(crate) nick: Option<String>,
    pub(crate) identity: Option<Identity>,
    pub(crate) told: Told,
    /// When the server was last told what the person has read.
    pub(crate) read_told_at: Timestamp,
    /// Rooms whose members the person asked for.
    pub(crate) who_asked: Vec<String>,
    pub(crate) listing: Listing,
    pub(crate) window: usize,
    pub(crate) via: Via,
}

impl Engine {
    /// An engine that hasn't connected yet.
    pub fn new(settings: Settings) -> Self {
        let Settings { nick, identity, rooms, entropy, window } = settings;
        let model = Model {
            connection: Connection::Idle,
            me: None,
            server: String::new(),
            default_room: String::new(),
            limits: Limits::default(),
            clock: Clock::default(),
            rooms: BTreeMap::new(),
            listed: Vec::new(),
        };
        let mut engine = Self {
            model,
            tracks: BTreeMap::new(),
            link: Link::new(entropy),
            sends: Sends::new(entropy),
            wanted: Vec::new(),
            parting: Vec::new(),
            goal: None,
            settled: false,
            nick,
            identity,
            told: Told::default(),
            read_told_at: Timestamp(0),
            who_asked: Vec::new(),
            listing: Listing::default(),
            window: window.max(LEAST_WINDOW),
            via: Via::Ws,
        };
        for (at, room) in rooms.iter().enumerate() {
            engine.want(room.trim().trim_start_matches('#'), at == 0);
        }
        engine
    }

    /// The door that one's own messages come through; WebSocket where nothing is said.
    #[must_use]
    pub fn via(mut self, via: Via) -> Self {
        self.via = via;
        self
    }

    /// Private conversations that one knows of from an earlier run, each by its name on the wire and what the other one was
    /// called: things can be said in them before the server has spoken of them.
    #[must_use]
    pub fn knowing(mut self, conversations: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut out = Outputs::default();
        for (name, nick) in conversations {
            self.conversation(&name, &nick, &mut out);
        }
        self
    }

    /// What one is called; before the server has said so, what one will ask to be called.
    pub fn nick(&self) -> Option<&str> {
        let me = self.model.me.as_ref().map(|me| &me.nick);
        let expected = self.nick.as_ref().or(self.identity.as_ref().map(|identity| &identity.nick));
        me.or(expected).map(String::as_str)
    }

    /// Takes what happened at `now` (the client's clock, in milliseconds; only differences matter) and says
    /// what is to be done, in this order.
    pub fn handle(&mut self, input: Input, now: Timestamp) -> Vec<Output> {
        let mut out = Outputs::default();
        match input {
            Input::Connect => self.connect(now, &mut out),
            Input::Opened => self.opened(now, &mut out),
            Input::Received(event) => self.received(event, now, &mut out),
            Input::Lost => self.lost(now, &mut out),
            Input::Wake => {
                self.wake_link(now, &mut out);
                self.expire_typing(now, &mut out);
                self.retry_rooms(now, &mut out);
            }
            Input::User(action) => self.act(action, now, &mut out),
        }
        self.flush(now, &mut out);
        self.follow_goal(&mut out);
        self.catch_up(&mut out);
        self.tell_read(now, &mut out);
        if std::mem::take(&mut self.sends.changed) {
            out.push(Output::Keep);
        }
        out.into_vec()
    }

    /// When to call with [`Input::Wake`], if nothing happens before.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let online = self.model.connection == Connection::Online;
        let when_online =
            || [self.sends_deadline(), self.rooms_deadline(), self.typing_deadline(), self.read_deadline()];
        let others = if online { when_online() } else { [None; 4] };
        others.into_iter().chain([self.link_deadline()]).flatten().min()
    }

    /// All that is to be shown.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// How many messages are on their way, those told by nick included, which no room shows yet.
    pub fn unsent(&self) -> usize {
        self.sends.len()
    }

    /// The log that the rooms are of.
    pub fn epoch(&self) -> Option<&Epoch> {
        self.known_epoch()
    }

    /// Who one is.
    pub(crate) fn me(&self) -> Option<MemberId> {
        self.model.me.as_ref().map(|me| me.id)
    }
}
