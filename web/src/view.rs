//! What the page shows, as signals. Only the driver writes what comes from the engine, and only where it changed.

use std::ops::Deref;
use std::sync::Arc;

use leptos::prelude::*;
use partyline_engine::{Connection, Engine, Loading, Model, Saying};
use partyline_shared::light::lower;
use partyline_shared::{Code, MemberId, MemberRef, Seq, Timestamp};

use crate::mentions::Tallies;
use crate::rows::{Reader, Row, lay_out};
use crate::{page, seen, time};

/// A room in the list of rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RoomLine {
    /// Its name on the wire.
    pub(crate) name: String,
    /// What to call it.
    pub(crate) title: String,
    /// It is a private conversation.
    pub(crate) private: bool,
    /// How many messages the person hasn't seen.
    pub(crate) unread: usize,
    /// How many of those are meant for the person: by their nick, or in private.
    pub(crate) mentions: usize,
}

/// The room that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own: any of them goes with any other")]
pub(crate) struct RoomState {
    /// What to call it.
    pub(crate) title: String,
    /// It is a private conversation.
    pub(crate) private: bool,
    /// The server has let one in, or has before.
    pub(crate) entered: bool,
    /// How many people are in it.
    pub(crate) count: usize,
    /// There is more before what is shown.
    pub(crate) has_older: bool,
    /// The same, and it isn't on its way yet.
    pub(crate) can_load_older: bool,
    /// There is more after what is shown, and it isn't on its way yet.
    pub(crate) can_load_newer: bool,
    /// There is more after what is shown.
    pub(crate) has_newer: bool,
    /// What is on its way for the person.
    pub(crate) loading: Option<Loading>,
    /// How many messages the person hasn't seen.
    pub(crate) unread: usize,
}

/// What is new to the person in the room that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fresh {
    /// The last message that isn't.
    pub(crate) after: Seq,
    /// How many are.
    pub(crate) count: usize,
    /// When the first one was said, where that is known.
    pub(crate) since: Option<Timestamp>,
    /// The person has had the first one in view.
    pub(crate) seen: bool,
}

/// A message to be brought into view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// The room.
    pub(crate) room: String,
    /// The message's number.
    pub(crate) seq: Seq,
}

/// A room that the address names and that can't be entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Barred {
    /// As the address names it.
    pub(crate) room: String,
    /// Why.
    pub(crate) code: Code,
    /// The same as the server says it, if it does.
    pub(crate) text: String,
}

/// Something to tell the person where they are, and nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Tells notices apart.
    pub(crate) id: u64,
    /// What.
    pub(crate) text: Saying,
    /// Something failed.
    pub(crate) error: bool,
}

/// What is no longer as the model has it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of flags, each for a part of the page")]
pub(crate) struct Stale {
    /// The connection.
    pub(crate) connection: bool,
    /// Who one is, and what the server is called.
    pub(crate) me: bool,
    /// The list of rooms, unread counts included.
    pub(crate) rooms: bool,
    /// What was said in the room that is shown.
    pub(crate) timeline: bool,
    /// Who is in it.
    pub(crate) members: bool,
    /// Who is typing in it.
    pub(crate) typing: bool,
}

impl Stale {
    /// Everything: at the start, and when another room is shown.
    pub(crate) const ALL: Self =
        Self { connection: true, me: true, rooms: true, timeline: true, members: true, typing: true };
}

