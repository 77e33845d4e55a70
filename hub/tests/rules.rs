//! The rules of the house, one a test: what a session says, and what it and the others are told.

use std::collections::{BTreeMap, BTreeSet};

use partyline_hub::{
    Committed, ConversationHead, Effect, Hub, Input, LogError, NewEntry, Outcome, Page, PostId, Query, SessionId,
    Settings,
};
use partyline_shared::{
    Bye, ByeReason, Change, ClientRef, Code, Command, Epoch, Event, Hello, History, Join, Limits, MemberId, MemberRef,
    Refused, ResumePoint, Say, Sent, Seq, Timestamp, Token, Via,
};

/// A hub, a clock, and a log that is written when the test says so.
struct House {
    hub: Hub,
    now: Timestamp,
    /// What the log has of each stream.
    kept: BTreeMap<String, Vec<partyline_hub::Entry>>,
    appends: Vec<(partyline_hub::AppendId, NewEntry)>,
    /// What the log has of what each member has read.
    marks: BTreeMap<MemberId, Vec<(String, Seq)>>,
    /// What was written of that, one write after the other.
    marked: Vec<Vec<(String, Seq)>>,
    /// What each session was told, and has not looked at.
    told: Vec<(SessionId, Event)>,
    /// Who hears what is delivered to which room.
    subscribed: Vec<(SessionId, partyline_hub::RoomId)>,
    closed: Vec<SessionId>,
    posted: Vec<(PostId, Result<Sent, Refused>)>,
    opened: u64,
}

impl House {
    fn new() -> Self {
        Self::with(Settings::default())
    }

    fn with(settings: Settings) -> Self {
        let settings = Settings { epoch: Epoch("this".into()), ..settings };
        Self {
            hub: Hub::new(settings),
            now: Timestamp(1_000_000),
            kept: BTreeMap::new(),
            appends: Vec::new(),
            marks: BTreeMap::new(),
            marked: Vec::new(),
            told: Vec::new(),
            subscribed: Vec::new(),
            closed: Vec::new(),
            posted: Vec::new(),
            opened: 0,
        }
    }

    /// Reads are answered at once, appends when the test calls [`House::commit`].
    fn handle(&mut self, input: Input) {
        for effect in self.hub.handle(input, self.now) {
            match effect {
                Effect::Send { session, event } => self.told.push((session, event)),
                Effect::Subscribe { session, room } => self.subscribed.push((session, room)),
                Effect::Unsubscribe { session, room } => self.subscribed.retain(|one| *one != (session, room)),
                Effect::Deliver { room, event, except } => {
                    let readers =
                        self.subscribed.iter().filter(|(session, at)| *at == room && Some(*session) != except);
                    self.told.extend(readers.map(|(session, _)| (*session, event.clone())));
                }
                Effect::Append { append, entry } => self.appends.push((append, entry)),
                Effect::Read { read, query } => {
                    let outcome = Ok(self.look_up(&query));
                    self.handle(Input::Read { read, outcome });
                }
                Effect::Mark { member, marks } => {
                    self.marked.push(marks.clone());
                    self.marks.entry(member).or_default().extend(marks);
                }
                Effect::Close { session } => self.closed.push(session),
                Effect::Posted { post, outcome } => self.posted.push((post, outcome)),
            }
        }
    }

    fn look_up(&self, query: &Query) -> Outcome {
        match query {
            Query::Page { stream, limit, .. } => {
                let all = self.kept.get(&stream.key()).cloned().unwrap_or_default();
                let head = Seq(all.len() as u64);
                let entries = all[all.len().saturating_sub(*limit)..].to_vec();
                Outcome::Page(Page { name: None, entries, head, more: false })
            }
            Query::Rooms { .. } => Outcome::Rooms(Vec::new()),
            Query::Conversations { .. } => Outcome::Conversations(Vec::<ConversationHead>::new()),
            Query::Marks { member, .. } => Outcome::Marks(self.marks.get(member).cloned().unwrap_or_default()),
        }
    }

    /// The log has written everything that was asked of it.
    fn commit(&mut self) {
        for (append, new) in std::mem::take(&mut self.appends) {
            let NewEntry { stream, from, to, kind, text, via, .. } = new;
            let (kept, at) = (self.kept.entry(stream.key()).or_default(), self.now);
            let seq = Seq(kept.len() as u64 + 1);
            kept.push(partyline_hub::Entry { seq, at, from, to, kind, text, via });
            self.handle(Input::Committed { append, outcome: Ok(Committed { seq, at, duplicate: false }) });
        }
    }

    fn fail(&mut self, error: LogError) {
        for (append, _) in std::mem::take(&mut self.appends) {
            self.handle(Input::Committed { append, outcome: Err(error) });
        }
    }

    fn open(&mut self, via: Via) -> SessionId {
        self.opened += 1;
        let session = SessionId(self.opened);
        let token = Token(u128::from(self.opened).to_be_bytes());
        self.handle(Input::Open { session, via, token });
        session
    }

    fn says(&mut self, session: SessionId, command: Command) {
        self.handle(Input::Command { session, command });
    }

    /// Somebody who isn't there says something.
    fn posts(&mut self, post: u64, text: &str) {
        let (post, author) = (PostId(post), MemberId([0x4f; 16]));
        self.handle(Input::Post { post, author, via: Via::Udp, text: text.to_owned() });
    }

    fn drops(&mut self, session: SessionId) {
        self.subscribed.retain(|(one, _)| *one != session);
        self.handle(Input::Close { session });
    }

    /// Time passes; the hub is woken at the end of it.
    fn passes(&mut self, millis: u64) {
        self.now = self.now.after(millis);
        self.handle(Input::Wake);
    }

    /// What a session was told since the last look.
    fn hears(&mut self, session: SessionId) -> Vec<Event> {
        let (own, others) = std::mem::take(&mut self.told).into_iter().partition(|(to, _)| *to == session);
        self.told = others;
        let own: Vec<(SessionId, Event)> = own;
        own.into_iter().map(|(_, event)| event).collect()
    }

    /// The same, but a long time after the last who came or went, so that whoever comes or goes next is told of at once.
    fn enters_in_peace(&mut self, nick: &str) -> SessionId {
        self.passes(250);
        let session = self.enters(nick);
        self.passes(250);
        session
    }

    /// Everybody has heard everything.
    fn quiet(&mut self) {
        self.told.clear();
    }

    /// Comes in by WebSocket under this nick. Returns the session and the secret.
    fn arrives(&mut self, nick: &str) -> (SessionId, Token) {
        let session = self.open(Via::Ws);
        let (welcome, _) = self.welcome(session, hello(nick));
        (session, welcome.token)
    }

    /// The same, and enters the lobby.
    fn enters(&mut self, nick: &str) -> SessionId {
        let (session, _) = self.arrives(nick);
        self.says(session, join("lobby"));
        self.commit();
        self.quiet();
        session
    }

    /// Says hello. Returns the welcome, and what came after it.
    fn welcome(&mut self, session: SessionId, hello: Hello) -> (partyline_shared::Welcome, Vec<Event>) {
        self.says(session, Command::Hello(hello));
        let mut events = self.hears(session);
        match events.remove(0) {
            Event::Welcome(welcome) => (welcome, events),
            other => fails(&format!("no welcome: {other:?}")),
        }
    }

    /// The command is refused, and only refused.
    #[track_caller]
    fn check(&mut self, session: SessionId, command: Command, code: Code) -> partyline_shared::Refused {
        self.says(session, command);
        match self.hears(session).as_slice() {
            [Event::Refused(refused)] if refused.code == code => refused.clone(),
            other => fails(&format!("{code:?} was to be heard: {other:?}")),
        }
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "tests say what they expect by failing")]
fn fails(why: &str) -> ! {
    panic!("{why}")
}

fn hello(nick: &str) -> Hello {
    Hello { nick: Some(nick.to_owned()), ..Hello::default() }
}

fn join(room: &str) -> Command {
    Command::Join(Join { room: room.to_owned(), after: None })
}

fn say(room: &str, text: &str) -> Command {
    let reference = ClientRef::try_from("attempt-1".to_owned()).ok();
    Command::Say(Say { room: room.to_owned(), text: text.to_owned(), reference, action: false })
}

fn nick(nick: &str) -> Command {
    Command::Nick { nick: nick.to_owned() }
}

fn history(before: Option<u64>, after: Option<u64>, limit: Option<u32>) -> Command {
    Command::History(History { room: "lobby".into(), before: before.map(Seq), after: after.map(Seq), limit })
}

fn texts(events: &[Event]) -> Vec<&str> {
    let messages =
        events.iter().filter_map(|event| if let Event::Message(message) = event { Some(message) } else { None });
    messages.map(|message| message.text.as_str()).collect()
}

#[track_caller]
fn joined(events: &[Event]) -> &partyline_shared::Joined {
    let found = events.iter().find_map(|event| if let Event::Joined(joined) = event { Some(joined) } else { None });
    let Some(joined) = found else { fails(&format!("no joined: {events:?}")) };
    joined
}

