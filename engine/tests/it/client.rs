//! An engine on a test's bench: short words in, short words out.

use partyline_engine::{Action, Change, Engine, Identity, Input, Output, PendingState, Room, Settings};
use partyline_shared::codec::json::{decode_event, encode_command};
use partyline_shared::{
    Epoch, Event, HistoryPage, Joined, Kind, Limits, MemberRef, Message, PROTOCOL, Seq, Timestamp, Token, Via, Welcome,
};

/// Somebody, by a nick that their identity is made from.
pub(crate) fn member(nick: &str) -> MemberRef {
    MemberRef { id: token(nick).member(), nick: nick.to_owned() }
}

pub(crate) fn token(nick: &str) -> Token {
    let mut bytes = [0; 16];
    bytes[..nick.len()].copy_from_slice(nick.as_bytes());
    Token(bytes)
}

/// The wire's name of the conversation with somebody.
pub(crate) fn private(nick: &str) -> String {
    format!("@{}", member(nick).id)
}

pub(crate) fn message(room: &str, seq: u64, from: &str, text: &str) -> Message {
    Message {
        room: room.to_owned(),
        seq: Seq(seq),
        at: Timestamp(seq),
        from: member(from),
        to: None,
        kind: Kind::Text,
        text: text.to_owned(),
        via: Via::Tcp,
    }
}

/// Messages of ann with these numbers.
pub(crate) fn messages(room: &str, seqs: std::ops::RangeInclusive<u64>) -> Vec<Message> {
    seqs.map(|seq| message(room, seq, "ann", &format!("m{seq}"))).collect()
}

pub(crate) fn joined(room: &str, head: u64, messages: Vec<Message>) -> Event {
    let members = vec![member("me")];
    Event::Joined(Joined {
        room: room.to_owned(),
        asked: None,
        count: 1,
        members,
        head: Seq(head),
        messages,
        read: None,
        afresh: false,
    })
}

pub(crate) fn page(room: &str, head: u64, messages: Vec<Message>, more: bool) -> Event {
    Event::History(HistoryPage { room: room.to_owned(), messages, head: Seq(head), more })
}

pub(crate) struct Client {
    pub(crate) engine: Engine,
    pub(crate) now: u64,
}

impl Client {
    pub(crate) fn new(rooms: &[&str]) -> Self {
        Self::with(rooms, None, None)
    }

    pub(crate) fn with(rooms: &[&str], nick: Option<&str>, identity: Option<Identity>) -> Self {
        let rooms = rooms.iter().map(|room| (*room).to_owned()).collect();
        let settings = Settings { nick: nick.map(str::to_owned), identity, rooms, entropy: 1, window: 100 };
        Self { engine: Engine::new(settings), now: 1000 }
    }

    /// Called "me" and in the empty room "lobby".
    pub(crate) fn online() -> Self {
        let mut client = Self::new(&["lobby"]);
        client.connect();
        client.event(joined("lobby", 0, vec![]));
        client
    }

    pub(crate) fn connect(&mut self) {
        self.input(Input::Connect);
        self.input(Input::Opened);
        self.event(Self::welcome("me", "e1"));
    }

    pub(crate) fn welcome(nick: &str, epoch: &str) -> Event {
        Event::Welcome(Welcome {
            protocol: PROTOCOL,
            server: "test".to_owned(),
            you: MemberRef { nick: nick.to_owned(), ..member("me") },
            token: token("me"),
            epoch: Epoch(epoch.to_owned()),
            default_room: "lobby".to_owned(),
            now: Timestamp(0),
            limits: Limits::default(),
        })
    }

    /// What is to be done, in words: commands as JSON, and what is neither a plain change of the model nor to be
    /// remembered.
    pub(crate) fn input(&mut self, input: Input) -> Vec<String> {
        let outputs = self.engine.handle(input, Timestamp(self.now));
        outputs
            .into_iter()
            .filter_map(|output| match output {
                Output::Open => Some("open".to_owned()),
                Output::Close => Some("close".to_owned()),
                Output::Transmit(command) => Some(encode_command(&command)),
                Output::Changed(Change::Entered(room)) => Some(format!("entered {room}")),
                Output::Changed(Change::Notice { text, error: false, .. }) => Some(format!("notice: {text}")),
                Output::Changed(Change::Notice { text, error: true, .. }) => Some(format!("error: {text}")),
                Output::Changed(Change::Listed) => Some("listed".to_owned()),
                Output::Changed(Change::Reached { room, seq }) => Some(format!("reached {room} {seq}")),
                Output::Changed(Change::Unreachable { room, seq, why }) => Some(format!("{why:?} {room} {seq}")),
                Output::Changed(Change::Barred { room, code, .. }) => Some(format!("barred {room} {code:?}")),
                Output::Changed(_) | Output::Remember(_) | Output::Keep => None,
            })
            .collect()
    }

    pub(crate) fn event(&mut self, event: Event) -> Vec<String> {
        self.input(Input::Received(event))
    }

    /// An event as the server would write it.
    pub(crate) fn json(&mut self, event: &str) -> Vec<String> {
        self.event(decode_event(event).unwrap())
    }

    pub(crate) fn act(&mut self, action: Action) -> Vec<String> {
        self.input(Input::User(action))
    }

    pub(crate) fn line(&mut self, text: &str) -> Vec<String> {
        self.act(Action::Line { room: "lobby".to_owned(), text: text.to_owned() })
    }

    /// Time passes up to the next deadline.
    pub(crate) fn wake(&mut self) -> Vec<String> {
        self.now = self.engine.next_deadline().unwrap().0.max(self.now);
        self.input(Input::Wake)
    }

    /// A dropped connection comes back, up to `welcome`; `hello` is returned.
    pub(crate) fn reconnect(&mut self, epoch: &str) -> Vec<String> {
        self.input(Input::Lost);
        self.input(Input::Connect);
        let hello = self.input(Input::Opened);
        self.event(Self::welcome("me", epoch));
        hello
    }

    /// A room in short: `1 ann:hi 2 me:yo`, then what is pending: `?text` queued, `>text` under way, `~text` to be
    /// tried again, `!text` failed.
    pub(crate) fn shows(&self, room: &str) -> String {
        let room = &self.engine.model().rooms[room];
        let said = room.messages.iter().map(|m| format!("{} {}:{}", m.seq, m.from.nick, m.text));
        let pending = room.pending.iter().map(|p| {
            let mark = match p.state {
                PendingState::Queued => '?',
                PendingState::Sent => '>',
                PendingState::RetryAt(_) => '~',
                PendingState::Failed(_) => '!',
            };
            format!("{mark}{}", p.text)
        });
        said.chain(pending).collect::<Vec<_>>().join(" ")
    }

    /// First and last number of a room's window, having seen that there is no gap.
    pub(crate) fn window(&self, room: &str) -> (u64, u64) {
        let messages = &self.engine.model().rooms[room].messages;
        let seqs: Vec<_> = messages.iter().map(|m| m.seq.0).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{seqs:?}");
        (seqs[0], seqs[seqs.len() - 1])
    }

    pub(crate) fn room(&self, room: &str) -> &Room {
        &self.engine.model().rooms[room]
    }

    pub(crate) fn unread(&self, room: &str) -> usize {
        self.engine.model().rooms[room].unread
    }
}