/// What the page shows. Copies of it are the same one, and no larger than a pointer: much is drawn that holds one.
#[derive(Clone, Copy)]
pub(crate) struct View(&'static Signals);

impl Deref for View {
    type Target = Signals;

    fn deref(&self) -> &Signals {
        self.0
    }
}

/// All signals of the page.
pub(crate) struct Signals {
    /// Whether the server can be talked to.
    pub(crate) connection: RwSignal<Connection>,
    /// Who one is, once the server has said so.
    pub(crate) me: RwSignal<Option<MemberRef>>,
    /// What one is called; before the server has said so, what one will ask to be called.
    pub(crate) name: RwSignal<Option<String>>,
    /// What the server is called.
    pub(crate) server: RwSignal<String>,
    /// How long a message may be.
    pub(crate) message_chars: RwSignal<usize>,
    /// The rooms and conversations.
    pub(crate) rooms: RwSignal<Vec<RoomLine>>,
    /// The name of the room that is shown; empty until that is known.
    pub(crate) current: RwSignal<String>,
    /// That room; `None` until one is in it.
    pub(crate) room: RwSignal<Option<RoomState>>,
    /// What was said in it. Shared, because the list hands each row out again at every change.
    pub(crate) rows: RwSignal<Vec<Arc<Row>>>,
    /// Who is in it.
    pub(crate) members: RwSignal<Vec<MemberRef>>,
    /// What those are called who are typing in it.
    pub(crate) typing: RwSignal<Vec<String>>,
    /// What to tell the person.
    pub(crate) notices: RwSignal<Vec<Notice>>,
    /// What is new in it.
    pub(crate) fresh: RwSignal<Option<Fresh>>,
    /// A message to be brought into view, until that is done.
    pub(crate) target: RwSignal<Option<Target>>,
    /// The room that is named by the address and can't be shown.
    pub(crate) barred: RwSignal<Option<Barred>>,
    /// What is to be read aloud to who doesn't see it, with a number that tells the lines apart.
    pub(crate) aloud: RwSignal<Vec<(u64, String)>>,
    /// Small news of what the person has just done, for a moment.
    pub(crate) brief: RwSignal<Option<String>>,
    /// The end of the timeline is in view.
    pub(crate) at_end: RwSignal<bool>,
    /// Counts the times the timeline was asked to go to its end.
    pub(crate) to_end: RwSignal<u32>,
    /// Counts the times that the server listed its rooms.
    pub(crate) listed: RwSignal<u32>,
    /// A text to put into the composer.
    pub(crate) prefill: RwSignal<Option<String>>,
    /// It is a first visit: nobody has said yet what they want to be called.
    pub(crate) first_visit: RwSignal<bool>,
    /// The dialog to change one's nick is open.
    pub(crate) renaming: RwSignal<bool>,
    /// The nick that the person has just typed, until it is theirs.
    pub(crate) asked_nick: RwSignal<Option<String>>,
    /// Why it isn't.
    pub(crate) nick_refused: RwSignal<Option<Code>>,
    /// The settings are open.
    pub(crate) settings_open: RwSignal<bool>,
    /// The drawer that is open on a narrow screen.
    pub(crate) drawer: RwSignal<Option<Drawer>>,
    /// The dialog to go somewhere by name is open.
    pub(crate) switching: RwSignal<bool>,
    /// The dialog that shows all shortcuts is open.
    pub(crate) helping: RwSignal<bool>,
    /// The machine has a network, as far as the browser knows.
    pub(crate) network: RwSignal<bool>,
    /// The server has a newer version of the page.
    pub(crate) update: RwSignal<bool>,
    /// What one wanted to be called, where somebody else is.
    pub(crate) taken: RwSignal<Option<String>>,
}

/// What slides in on a narrow screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawer {
    /// The list of rooms.
    Rooms,
    /// The list of members.
    Members,
}

impl Drawer {
    /// The id of what slides in.
    pub(crate) fn panel(self) -> &'static str {
        match self {
            Self::Rooms => "rooms",
            Self::Members => "members",
        }
    }

    /// The id of the button that opens it.
    pub(crate) fn button(self) -> &'static str {
        match self {
            Self::Rooms => "open-rooms",
            Self::Members => "open-members",
        }
    }
}

impl View {
    /// A page that shows nothing yet. It is kept for ever: there is one, and it lives as long as the window.
    pub(crate) fn new() -> Self {
        let signals = Signals {
            connection: RwSignal::new(Connection::Idle),
            me: RwSignal::new(None),
            name: RwSignal::new(None),
            server: RwSignal::new(String::new()),
            message_chars: RwSignal::new(partyline_shared::Limits::default().message_chars),
            rooms: RwSignal::new(Vec::new()),
            current: RwSignal::new(String::new()),
            room: RwSignal::new(None),
            rows: RwSignal::new(Vec::new()),
            members: RwSignal::new(Vec::new()),
            typing: RwSignal::new(Vec::new()),
            notices: RwSignal::new(Vec::new()),
            fresh: RwSignal::new(None),
            target: RwSignal::new(None),
            barred: RwSignal::new(None),
            aloud: RwSignal::new(Vec::new()),
            brief: RwSignal::new(None),
            at_end: RwSignal::new(true),
            to_end: RwSignal::new(0),
            listed: RwSignal::new(0),
            prefill: RwSignal::new(None),
            first_visit: RwSignal::new(false),
            renaming: RwSignal::new(false),
            asked_nick: RwSignal::new(None),
            nick_refused: RwSignal::new(None),
            settings_open: RwSignal::new(false),
            drawer: RwSignal::new(None),
            switching: RwSignal::new(false),
            helping: RwSignal::new(false),
            network: RwSignal::new(page::has_network()),
            update: RwSignal::new(false),
            taken: RwSignal::new(None),
        };
        Self(Box::leak(Box::new(signals)))
    }