#[test]
fn whoever_spells_a_room_another_way_is_told_its_name_and_what_they_asked_for() {
    let mut house = House::new();
    let ann = house.enters("ann");
    house.says(ann, join("Straße"));
    let (first, _) = (joined(&house.hears(ann)).clone(), house.commit());
    assert_eq!((first.room.as_str(), first.asked), ("Straße", None));
    let (bob, _) = house.arrives("bob");
    house.says(bob, join("STRASSE"));
    let there = joined(&house.hears(bob)).clone();
    assert_eq!((there.room.as_str(), there.asked.as_deref()), ("Straße", Some("STRASSE")));

    // A hello may name a room twice, whose page has yet to come.
    let mut hub = Hub::new(Settings::default());
    let (session, now) = (SessionId(1), Timestamp(0));
    let resume = ["Küche", "KÜCHE", "Küche"].map(|room| ResumePoint { room: room.to_owned(), seq: Seq(0) });
    hub.handle(Input::Open { session, via: Via::Ws, token: Token([1; 16]) }, now);
    let command = Command::Hello(Hello { resume: resume.into(), ..hello("cas") });
    let effects = hub.handle(Input::Command { session, command }, now);
    let read = effects.iter().find_map(|one| if let Effect::Read { read, .. } = one { Some(*read) } else { None });
    let effects = hub.handle(Input::Read { read: read.unwrap(), outcome: Ok(Outcome::Page(Page::default())) }, now);
    let asked = |effect: &Effect| match effect {
        Effect::Send { event: Event::Joined(joined), .. } => Some(joined.asked.clone()),
        _ => None,
    };
    let asked: Vec<_> = effects.iter().filter_map(asked).collect();
    assert_eq!(asked, [None, Some("KÜCHE".to_owned())], "each spelling is answered, once");

    // What no room can be called is named as it was written, so that the client knows what it was.
    house.quiet();
    let refused = house.check(ann, join("a\u{202e}b"), Code::BadRoom);
    assert_eq!(refused.room.as_deref(), Some("a\u{202e}b"));
}

#[test]
fn whoever_says_what_is_kept_otherwise_is_told_what_is_kept() {
    let mut house = House::new();
    let (ann, bob) = (house.enters("ann"), house.enters("bob"));
    let mut kept = |command: Command| {
        house.quiet();
        house.says(ann, command);
        house.commit();
        let sent = house.hears(ann).into_iter().find_map(|e| if let Event::Sent(sent) = e { Some(sent) } else { None });
        (sent.and_then(|sent| sent.text), texts(&house.hears(bob)).join("|"))
    };
    assert_eq!(kept(say("lobby", "a rose")), (None, "a rose".to_owned()));
    assert_eq!(kept(say("lobby", "red\u{1b}[1m rose ")), (Some("red rose".to_owned()), "red rose".to_owned()));
    let tell = Command::Tell { to: "bob".to_owned(), text: "psst\r\n".to_owned(), reference: None };
    assert_eq!(kept(tell), (Some("psst".to_owned()), "psst".to_owned()));
}

#[test]
fn hello_comes_first() {
    let mut house = House::new();
    let session = house.open(Via::Json);
    house.check(session, join("lobby"), Code::HelloFirst);
    house.check(session, say("lobby", "hi"), Code::HelloFirst);
    house.says(session, Command::Ping { nonce: Some(7) });
    assert_eq!(house.hears(session), [Event::Pong { nonce: Some(7) }], "a ping is answered even so");
}

#[test]
fn hello_is_said_once() {
    let mut house = House::new();
    let (ann, _) = house.arrives("ann");
    house.check(ann, Command::Hello(hello("bea")), Code::HelloFirst);
}

#[test]
fn another_protocol_is_refused_and_may_be_corrected() {
    let mut house = House::new();
    let session = house.open(Via::Json);
    house.check(session, Command::Hello(Hello { protocol: Some(2), ..hello("ann") }), Code::UnsupportedProtocol);
    assert_eq!(house.welcome(session, hello("ann")).0.you.nick, "ann");
}

#[test]
fn hello_has_to_come_in_time() {
    let mut house = House::new();
    let session = house.open(Via::Json);
    assert_eq!(house.hub.next_deadline(), Some(house.now.after(10_000)));
    house.passes(9_999);
    assert_eq!(house.hears(session), []);
    house.passes(1);
    assert!(matches!(house.hears(session)[..], [Event::Bye(Bye { reason: ByeReason::NoHello, .. })]));
    assert_eq!(house.closed, [session]);
}

#[test]
fn whoever_chooses_no_nick_is_a_guest() {
    let mut house = House::new();
    let session = house.open(Via::Ws);
    let (welcome, after) = house.welcome(session, Hello::default());
    let id = welcome.you.id.to_string();
    assert_eq!((welcome.you.nick, after), (format!("guest-{}", &id[..2]), Vec::new()));
}

#[test]
fn a_nick_is_one_members() {
    let mut house = House::new();
    house.arrives("Ann");
    let session = house.open(Via::Ws);
    let (welcome, after) = house.welcome(session, hello("aNN"));
    assert!(welcome.you.nick.starts_with("guest-"), "it comes in all the same: {}", welcome.you.nick);
    assert!(matches!(&after[..], [Event::Refused(refused)] if refused.code == Code::NickTaken));
    house.check(session, nick("ANN"), Code::NickTaken);
}

#[test]
fn not_everything_can_be_a_nick() {
    let mut house = House::new();
    let (ann, _) = house.arrives("ann");
    for bad in ["", "-", "a b", "@ann", "a\u{202e}b"] {
        house.check(ann, nick(bad), Code::BadNick);
    }
}

#[test]
fn two_nicks_that_look_alike_cannot_stand_beside_each_other() {
    let pairs = [("paypal", "раураl"), ("lam", "Iam"), ("modem", "modern"), ("B0B_0", "BOB_O"), ("小明_1", "小明_l")];
    for (here, alike) in pairs.into_iter().chain(pairs.map(|(here, alike)| (alike, here))) {
        let mut house = House::new();
        let (first, _) = house.arrives(here);
        let (bob, _) = house.arrives("bob");
        let refused = house.check(bob, nick(alike), Code::NickTaken);
        let text = format!("{alike} looks too much like {here}, which is taken: choose another nick");
        assert_eq!(refused.text, text);
        let newcomer = house.open(Via::Ws);
        let (welcome, after) = house.welcome(newcomer, hello(alike));
        assert!(welcome.you.nick.starts_with("guest-"), "{}", welcome.you.nick);
        assert!(matches!(&after[..], [Event::Refused(refused)] if refused.code == Code::NickTaken));
        house.says(first, nick("somebody-else"));
        house.says(bob, nick(alike));
        assert!(matches!(&house.hears(bob)[..], [Event::Presence { .. }]), "{alike} is free now");
        house.check(newcomer, nick(here), Code::NickTaken);
    }
}

#[test]
fn whoever_looks_like_themselves_may() {
    let mut house = House::new();
    let (ann, _) = house.arrives("lan");
    for alike in ["Ian", "IAN", "1an", "lan", "lan"] {
        house.says(ann, nick(alike));
        let events = house.hears(ann);
        assert!(matches!(&events[..], [Event::Presence { member, .. }] if member.nick == alike), "{events:?}");
    }
    let (bob, _) = house.arrives("bob");
    house.check(bob, nick("1an"), Code::NickTaken);
    house.says(bob, nick("Lan-2"));
    assert!(matches!(&house.hears(bob)[..], [Event::Presence { .. }]), "alike, and then not");
    house.says(ann, Command::Tell { to: "bob".into(), text: "psst".into(), reference: None });
    assert!(matches!(&house.hears(ann)[..], [Event::Refused(refused)] if refused.code == Code::NoSuchMember));
}

#[test]
fn a_nick_is_found_by_its_spelling_not_by_its_look() {
    let mut house = House::new();
    house.arrives("lan");
    let (bob, _) = house.arrives("bob");
    let tell = |to: &str| Command::Tell { to: to.into(), text: "psst".into(), reference: None };
    house.check(bob, tell("Ian"), Code::NoSuchMember);
    house.says(bob, tell("LAN"));
    assert_eq!(house.appends.len(), 1);
}

#[test]
fn a_nick_that_is_kept_keeps_those_that_look_like_it() {
    let mut house = House::new();
    let (ann, _) = house.arrives("paypal");
    let (bob, _) = house.arrives("bob");
    house.drops(ann);
    house.check(bob, nick("раураl"), Code::NickTaken);
    house.passes(120_000);
    house.says(bob, nick("раураl"));
    assert!(matches!(&house.hears(bob)[..], [Event::Presence { .. }]));
}

#[test]
fn no_nick_looks_like_the_server() {
    let mut house = House::with(Settings { requests_per_second: 0, ..Settings::default() });
    let (ann, _) = house.arrives("ann");
    for name in
        ["server", "SERVER", "ѕеrvеr", "Partyline", "PartyIine", "partylined", "sуstem", "error", "Everyone", "a11"]
    {
        let refused = house.check(ann, nick(name), Code::BadNick);
        assert_eq!(refused.text, format!("{name} would look like the server: choose another nick"));
        let newcomer = house.open(Via::Json);
        let (welcome, after) = house.welcome(newcomer, hello(name));
        assert!(welcome.you.nick.starts_with("guest-"), "{}", welcome.you.nick);
        assert!(matches!(&after[..], [Event::Refused(refused)] if refused.code == Code::BadNick));
    }
    house.says(ann, nick("observer"));
    assert!(matches!(&house.hears(ann)[..], [Event::Presence { .. }]));
}

#[test]
fn a_guest_always_finds_a_nick() {
    let mut house = House::new();
    let (ann, token) = house.arrives("ann");
    house.says(ann, Command::Quit);
    // Somebody has all the nicks that the guest's id spells out, or ones that look like them.
    let id = token.member().to_string();
    for bytes in 1..=id.len() / 2 {
        let (_, taken) = house.arrives(&format!("Guest-{}", id[..2 * bytes].replace('0', "O").replace('1', "l")));
        assert_ne!(taken, token);
        house.quiet();
    }
    let session = house.open(Via::Ws);
    let (welcome, _) = house.welcome(session, Hello { token: Some(token), ..Hello::default() });
    assert!(welcome.you.nick.starts_with("guest-"), "{}", welcome.you.nick);
}

#[test]
fn a_new_nick_is_told_to_everybody_who_sees_it_once() {
    let mut house = House::new();
    let (ann, bob) = (house.enters("ann"), house.enters("bob"));
    house.says(ann, nick("bea"));
    house.passes(250);
    for session in [ann, bob] {
        let events = house.hears(session);
        assert!(
            matches!(&events[..], [Event::Presence { member, was: Some(was), .. }] if member.nick == "bea" && was == "ann"),
            "{events:?}"
        );
    }
}

#[test]
fn a_nick_is_kept_for_two_minutes_after_a_drop() {
    let mut house = House::new();
    let (ann, token) = house.arrives("ann");
    let (bob, _) = house.arrives("bob");
    house.drops(ann);
    house.passes(119_999);
    house.check(bob, nick("ann"), Code::NickTaken);
    let back = house.open(Via::Ws);
    let (welcome, _) = house.welcome(back, Hello { token: Some(token), ..Hello::default() });
    assert_eq!((welcome.you.id, welcome.you.nick.as_str()), (token.member(), "ann"));
    house.drops(back);
    house.passes(120_000);
    house.says(bob, nick("ann"));
    assert!(matches!(&house.hears(bob)[..], [Event::Presence { member, .. }] if member.nick == "ann"));
}

#[test]
fn a_nick_is_free_at_once_after_quit() {
    let mut house = House::new();
    let (ann, _) = house.arrives("ann");
    let (bob, _) = house.arrives("bob");
    house.says(ann, Command::Quit);
    assert!(matches!(house.hears(ann)[..], [Event::Bye(Bye { reason: ByeReason::Quit, .. })]));
    house.says(bob, nick("ann"));
    assert!(matches!(house.hears(bob)[..], [Event::Presence { .. }]));
}

#[test]
fn a_nick_is_free_at_once_where_nobody_could_come_back_for_it() {
    let mut house = House::new();
    let plain = house.open(Via::Tcp);
    house.welcome(plain, hello("ann"));
    house.drops(plain);
    let (_, _) = house.arrives("ann");
    assert_eq!(house.hub.load().members, 1);
}

#[test]
fn a_member_may_be_in_so_many_rooms() {
    let limits = Limits { rooms_per_member: 2, ..Limits::default() };
    let mut house = House::with(Settings { limits, ..Settings::default() });
    let (ann, token) = house.arrives("ann");
    house.says(ann, join("one"));
    house.says(ann, join("two"));
    house.quiet();
    let refused = house.check(ann, join("three"), Code::TooManyRooms);
    assert_eq!(refused.room.as_deref(), Some("three"));
    let other = house.open(Via::Json);
    house.welcome(other, Hello { token: Some(token), ..Hello::default() });
    house.check(other, join("three"), Code::TooManyRooms);
    house.says(other, join("ONE"));
    assert_eq!(joined(&house.hears(other)).room, "one", "the room that it is in already counts once");
    house.says(ann, Command::Part { room: "two".into() });
    house.says(ann, join("three"));
    assert_eq!(joined(&house.hears(ann)).room, "three");
}

#[test]
fn rooms_that_are_still_being_entered_count_for_the_member_too() {
    let limits = Limits { rooms_per_member: 1, ..Limits::default() };
    let mut hub = Hub::new(Settings { limits, ..Settings::default() });
    let (now, token) = (Timestamp(0), Token([1; 16]));
    let mut last = Vec::new();
    // Two sessions of one member, a room each, and a log that hasn't answered.
    for (session, room) in [(SessionId(1), "one"), (SessionId(2), "two")] {
        hub.handle(Input::Open { session, via: Via::Ws, token }, now);
        hub.handle(Input::Command { session, command: Command::Hello(Hello::default()) }, now);
        last = hub.handle(Input::Command { session, command: join(room) }, now);
    }
    let refused = matches!(&last[..], [Effect::Send { event: Event::Refused(refused), .. }] if refused.code == Code::TooManyRooms);
    assert!(refused, "{last:?}");
}

#[test]
fn not_everything_can_be_a_room() {
    let mut house = House::new();
    let (ann, _) = house.arrives("ann");
    for bad in ["", "a b", "#lobby", "@ann"] {
        house.check(ann, join(bad), Code::BadRoom);
    }
}

#[test]
fn one_speaks_in_the_rooms_that_one_is_in() {
    let mut house = House::new();
    let ann = house.enters("ann");
    let refused = house.check(ann, say("kitchen", "hi"), Code::NotInRoom);
    assert_eq!(refused.reference.unwrap().as_str(), "attempt-1", "the attempt is named");
    house.check(ann, Command::Part { room: "kitchen".into() }, Code::NotInRoom);
}

#[test]
fn a_text_is_neither_empty_nor_too_long() {
    let mut house = House::new();
    let ann = house.enters("ann");
    house.check(ann, say("lobby", " \n\u{1b}[1m"), Code::BadText);
    house.check(ann, say("lobby", &"明".repeat(4001)), Code::BadText);
    house.says(ann, say("lobby", &"明".repeat(4000)));
    assert_eq!(house.appends.len(), 1);
}

#[test]
fn nothing_is_said_until_it_has_a_number() {
    let mut house = House::new();
    let (ann, bob) = (house.enters("ann"), house.enters("bob"));
    house.quiet();
    house.says(ann, say("lobby", "hi"));
    assert_eq!((house.hears(ann), house.hears(bob)), (Vec::new(), Vec::new()));
    house.commit();
    assert!(matches!(&house.hears(ann)[..], [Event::Sent(sent)] if sent.seq == Seq(1)));
    assert!(matches!(&house.hears(bob)[..], [Event::Message(message)] if message.seq == Seq(1)));
}

#[test]
fn what_the_log_cannot_keep_is_refused_and_shown_to_nobody() {
    for (error, code) in [(LogError::Unavailable, Code::LogUnavailable), (LogError::Busy, Code::Busy)] {
        let mut house = House::new();
        let (ann, bob) = (house.enters("ann"), house.enters("bob"));
        house.quiet();
        house.says(ann, say("lobby", "hi"));
        house.fail(error);
        let events = house.hears(ann);
        let [Event::Refused(refused)] = &events[..] else { panic!("{events:?}") };
        assert_eq!((refused.code, refused.reference.as_ref().unwrap().as_str()), (code, "attempt-1"));
        assert!(refused.retry_after_ms.is_some());
        assert_eq!(house.hears(bob), []);
    }
}

#[test]
fn what_was_asked_for_by_somebody_who_left_is_answered_to_nobody() {
    let mut house = House::new();
    let (ann, bob) = (house.enters("ann"), house.enters("bob"));
    house.says(ann, say("lobby", "last words"));
    house.drops(ann);
    house.quiet();
    house.commit();
    assert_eq!(house.hears(ann), []);
    assert_eq!(texts(&house.hears(bob)), ["last words"], "said is said");
}

#[test]
fn five_messages_at_once_and_two_a_second() {
    let mut house = House::new();
    let (ann, token) = house.arrives("ann");
    let other = house.open(Via::Ws);
    house.welcome(other, Hello { token: Some(token), ..Hello::default() });
    for session in [ann, other] {
        house.says(session, join("lobby"));
    }
    house.quiet();
    for session in [ann, other, ann, other, ann] {
        house.says(session, say("lobby", "hi"));
    }
    let refused = house.check(other, say("lobby", "hi"), Code::RateLimited);
    assert_eq!(refused.retry_after_ms, Some(500), "it is the member that is counted, not the session");
    house.passes(500);
    house.says(other, say("lobby", "hi"));
    assert_eq!((house.appends.len(), house.hears(other)), (6, Vec::new()));
}

#[test]
fn a_page_of_history_is_asked_for_in_one_direction_and_within_the_limit() {
    let mut house = House::new();
    let ann = house.enters("ann");
    house.check(ann, history(Some(3), Some(1), None), Code::BadField);
    house.check(ann, history(None, None, Some(0)), Code::BadField);
    house.check(ann, history(None, None, Some(101)), Code::BadField);
    house.says(ann, history(None, None, Some(100)));
    assert!(matches!(&house.hears(ann)[..], [Event::History(page)] if page.room == "lobby" && page.head == Seq(0)));
}