    /// Brings what is stale up to date.
    ///
    /// A room that the server has said nothing of yet is shown as it was `seen` last.
    pub(crate) fn update(
        self,
        engine: &Engine,
        seen: &seen::Rooms,
        stale: Stale,
        new_after: Option<Seq>,
        tallies: &Tallies,
    ) {
        let model = engine.model();
        if stale.connection {
            put(self.connection, model.connection.clone());
        }
        if stale.me {
            put(self.me, model.me.clone());
            put(self.name, engine.nick().map(str::to_owned));
            put(self.server, model.server.clone());
            put(self.message_chars, model.limits.message_chars);
        }
        if stale.rooms {
            put(self.rooms, room_lines(model, seen, tallies));
        }
        let Some(room) = self.current.with_untracked(|name| seen::or_seen(model.rooms.get(name), seen.get(name)))
        else {
            put(self.room, None);
            put(self.rows, Vec::new());
            put(self.members, Vec::new());
            put(self.typing, Vec::new());
            return;
        };
        if stale.timeline || stale.members || stale.rooms {
            let state = RoomState {
                title: room.title.clone(),
                private: room.private,
                entered: room.joined || !room.messages.is_empty(),
                count: room.count,
                has_older: room.has_older,
                can_load_older: room.has_older && room.loading.is_none(),
                can_load_newer: room.has_newer && room.loading.is_none(),
                has_newer: room.has_newer,
                loading: room.loading,
                unread: room.unread,
            };
            put(self.room, Some(state));
        }
        // One's own nick is in what one said that is on its way.
        if stale.timeline || stale.me {
            let today = time::day(model.clock.server(time::now()));
            // Before the server has said who one is, what waits to be sent is shown under one's name.
            let by_name = || engine.nick().map(|nick| MemberRef { id: MemberId([0; 16]), nick: nick.to_owned() });
            let me = model.me.clone().or_else(by_name);
            let reader = Reader { me: me.as_ref(), new_after, day_of: &time::day, today, clock: model.clock };
            // Who comes for a message isn't shown the end first.
            let waits = matches!(room.loading, Some(Loading::Around(_))) && self.rows.with_untracked(Vec::is_empty);
            let rows = if waits { Vec::new() } else { lay_out(&room, &reader) };
            self.rows.set(rows.into_iter().map(Arc::new).collect());
        }
        if stale.members {
            put(self.members, room.members.clone());
        }
        if stale.typing {
            put(self.typing, room.typing.iter().map(|typing| typing.member.nick.clone()).collect());
        }
    }

    /// The name on the wire of a room that the person is in, however it is spelt.
    pub(crate) fn find(model: &Model, typed: &str) -> Option<String> {
        model.find(typed).map(|room| room.name.clone())
    }
}

/// Rooms first, then conversations; by title.
fn room_lines(model: &Model, seen: &seen::Rooms, tallies: &Tallies) -> Vec<RoomLine> {
    let line = |room: &partyline_engine::Room| RoomLine {
        name: room.name.clone(),
        title: room.title.clone(),
        private: room.private,
        unread: room.unread,
        mentions: tallies.of(&room.name),
    };
    let mut lines: Vec<_> = model.rooms.values().chain(seen::only_seen(model, seen)).map(line).collect();
    lines.sort_by_cached_key(|line| (line.private, lower(&line.title)));
    lines
}

/// Writes a signal only if that changes it, so that nothing is drawn again for nothing.
fn put<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