#[test]
fn private_words_reach_all_sessions_of_both_and_nobody_else() {
    let mut house = House::new();
    let (ann, ann_token) = house.arrives("ann");
    let (bob, bob_token) = house.arrives("bob");
    let eve = house.enters("eve");
    let (ann2, bob2) = (house.open(Via::Json), house.open(Via::Json));
    house.welcome(ann2, Hello { token: Some(ann_token), ..Hello::default() });
    house.welcome(bob2, Hello { token: Some(bob_token), ..Hello::default() });
    house.quiet();
    house.says(ann, Command::Tell { to: "BOB".into(), text: "psst".into(), reference: None });
    house.commit();
    let (to_ann, to_bob) = (format!("@{}", ann_token.member()), format!("@{}", bob_token.member()));
    assert!(matches!(&house.hears(ann)[..], [Event::Sent(sent)] if sent.room == to_bob));
    for (session, room) in [(ann2, &to_bob), (bob, &to_ann), (bob2, &to_ann)] {
        let events = house.hears(session);
        assert!(matches!(&events[..], [Event::Message(m)] if m.room == *room && m.text == "psst"), "{events:?}");
    }
    assert_eq!(house.hears(eve), []);
    house.says(bob, say(&to_ann, "what?"));
    house.commit();
    assert_eq!(texts(&house.hears(ann)), ["what?"]);
    house.check(ann, Command::Tell { to: "ann".into(), text: "me".into(), reference: None }, Code::NoSuchMember);
    house.check(ann, Command::Tell { to: "nobody".into(), text: "hi".into(), reference: None }, Code::NoSuchMember);
}

#[test]
fn typing_is_shown_and_never_answered() {
    let mut house = House::new();
    let (ann, bob) = (house.enters("ann"), house.enters("bob"));
    house.quiet();
    for room in ["lobby", "kitchen", "no room"] {
        house.says(ann, Command::Typing { room: room.into() });
        assert_eq!(house.hears(ann), []);
    }
    assert!(matches!(&house.hears(bob)[..], [Event::Typing { room, .. }] if room == "lobby"));
}

#[test]
fn a_member_in_two_sessions_comes_and_goes_once() {
    let mut house = House::new();
    let bob = house.enters("bob");
    let (ann, token) = house.arrives("ann");
    let other = house.open(Via::Json);
    house.welcome(other, Hello { token: Some(token), nick: Some("bea".into()), ..Hello::default() });
    house.says(ann, join("lobby"));
    house.says(other, join("lobby"));
    let events = house.hears(other);
    let here: Vec<_> = joined(&events).members.iter().map(|member: &MemberRef| member.nick.as_str()).collect();
    assert_eq!((joined(&events).count, here.contains(&"ann")), (2, true), "{events:?}");
    house.drops(ann);
    house.drops(other);
    house.passes(250);
    let presences = house.hears(bob).len();
    assert_eq!(presences, 2, "joined once, left once");
}

#[test]
fn whoever_joins_and_speaks_in_one_breath_speaks_in_that_room() {
    let mut hub = Hub::new(Settings::default());
    let (session, now) = (SessionId(1), Timestamp(0));
    hub.handle(Input::Open { session, via: Via::Json, token: Token([1; 16]) }, now);
    hub.handle(Input::Command { session, command: Command::Hello(Hello::default()) }, now);
    let effects = hub.handle(Input::Command { session, command: join("lobby") }, now);
    let [Effect::Read { read, .. }] = effects[..] else { panic!("{effects:?}") };
    assert!(hub.handle(Input::Command { session, command: say("lobby", "hi") }, now).is_empty());
    let effects = hub.handle(Input::Read { read, outcome: Ok(Outcome::Page(Page::default())) }, now);
    assert!(matches!(effects.last(), Some(Effect::Append { .. })), "{effects:?}");
}

#[test]
fn a_room_outlasts_the_first_one_who_leaves_while_others_wait_for_it() {
    let mut hub = Hub::new(Settings::default());
    let now = Timestamp(0);
    let mut reads = Vec::new();
    for n in [1, 2] {
        let session = SessionId(n);
        hub.handle(Input::Open { session, via: Via::Json, token: Token(u128::from(n).to_be_bytes()) }, now);
        hub.handle(Input::Command { session, command: Command::Hello(Hello::default()) }, now);
        reads.extend(hub.handle(Input::Command { session, command: join("lobby") }, now));
    }
    let [Effect::Read { read, .. }] = reads[..] else { panic!("one read for both: {reads:?}") };
    hub.handle(Input::Command { session: SessionId(1), command: Command::Part { room: "lobby".into() } }, now);
    let effects = hub.handle(Input::Read { read, outcome: Ok(Outcome::Page(Page::default())) }, now);
    let entered = |n| {
        let told =
            |effect: &Effect| matches!(effect, Effect::Send { session, event: Event::Joined(_) } if session.0 == n);
        effects.iter().any(told)
    };
    assert!(entered(1) && entered(2), "{effects:?}");
}

/// Three things were said; somebody comes back and says what they have.
#[track_caller]
fn resumes(epoch: &str, seq: u64) -> (Vec<u64>, bool) {
    let mut house = House::new();
    let ann = house.enters("ann");
    for text in ["one", "two", "three"] {
        house.says(ann, say("lobby", text));
        house.commit();
    }
    let session = house.open(Via::Ws);
    let resume = vec![ResumePoint { room: "lobby".into(), seq: Seq(seq) }];
    let (_, after) = house.welcome(session, Hello { epoch: Some(Epoch(epoch.into())), resume, ..Hello::default() });
    let joined = joined(&after);
    assert_eq!(joined.head, Seq(3));
    (joined.messages.iter().map(|message| message.seq.0).collect(), joined.afresh)
}

#[test]
fn whoever_comes_back_gets_exactly_what_they_missed() {
    assert_eq!(resumes("this", 0), (vec![1, 2, 3], false));
    assert_eq!(resumes("this", 1), (vec![2, 3], false));
    assert_eq!(resumes("this", 3), (Vec::new(), false));
}

#[test]
fn whoever_comes_back_to_another_log_starts_afresh() {
    assert_eq!(resumes("another", 1), (vec![1, 2, 3], true));
    assert_eq!(resumes("this", 4), (vec![1, 2, 3], true), "so does one whose number is past the head");
}

#[test]
fn a_stop_says_bye_to_all_and_lets_nobody_in() {
    let mut house = House::new();
    let (ann, bob) = (house.enters("ann"), house.enters("bob"));
    let waiting = house.open(Via::Ws);
    house.quiet();
    let bye = Bye { reason: ByeReason::Shutdown, text: "back soon".into(), return_after_ms: Some(1000) };
    house.handle(Input::Stop(bye.clone()));
    let late = house.open(Via::Json);
    for session in [ann, bob, waiting, late] {
        assert_eq!(house.hears(session).last(), Some(&Event::Bye(bye.clone())));
        assert!(house.closed.contains(&session));
    }
    assert_eq!(house.hub.load().sessions, 0);
}

#[test]
fn whoever_is_not_there_is_heard_and_not_seen() {
    let mut house = House::new();
    let ann = house.enters("ann");
    house.posts(1, "21.5 °C\u{1b}[1m\n");
    assert_eq!((house.hears(ann), house.posted.len()), (Vec::new(), 0), "nothing is said until it has a number");
    house.commit();
    let events = house.hears(ann);
    let [Event::Message(message)] = &events[..] else { panic!("a message, and no presence: {events:?}") };
    assert_eq!((message.text.as_str(), message.via, message.from.nick.as_str()), ("21.5 °C", Via::Udp, "udp.4f4f"));
    assert!(matches!(&house.posted[..], [(PostId(1), Ok(sent))] if sent.seq == Seq(1) && sent.room == "lobby"));
    house.says(ann, Command::Who { room: "lobby".into() });
    assert!(matches!(&house.hears(ann)[..], [Event::Members { count: 1, .. }]));
    house.check(ann, say(&format!("@{}", MemberId([0x4f; 16])), "who are you?"), Code::NoSuchMember);
}

#[test]
fn what_is_said_from_outside_is_held_to_the_rules() {
    let mut house = House::with(Settings { posts_at_once: 2, ..Settings::default() });
    let code = |house: &House, at: usize| house.posted[at].1.as_ref().unwrap_err().code;
    house.posts(1, " \n");
    house.posts(2, &"明".repeat(4001));
    assert_eq!((code(&house, 0), code(&house, 1)), (Code::BadText, Code::BadText));
    for post in 3..6 {
        house.posts(post, "x");
    }
    assert_eq!((code(&house, 2), house.appends.len()), (Code::Busy, 2));
    house.fail(LogError::Unavailable);
    assert_eq!((code(&house, 3), code(&house, 4)), (Code::LogUnavailable, Code::LogUnavailable));
    assert_eq!(house.hub.load(), partyline_hub::Load::default(), "a room that nobody is in is forgotten");
    house.posts(6, "x");
    house.commit();
    assert!(house.posted[5].1.is_ok(), "what was answered makes room");
    house.handle(Input::Stop(Bye { reason: ByeReason::Shutdown, text: "gone".into(), return_after_ms: None }));
    house.posts(7, "x");
    assert_eq!(code(&house, 6), Code::Busy);
}

#[test]
fn what_is_said_from_outside_while_a_room_is_loaded_follows_on_its_page() {
    let mut hub = Hub::new(Settings::default());
    let (session, now) = (SessionId(1), Timestamp(0));
    let post = |post| Input::Post { post: PostId(post), author: MemberId([1; 16]), via: Via::Udp, text: "x".into() };
    let effects = hub.handle(post(1), now);
    let [Effect::Read { read, .. }] = effects[..] else { panic!("the room is loaded first: {effects:?}") };
    hub.handle(Input::Open { session, via: Via::Json, token: Token([1; 16]) }, now);
    hub.handle(Input::Command { session, command: Command::Hello(Hello::default()) }, now);
    assert!(hub.handle(Input::Command { session, command: join("lobby") }, now).is_empty(), "it is loaded once");
    let page = Page { head: Seq(7), ..Page::default() };
    let effects = hub.handle(Input::Read { read, outcome: Ok(Outcome::Page(page)) }, now);
    let Some(Effect::Append { append, .. }) = effects.last() else { panic!("then it is appended: {effects:?}") };
    let committed = Committed { seq: Seq(8), at: now, duplicate: false };
    let effects = hub.handle(Input::Committed { append: *append, outcome: Ok(committed) }, now);
    let delivered =
        |effect: &Effect| matches!(effect, Effect::Deliver { event: Event::Message(m), .. } if m.seq == Seq(8));
    assert!(effects.iter().any(delivered), "{effects:?}");
    hub.handle(Input::Close { session }, now);

    let effects = hub.handle(post(2), now);
    let [Effect::Read { read, .. }] = effects[..] else { panic!("{effects:?}") };
    let effects = hub.handle(Input::Read { read, outcome: Err(LogError::Unavailable) }, now);
    let refused =
        |effect: &Effect| matches!(effect, Effect::Posted { outcome: Err(r), .. } if r.code == Code::LogUnavailable);
    assert!(effects.iter().all(refused) && effects.len() == 1, "{effects:?}");
}

#[test]
fn nobody_comes_back_to_plain_text_over_a_unix_socket_either() {
    let mut house = House::new();
    let plain = house.open(Via::Unix);
    house.welcome(plain, hello("ann"));
    house.drops(plain);
    assert_eq!(house.hub.load().members, 0);
}

/// What somebody who enters the lobby is shown, and the head.
fn shown_on_entering(house: &mut House, nick: &str) -> (Vec<u64>, u64) {
    let (session, _) = house.arrives(nick);
    house.says(session, join("lobby"));
    let events = house.hears(session);
    let joined = joined(&events);
    (joined.messages.iter().map(|message| message.seq.0).collect(), joined.head.0)
}

#[test]
fn what_is_no_longer_kept_is_shown_to_nobody_who_enters() {
    let mut house = House::new();
    let ann = house.enters("ann");
    for text in ["one", "two", "three"] {
        house.says(ann, say("lobby", text));
        house.commit();
    }
    let trimmed = |first| Input::Trimmed { key: "lobby".into(), first: Seq(first) };
    house.handle(Input::Trimmed { key: "nowhere".into(), first: Seq(9) });
    house.handle(trimmed(3));
    assert_eq!(shown_on_entering(&mut house, "bob"), (vec![3], 3));
    house.handle(trimmed(2));
    assert_eq!(shown_on_entering(&mut house, "cleo"), (vec![3], 3), "old news changes nothing");
    house.handle(trimmed(4));
    assert_eq!(shown_on_entering(&mut house, "dan"), (Vec::new(), 3), "the head stays");
    house.says(ann, say("lobby", "four"));
    house.commit();
    assert_eq!(shown_on_entering(&mut house, "eve"), (vec![4], 4));
}

#[test]
fn what_was_read_before_it_was_removed_is_not_shown_after() {
    let mut hub = Hub::new(Settings::default());
    let (session, now) = (SessionId(1), Timestamp(0));
    hub.handle(Input::Open { session, via: Via::Json, token: Token([1; 16]) }, now);
    hub.handle(Input::Command { session, command: Command::Hello(Hello::default()) }, now);
    let effects = hub.handle(Input::Command { session, command: join("lobby") }, now);
    let [Effect::Read { read, .. }] = effects[..] else { panic!("{effects:?}") };
    // The log's two threads answer independently of each other.
    hub.handle(Input::Trimmed { key: "lobby".into(), first: Seq(3) }, now);
    let from = MemberRef { id: MemberId([1; 16]), nick: "ann".into() };
    let entry = |seq| partyline_hub::Entry {
        seq: Seq(seq),
        at: now,
        from: from.clone(),
        to: None,
        kind: partyline_shared::Kind::Text,
        text: "x".into(),
        via: Via::Tcp,
    };
    let page = Page { entries: (1..=3).map(entry).collect(), head: Seq(3), ..Page::default() };
    let effects = hub.handle(Input::Read { read, outcome: Ok(Outcome::Page(page)) }, now);
    let shown = effects.iter().find_map(|effect| match effect {
        Effect::Send { event: Event::Joined(joined), .. } => Some(joined),
        _ => None,
    });
    let shown = shown.unwrap();
    assert_eq!(shown.messages.iter().map(|message| message.seq.0).collect::<Vec<_>>(), [3]);
    assert_eq!(shown.head, Seq(3));
}

#[test]
fn numbers_that_jump_leave_no_hole_in_what_is_shown_on_entering() {
    let mut house = House::new();
    let ann = house.enters("ann");
    house.says(ann, say("lobby", "one"));
    house.commit();
    // Another program has put something in between.
    house.says(ann, say("lobby", "501"));
    let (append, _) = house.appends.remove(0);
    let committed = Committed { seq: Seq(501), at: house.now, duplicate: false };
    house.handle(Input::Committed { append, outcome: Ok(committed) });
    assert!(matches!(&house.hears(ann)[..], [.., Event::Sent(sent)] if sent.seq == Seq(501)));
    assert_eq!(shown_on_entering(&mut house, "bob"), (vec![501], 501));
}

/// How many of these are carried out at once, and a second after that.
#[track_caller]
fn rate(prepare: impl Fn(&mut House) -> SessionId, command: impl Fn(usize) -> Command) -> (usize, usize) {
    let mut house = House::new();
    let session = prepare(&mut house);
    // What the preparation cost is back.
    house.passes(5000);
    let carried_out = |house: &mut House| {
        let mut count = 0;
        for attempt in 0..200 {
            house.quiet();
            house.says(session, command(attempt));
            let told = std::mem::take(&mut house.told);
            let refused =
                told.iter().any(|(_, event)| matches!(event, Event::Refused(r) if r.code == Code::RateLimited));
            // Typing isn't answered, and told to the others only if it may be.
            count += usize::from(!refused && !told.is_empty());
        }
        count
    };
    let at_once = carried_out(&mut house);
    house.passes(1000);
    (at_once, carried_out(&mut house))
}

#[test]
fn a_request_costs_what_it_brings_about() {
    let enters = |house: &mut House| {
        house.enters("bob");
        house.enters("ann")
    };
    assert_eq!(rate(enters, |n| nick(["ann", "anna"][n % 2])), (5, 1));
    assert_eq!(rate(enters, |_| nick("bob")), (50, 10), "what is refused is told to nobody");
    assert_eq!(rate(enters, |_| Command::Typing { room: "lobby".into() }), (20, 4));
    assert_eq!(rate(enters, |_| history(None, None, None)), (25, 5));
    assert_eq!(rate(enters, |_| Command::Rooms), (25, 5));
    assert_eq!(rate(enters, |_| Command::Who { room: "lobby".into() }), (50, 10));
    assert_eq!(rate(enters, |_| join("lobby")), (50, 10));
    assert_eq!(rate(enters, |_| Command::Part { room: "kitchen".into() }), (50, 10));
}

#[test]
fn whoever_entered_a_room_may_leave_it() {
    let mut house = House::new();
    let (ann, _) = house.arrives("ann");
    let rooms: Vec<_> = (0..50).map(|n| format!("room-{n}")).collect();
    for room in &rooms {
        house.says(ann, join(room));
    }
    assert_eq!(house.hears(ann).len(), 50, "all the rooms that one may be in are entered at once");
    house.check(ann, join("room-0"), Code::RateLimited);
    for room in &rooms {
        house.says(ann, Command::Part { room: room.clone() });
    }
    let left = house.hears(ann).iter().filter(|event| matches!(event, Event::Presence { .. })).count();
    assert_eq!(left, 50);
    house.check(ann, Command::Part { room: "room-0".into() }, Code::RateLimited);
}

#[test]
fn a_request_that_is_refused_for_its_rate_says_when_to_come_back() {
    let mut house = House::new();
    let (ann, _) = house.arrives("ann");
    for n in 0..5 {
        house.says(ann, nick(&format!("ann-{n}")));
    }
    house.quiet();
    assert_eq!(house.check(ann, nick("anna"), Code::RateLimited).retry_after_ms, Some(1000));
    house.passes(1000);
    house.says(ann, nick("anna"));
    assert!(matches!(&house.hears(ann)[..], [Event::Presence { .. }]));
}

#[test]
fn going_and_coming_back_does_not_fill_up_what_one_may_do() {
    let mut house = House::new();
    let (mut ann, token) = house.arrives("ann");
    let mut said = 0;
    for _ in 0..20 {
        house.says(ann, join("lobby"));
        for _ in 0..5 {
            house.says(ann, say("lobby", "spam"));
        }
        said += std::mem::take(&mut house.appends).len();
        house.says(ann, Command::Quit);
        house.drops(ann);
        ann = house.open(Via::Ws);
        house.welcome(ann, Hello { token: Some(token), nick: Some("ann".into()), ..Hello::default() });
    }
    // The answers of the log never came: what was said is what went there.
    assert_eq!(said, 5, "quit is no way round the rate");
    house.says(ann, Command::Quit);
    house.drops(ann);
    house.passes(120_000);
    assert_eq!(house.hub.load().members, 0, "nothing is remembered for ever");
}

#[test]
fn who_was_here_is_remembered_up_to_a_bound() {
    let mut house = House::with(Settings { held_members: 3, ..Settings::default() });
    let (bob, _) = house.arrives("bob");
    for n in 0..5 {
        let (session, _) = house.arrives(&format!("ann-{n}"));
        house.drops(session);
        house.passes(1);
    }
    let (session, _) = house.arrives("ann-5");
    house.says(session, Command::Quit);
    assert_eq!(house.hub.load().members, 1 + 3);
    for (n, kept) in [(0, false), (1, false), (2, false), (3, true), (4, true), (5, false)] {
        house.quiet();
        house.says(bob, nick(&format!("ann-{n}")));
        let refused = house.hears(bob).iter().any(|event| matches!(event, Event::Refused(_)));
        assert_eq!(refused, kept, "ann-{n}: those who dropped last are kept, and no nick of one that quit");
        house.passes(1000);
    }
}

#[test]
fn who_is_here_is_never_forgotten_for_those_who_were() {
    let mut house = House::with(Settings { held_members: 0, ..Settings::default() });
    let (ann, token) = house.arrives("ann");
    let other = house.open(Via::Ws);
    house.welcome(other, Hello { token: Some(token), ..Hello::default() });
    house.drops(ann);
    assert_eq!(house.hub.load().members, 1, "there in another session");
    house.drops(other);
    assert_eq!(house.hub.load().members, 0);
}

/// What of who is there a session is told, in short: `+ann` came, `-ann` left, `ann>bea`, `3` are there, `3: ann bea cleo`
/// are, `ann:` says or types something.
fn seen(events: &[Event]) -> String {
    let short = |event: &Event| match event {
        Event::Presence { member, change: Change::Joined, .. } => format!("+{}", member.nick),
        Event::Presence { member, change: Change::Left, .. } => format!("-{}", member.nick),
        Event::Presence { member, was, .. } => format!("{}>{}", was.as_deref().unwrap_or_default(), member.nick),
        Event::Count { count, .. } => count.to_string(),
        Event::Members { count, members, .. } | Event::Joined(partyline_shared::Joined { count, members, .. }) => {
            let mut nicks: Vec<_> = members.iter().map(|member| member.nick.as_str()).collect();
            nicks.sort_unstable();
            format!("{count}: {}", nicks.join(" "))
        }
        Event::Message(message) => format!("{}:", message.from.nick),
        Event::Typing { member, .. } => format!("{}:", member.nick),
        other => format!("{other:?}"),
    };
    events.iter().map(short).collect::<Vec<_>>().join(", ")
}

fn part(room: &str) -> Command {
    Command::Part { room: room.to_owned() }
}

fn crowds_of(crowd: usize) -> Settings {
    Settings { limits: Limits { crowd, ..Limits::default() }, requests_per_second: 0, ..Settings::default() }
}

#[test]
fn the_first_to_come_is_told_of_at_once_and_who_follows_together() {
    let mut house = House::new();
    let ann = house.enters_in_peace("ann");
    let (bob, _) = house.arrives("bob");
    house.says(bob, join("lobby"));
    assert_eq!((seen(&house.hears(ann)).as_str(), house.hub.next_deadline()), ("+bob", None));
    let (cleo, _) = house.arrives("cleo");
    house.says(cleo, join("lobby"));
    assert_eq!(house.hub.next_deadline(), Some(house.now.after(250)));
    let other = house.enters("dan");
    house.says(other, nick("dana"));
    house.quiet();
    house.says(cleo, part("lobby"));
    house.passes(249);
    assert_eq!(house.hears(ann), []);
    house.passes(1);
    assert_eq!(seen(&house.hears(ann)), "+cleo, +dan, dan>dana, -cleo");
    assert_eq!(house.hub.next_deadline(), None);
    house.passes(250);
    house.says(other, part("lobby"));
    assert_eq!(seen(&house.hears(ann)), "-dana", "it has been quiet: at once");
}

#[test]
fn where_many_come_more_is_told_together() {
    let mut house = House::new();
    let ann = house.enters_in_peace("ann");
    house.enters("bob");
    for n in 0..8 {
        house.enters(&format!("guest-{n}"));
    }
    house.passes(250);
    assert_eq!(house.hears(ann).len(), 8);
    house.enters("cleo");
    house.passes(999);
    assert_eq!(house.hears(ann), []);
    house.passes(1);
    assert_eq!(seen(&house.hears(ann)), "+cleo");
    house.enters("dan");
    house.passes(250);
    assert_eq!(seen(&house.hears(ann)), "+dan", "it was one only");
}

#[test]
fn the_first_to_come_after_an_empty_time_is_told_of_at_once() {
    let mut house = House::new();
    let ann = house.enters("ann");
    house.says(ann, Command::Ping { nonce: None });
    house.quiet();
    let (bob, _) = house.arrives("bob");
    house.says(bob, join("lobby"));
    assert_eq!(seen(&house.hears(ann)), "+bob", "nobody was told of ann");
}

#[test]
fn all_is_told_at_once_where_that_is_wanted() {
    let mut house = House::with(Settings { presence_every_ms: 0, many_presence_every_ms: 0, ..Settings::default() });
    let ann = house.enters("ann");
    let bob = house.enters("bob");
    house.says(ann, Command::Who { room: "lobby".into() });
    house.quiet();
    for _ in 0..3 {
        house.says(bob, part("lobby"));
        house.says(bob, join("lobby"));
        assert_eq!(seen(&house.hears(ann)), "-bob, +bob");
    }
}

#[test]
fn nobody_speaks_or_types_who_was_not_seen_to_come() {
    let mut house = House::new();
    let ann = house.enters_in_peace("ann");
    let bob = house.enters("bob");
    let cleo = house.enters("cleo");
    assert_eq!(house.hears(ann), []);
    house.says(cleo, nick("chloe"));
    house.says(cleo, say("lobby", "hi"));
    assert_eq!(house.hears(ann), [], "it has no number yet");
    house.commit();
    assert_eq!(seen(&house.hears(ann)), "+cleo, cleo>chloe, chloe:");
    assert_eq!(seen(&house.hears(bob)), "+cleo, cleo>chloe, chloe:");
    let dan = house.enters("dan");
    house.says(dan, Command::Typing { room: "lobby".into() });
    assert_eq!(seen(&house.hears(ann)), "+dan, dan:");
    house.says(dan, part("lobby"));
    house.posts(1, "from outside");
    house.commit();
    assert_eq!(seen(&house.hears(ann)), "-dan, udp.4f4f:");
    house.passes(250);
    assert_eq!(house.hears(ann), [], "told once");
}

#[test]
fn whoever_is_shown_who_is_there_is_not_told_afterwards_what_they_saw() {
    let mut house = House::new();
    let ann = house.enters_in_peace("ann");
    house.enters("bob");
    house.enters("cleo");
    house.says(ann, Command::Who { room: "lobby".into() });
    assert_eq!(seen(&house.hears(ann)), "+cleo, 3: ann bob cleo");
    house.enters("dan");
    house.says(ann, join("LOBBY"));
    assert_eq!(seen(&house.hears(ann)), "+dan, 4: ann bob cleo dan");
    let (eve, _) = house.arrives("eve");
    house.enters("fay");
    house.says(eve, Command::Who { room: "lobby".into() });
    assert_eq!(seen(&house.hears(eve)), "5: ann bob cleo dan fay");
    assert_eq!(house.hears(ann), [], "who isn't in it has nobody told of anything");
}

#[test]
fn whoever_enters_is_told_what_comes_after_and_nothing_before() {
    let mut house = House::new();
    let ann = house.enters_in_peace("ann");
    house.enters("bob");
    let sessions: Vec<_> = ["cleo", "dan", "eve"].map(|nick| house.arrives(nick).0).into();
    for session in &sessions {
        house.says(*session, join("lobby"));
    }
    let told = sessions.iter().map(|session| seen(&house.hears(*session))).collect::<Vec<_>>();
    assert_eq!(told[1], "4: ann bob cleo dan");
    house.passes(250);
    assert_eq!(seen(&house.hears(ann)), "+cleo, +dan, +eve");
    let told = sessions.iter().map(|session| seen(&house.hears(*session))).collect::<Vec<_>>();
    assert_eq!(told, ["+dan, +eve", "+eve", ""]);
}

#[test]
fn what_is_said_reaches_whoever_entered_a_moment_ago() {
    let mut house = House::new();
    house.enters_in_peace("ann");
    let bob = house.enters("bob");
    let (cleo, token) = house.arrives("cleo");
    house.says(cleo, join("lobby"));
    let other = house.open(Via::Json);
    house.welcome(other, Hello { token: Some(token), ..Hello::default() });
    house.says(other, join("lobby"));
    house.quiet();
    house.says(bob, say("lobby", "hi"));
    house.commit();
    assert_eq!((seen(&house.hears(cleo)), seen(&house.hears(other))), ("bob:".to_owned(), "bob:".to_owned()));
}

#[test]
fn whoever_came_and_left_unseen_is_not_told_of() {
    let mut house = House::new();
    let ann = house.enters_in_peace("ann");
    house.enters("bob");
    let cleo = house.enters("cleo");
    house.says(cleo, nick("chloe"));
    house.says(cleo, part("lobby"));
    assert_eq!(house.hub.next_deadline(), None, "nothing is left to tell");
    let dan = house.enters("dan");
    let eve = house.enters("eve");
    house.drops(dan);
    house.passes(250);
    assert_eq!(seen(&house.hears(ann)), "+dan, +eve, -dan", "eve was shown dan");
    assert_eq!(seen(&house.hears(eve)), "-dan");
    assert!(!house.subscribed.iter().any(|(session, _)| [cleo, dan].contains(session)));
}

#[test]
fn parting_and_a_new_nick_are_answered_at_once() {
    let mut house = House::new();
    let ann = house.enters_in_peace("ann");
    house.enters("bob");
    house.quiet();
    house.says(ann, nick("anna"));
    house.says(ann, part("lobby"));
    assert_eq!(seen(&house.hears(ann)), "ann>anna, -anna");
    house.passes(250);
    assert_eq!(house.hears(ann), []);
}

#[test]
fn a_room_that_emptied_meanwhile_has_nobody_to_tell() {
    let mut house = House::new();
    let ann = house.enters_in_peace("ann");
    let (bob, cleo) = (house.enters("bob"), house.enters("cleo"));
    for session in [bob, ann, cleo] {
        house.says(session, say("lobby", "bye"));
        house.says(session, Command::Quit);
        house.drops(session);
    }
    house.commit();
    house.passes(120_000);
    assert_eq!((house.hub.next_deadline(), house.hub.load()), (None, partyline_hub::Load::default()));
}

#[test]
fn where_very_much_changes_everybody_is_told_who_is_there() {
    let mut house = House::with(crowds_of(3));
    let ann = house.enters_in_peace("ann");
    let (bob, token) = house.arrives("bob");
    house.says(bob, join("lobby"));
    let other = house.open(Via::Ws);
    house.welcome(other, Hello { token: Some(token), ..Hello::default() });
    house.says(other, join("lobby"));
    house.quiet();
    for n in 0..7 {
        house.says(bob, nick(&format!("bob-{n}")));
    }
    assert_eq!(seen(&house.hears(other)), "bob>bob-6", "it is their own nick");
    assert_eq!(house.hears(ann), []);
    let (cleo, _) = house.arrives("cleo");
    house.says(cleo, join("lobby"));
    house.quiet();
    house.passes(250);
    for session in [ann, bob, other, cleo] {
        assert_eq!(seen(&house.hears(session)), "3: ann bob-6 cleo");
    }
    house.passes(250);
    house.says(cleo, part("lobby"));
    assert_eq!(seen(&house.hears(ann)), "-cleo", "one by one again");
}

#[test]
fn a_crowd_is_told_how_many_there_are() {
    let mut house = House::with(crowds_of(3));
    let ann = house.enters_in_peace("ann");
    for nick in ["bob", "cleo"] {
        house.enters(nick);
    }
    assert_eq!(house.hears(ann), []);
    let (dan, token) = house.arrives("dan");
    house.says(dan, join("lobby"));
    assert_eq!(seen(&house.hears(ann)), "4", "what was gathered is in it");
    house.quiet();
    house.enters("eve");
    let fay = house.enters("fay");
    house.drops(fay);
    house.passes(4999);
    assert_eq!(house.hears(ann), []);
    house.passes(1);
    assert_eq!(seen(&house.hears(ann)), "5");
    house.passes(60_000);
    assert_eq!(house.hears(ann), [], "nothing changed");
    house.says(dan, nick("dana"));
    house.says(dan, Command::Typing { room: "lobby".into() });
    let other = house.open(Via::Ws);
    house.welcome(other, Hello { token: Some(token), ..Hello::default() });
    house.says(other, join("lobby"));
    assert_eq!(house.hears(ann), [], "in a crowd nobody is told that");
    let (gil, _) = house.arrives("gil");
    house.says(gil, join("lobby"));
    assert_eq!(seen(&house.hears(ann)), "6", "it has been quiet: at once");
    house.quiet();
    house.says(gil, say("lobby", "hi"));
    house.says(gil, part("lobby"));
    house.commit();
    assert_eq!(seen(&house.hears(ann)), "gil:", "a count doesn't hang on what is said");
}

#[test]
fn a_crowd_lists_as_many_as_make_one_and_more_to_whoever_asks() {
    let mut house = House::with(crowds_of(3));
    for n in 0..8 {
        house.enters(&format!("n{n}"));
    }
    let (ann, _) = house.arrives("ann");
    house.says(ann, join("lobby"));
    house.says(ann, Command::Who { room: "lobby".into() });
    let events = house.hears(ann);
    assert_eq!((joined(&events).count, joined(&events).members.len()), (9, 3));
    assert!(matches!(&events[..], [.., Event::Members { count: 9, members, .. }] if members.len() == 9), "{events:?}");
}

#[test]
fn a_crowd_that_shrank_is_told_who_is_there_and_then_who_comes() {
    let mut house = House::with(crowds_of(4));
    let sessions: Vec<_> = (0..6).map(|n| house.enters(&format!("n{n}"))).collect();
    house.passes(5000);
    house.passes(5000);
    house.quiet();
    house.says(sessions[5], part("lobby"));
    house.says(sessions[4], part("lobby"));
    assert_eq!(seen(&house.hears(sessions[0])), "5", "four are no crowd, and stay one: it doesn't flutter");
    house.says(sessions[3], part("lobby"));
    for session in &sessions[..3] {
        assert_eq!(seen(&house.hears(*session)).split(", ").last(), Some("3: n0 n1 n2"));
    }
    house.passes(250);
    house.says(sessions[5], join("lobby"));
    assert_eq!(seen(&house.hears(sessions[0])), "+n5");
    house.passes(5000);
    assert_eq!(house.hears(sessions[0]), [], "no count is left over");
}

#[test]
fn in_a_crowd_ones_own_nick_and_parting_are_told_to_oneself() {
    let mut house = House::with(crowds_of(2));
    for nick in ["bob", "cleo"] {
        house.enters(nick);
    }
    let (ann, token) = house.arrives("ann");
    let other = house.open(Via::Ws);
    house.welcome(other, Hello { token: Some(token), ..Hello::default() });
    for session in [ann, other] {
        house.says(session, join("lobby"));
    }
    house.passes(5000);
    house.quiet();
    house.says(ann, nick("anna"));
    assert_eq!((seen(&house.hears(ann)), seen(&house.hears(other))), ("ann>anna".to_owned(), "ann>anna".to_owned()));
    house.says(ann, part("lobby"));
    assert_eq!((seen(&house.hears(ann)), house.hears(other)), ("-anna".to_owned(), Vec::new()));
}

#[test]
fn a_nick_that_was_not_told_of_yet_reaches_ones_other_sessions_when_a_crowd_comes() {
    let mut house = House::with(crowds_of(3));
    let bob = house.enters_in_peace("bob");
    let (ann, token) = house.arrives("ann");
    let other = house.open(Via::Ws);
    house.welcome(other, Hello { token: Some(token), ..Hello::default() });
    for session in [ann, other] {
        house.says(session, join("lobby"));
    }
    house.quiet();
    house.says(ann, nick("anna"));
    assert_eq!(house.hears(other), []);
    for nick in ["cleo", "dan"] {
        let (session, _) = house.arrives(nick);
        house.says(session, join("lobby"));
    }
    assert_eq!(seen(&house.hears(other)), "ann>anna, 4");
    assert_eq!(seen(&house.hears(bob)), "4");
}

#[test]
fn a_stop_unsubscribes_only_whom_it_has_to() {
    let mut house = House::new();
    house.enters_in_peace("ann");
    house.enters("bob");
    let cleo = house.enters("cleo");
    let bye = Bye { reason: ByeReason::Shutdown, text: "gone".into(), return_after_ms: None };
    let effects = house.hub.handle(Input::Stop(bye), house.now);
    let unsubscribed = effects.iter().filter(|effect| matches!(effect, Effect::Unsubscribe { .. })).count();
    assert_eq!(unsubscribed, 2, "{effects:?}");
    assert!(house.closed.is_empty() && house.subscribed.iter().all(|(session, _)| *session != cleo));
    assert_eq!(house.hub.next_deadline(), None);
}

/// Ten thousand and their rooms, without anybody to read: what it would take to tell them is counted.
struct Storm {
    hub: Hub,
    now: Timestamp,
    readers: BTreeMap<partyline_hub::RoomId, BTreeSet<SessionId>>,
    /// Events delivered, one for each reader.
    delivered: usize,
    /// The same, where all that one input brings a reader counts once: about what is written at a time.
    written: usize,
    /// Members named in all answers.
    named: usize,
}

impl Storm {
    fn new() -> Self {
        let hub = Hub::new(Settings { nick_hold_ms: 0, ..Settings::default() });
        let now = Timestamp(1_000_000);
        Self { hub, now, readers: BTreeMap::new(), delivered: 0, written: 0, named: 0 }
    }

    fn handle(&mut self, input: Input) {
        let mut told = BTreeSet::new();
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            for effect in self.hub.handle(input, self.now) {
                match effect {
                    Effect::Subscribe { session, room } => {
                        self.readers.entry(room).or_default().insert(session);
                    }
                    Effect::Unsubscribe { session, room } => {
                        self.readers.entry(room).or_default().remove(&session);
                    }
                    Effect::Deliver { room, except, .. } => {
                        let readers = self.readers.get(&room).map_or(0, BTreeSet::len);
                        self.delivered += readers - usize::from(except.is_some());
                        told.insert((room, readers));
                    }
                    Effect::Read { read, .. } => {
                        inputs.push(Input::Read { read, outcome: Ok(Outcome::Page(Page::default())) });
                    }
                    Effect::Send { event: Event::Joined(joined), .. } => self.named += joined.members.len(),
                    _ => {}
                }
            }
        }
        self.written += told.into_iter().map(|(_, readers)| readers).max().unwrap_or_default();
    }

    /// So many milliseconds pass; the hub is woken when it asked for it.
    fn passes(&mut self, millis: u64) {
        let until = self.now.after(millis);
        while let Some(deadline) = self.hub.next_deadline().filter(|deadline| *deadline <= until) {
            self.now = self.now.max(deadline);
            self.handle(Input::Wake);
        }
        self.now = until;
    }

    fn joins(&mut self, n: u64, room: &str) {
        let session = SessionId(n);
        self.handle(Input::Open { session, via: Via::Json, token: Token(u128::from(n).to_be_bytes()) });
        self.handle(Input::Command { session, command: Command::Hello(Hello::default()) });
        self.handle(Input::Command { session, command: join(room) });
    }
}

#[test]
fn ten_thousand_who_join_one_room_cost_each_of_them_little() {
    let mut storm = Storm::new();
    for n in 0..10_000 {
        storm.joins(n, "lobby");
        storm.passes(1);
    }
    storm.passes(10_000);
    assert!(storm.delivered <= 5 * 10_000, "{} deliveries", storm.delivered);
    assert!(storm.named <= 100 * 10_000, "{} members named", storm.named);
    storm.delivered = 0;
    for n in 0..10_000 {
        storm.handle(Input::Close { session: SessionId(n) });
        storm.passes(1);
    }
    assert!(storm.delivered <= 5 * 10_000, "{} deliveries to those who leave", storm.delivered);
}

#[test]
fn ten_thousand_who_join_a_hundred_rooms_at_once_are_told_together() {
    let mut storm = Storm::new();
    for n in 0..10_000 {
        storm.joins(n, &format!("room-{}", n % 100));
        storm.passes(u64::from(n % 10 == 0));
    }
    storm.passes(10_000);
    assert!(storm.delivered <= 50 * 10_000, "each is told of those who came after: {} deliveries", storm.delivered);
    assert!(storm.written <= 5 * 10_000, "and of many at a time: {} writes", storm.written);
}

fn read(room: &str, seq: u64) -> Command {
    Command::Read { room: room.to_owned(), seq: Seq(seq) }
}

/// Ann, in two sessions in the lobby, where three things were said.
fn ann_twice(house: &mut House) -> (SessionId, SessionId, Token) {
    let (ann, token) = house.arrives("ann");
    let bob = house.enters("bob");
    house.says(ann, join("lobby"));
    for text in ["1", "2", "3"] {
        let (reference, action) = (None, false);
        house.says(bob, Command::Say(Say { room: "lobby".into(), text: text.into(), reference, action }));
        house.commit();
    }
    let other = house.open(Via::Ws);
    house.says(other, Command::Hello(Hello { token: Some(token), ..hello("ann") }));
    house.says(other, join("lobby"));
    house.quiet();
    (ann, other, token)
}

#[test]
fn what_was_read_is_told_to_the_other_sessions_of_its_member_and_to_nobody_else() {
    let mut house = House::new();
    let (ann, other, _) = ann_twice(&mut house);
    house.says(ann, read("LOBBY", 2));
    assert_eq!(house.hears(other), [Event::Read { room: "lobby".into(), seq: Seq(2) }]);
    assert!(house.told.is_empty(), "nobody else: {:?}", house.told);
    house.says(ann, read("lobby", 1));
    house.says(other, read("lobby", 2));
    assert!(house.told.is_empty(), "nothing is unread again");
    house.says(other, read("lobby", 99));
    assert_eq!(house.hears(ann), [Event::Read { room: "lobby".into(), seq: Seq(3) }], "there are three");
    for nowhere in [read("kitchen", 1), read("a:b", 1), read("@00112233445566778899aabbccddeeff", 0)] {
        house.says(ann, nowhere);
        assert!(house.told.is_empty(), "{:?}", house.told);
    }
    let bob = "@2581ab76d7cffe457242c577c26fafc5";
    house.says(ann, read(bob, 4));
    assert_eq!(house.hears(other), [Event::Read { room: bob.into(), seq: Seq(4) }], "also in private");
}

#[test]
fn what_was_read_is_written_together_and_known_to_whoever_comes_back() {
    let mut house = House::new();
    let (ann, other, token) = ann_twice(&mut house);
    house.says(ann, read("lobby", 1));
    house.passes(4999);
    house.says(other, read("lobby", 2));
    assert!(house.marked.is_empty(), "not at once");
    house.passes(1);
    assert_eq!(house.marked, [[("lobby".to_owned(), Seq(2))]], "once");
    house.says(ann, read("lobby", 3));
    house.drops(ann);
    assert_eq!(house.marked.len(), 1, "it is still here");
    house.drops(other);
    assert_eq!(house.marked[1..], [[("lobby".to_owned(), Seq(3))]], "with the last session");

    let hello =
        Hello { token: Some(token), resume: vec![ResumePoint { room: "Lobby".into(), seq: Seq(3) }], ..hello("ann") };
    let (kept, marks) = (house.kept, house.marks);
    let mut house = House { kept, marks, ..House::new() };
    let session = house.open(Via::Ws);
    house.says(session, Command::Hello(hello.clone()));
    assert_eq!(joined(&house.hears(session)).read, Some(Seq(3)), "after a restart");
    let second = house.open(Via::Ws);
    house.says(second, Command::Hello(hello));
    assert_eq!(joined(&house.hears(second)).read, Some(Seq(3)), "and without asking the log again");
    let cas = house.open(Via::Ws);
    house.says(cas, Command::Hello(Hello { nick: Some("cas".into()), ..Hello::default() }));
    house.says(cas, join("lobby"));
    assert_eq!(joined(&house.hears(cas)).read, None, "nobody knows of a newcomer");

    house.commit();
    house.says(session, read("@2581ab76d7cffe457242c577c26fafc5", 4));
    let bye = Bye { reason: ByeReason::Shutdown, text: String::new(), return_after_ms: None };
    house.handle(Input::Stop(bye));
    assert_eq!(house.marked.len(), 1, "what isn't written yet is when the server stops");
}

#[test]
fn whoever_comes_back_waits_for_what_they_have_read() {
    let mut hub = Hub::new(Settings::default());
    let (session, now) = (SessionId(1), Timestamp(0));
    hub.handle(Input::Open { session, via: Via::Ws, token: Token([1; 16]) }, now);
    let resume = vec![ResumePoint { room: "lobby".into(), seq: Seq(0) }];
    let hello = Hello { token: Some(Token([2; 16])), resume, ..Hello::default() };
    let effects = hub.handle(Input::Command { session, command: Command::Hello(hello) }, now);
    let asked = |effects: &[Effect]| {
        let read = |effect: &Effect| {
            if let Effect::Read { read, query } = effect { Some((*read, query.clone())) } else { None }
        };
        effects.iter().filter_map(read).collect::<Vec<_>>()
    };
    let [(marks, Query::Marks { .. })] = asked(&effects)[..] else { panic!("{effects:?}") };
    assert!(hub.handle(Input::Command { session, command: say("lobby", "hi") }, now).is_empty(), "it waits too");
    // Where the log can't say it, the room is entered all the same.
    let effects = hub.handle(Input::Read { read: marks, outcome: Err(LogError::Unavailable) }, now);
    let [(room, Query::Page { .. }), (_, Query::Conversations { .. })] = asked(&effects)[..] else {
        panic!("{effects:?}")
    };
    let effects = hub.handle(Input::Read { read: room, outcome: Ok(Outcome::Page(Page::default())) }, now);
    assert!(effects.iter().any(|one| matches!(one, Effect::Send { event: Event::Joined(_), .. })), "{effects:?}");
    assert!(matches!(effects.last(), Some(Effect::Append { .. })), "{effects:?}");
}
