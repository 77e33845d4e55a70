//! Runs the engine: feeds it with what the socket, the clock and the person do, and carries out what it says.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::leptos_dom::helpers::{TimeoutHandle, request_animation_frame, set_timeout_with_handle};
use leptos::prelude::*;
use partyline_engine::{Action, Change, Engine, Identity, Input, Output, Saying, Settings};
use partyline_shared::codec::json;
use partyline_shared::light::same_name;
use partyline_shared::{Line, Seq, Timestamp, parse_line};

use self::visit::Visit;
use crate::announce::announce;
use crate::mentions::Tallies;
use crate::socket::{Heard, Socket};
use crate::tabs::Tab;
use crate::view::{Barred, Fresh, Stale, View};
use crate::words::tr;
use crate::{page, route, storage, time};

mod notices;
mod places;
mod reading;
mod told;
mod visit;

/// How many messages of a room the page keeps: layout costs more than all else, and nobody reads more at once.
const WINDOW: usize = 400;

/// How long a hidden page gathers news: browsers draw no frames there, but the title should tell.
const HIDDEN_PAUSE: Duration = Duration::from_millis(200);

/// The engine at work. Copies of it are the same one.
#[derive(Clone, Copy)]
pub(crate) struct Driver {
    core: StoredValue<Rc<RefCell<Core>>, LocalStorage>,
    /// What the page shows.
    pub(crate) view: View,
}

/// How a room comes to be shown, as far as the browser's history goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The person went there.
    New,
    /// They were led there.
    Replace,
    /// The address is there already.
    Stay,
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Core {
    /// `None` until the person has said what they want to be called.
    engine: Option<Engine>,
    socket: Option<Socket>,
    /// How many sockets there were: what an earlier one still says is not heard.
    sockets: u64,
    timer: Option<(Timestamp, TimeoutHandle)>,
    stale: Stale,
    /// What is stale will be shown soon.
    scheduled: bool,
    /// The engine leads to its first room by itself once; the address may have named another one.
    starting: bool,
    /// Somebody was told something in private: the conversation with them is shown as soon as there is one.
    told: Option<String>,
    /// The room that is shown has been one of the engine's: if it is no longer, it was left.
    settled: bool,
    /// What is marked as new in the room that is shown.
    fresh: Option<Fresh>,
    /// There was something new there when it was looked at last.
    had_unread: bool,
    /// Up to where what is said in a room was read aloud.
    heard: Option<(String, Seq)>,
    /// Where the person was in a room whose timeline is drawn anew: the message at the top, and how far down.
    kept_place: Option<(String, Seq, f64)>,
    notices: u64,
    /// What this load of the page is called among the others; `None` until it is started.
    tab: Option<Tab>,
    /// The person knows that nothing outlives the tab.
    told_of_storage: bool,
    tallies: Tallies,
    visit: Visit,
}

/// The driver of this page.
pub(crate) fn use_driver() -> Driver {
    expect_context()
}

impl Driver {
    /// A driver that isn't started.
    pub(crate) fn new() -> Self {
        Self { core: StoredValue::new_local(Rc::default()), view: View::new() }
    }

    /// Connects, as somebody new or as who one was.
    pub(crate) fn start(self, nick: Option<String>, identity: Option<Identity>) {
        let mut rooms = storage::rooms();
        let last = storage::last_room().filter(|room| rooms.contains(room));
        let place = self.start_place();
        let barred = self.view.barred.with_untracked(Option::is_some);
        if let Some(room) = place.as_ref().map(|place| place.room.clone()).or(last.filter(|_| !barred)) {
            if !room.starts_with('@') {
                // First, because the engine leads to the first one.
                rooms.retain(|other| *other != room);
                rooms.insert(0, room.clone());
            }
            self.view.current.set(room);
        }
        self.core().borrow_mut().starting = true;
        self.remember_visit(nick.as_deref().or(identity.as_ref().map(|identity| identity.nick.as_str())));
        let settings = Settings { nick, identity, rooms, entropy: page::entropy(), window: WINDOW };
        {
            let core = self.core();
            let mut core = core.borrow_mut();
            let conversations = core.visit.seen().values().filter(|room| room.private);
            let conversations: Vec<_> = conversations.map(|room| (room.name.clone(), room.title.clone())).collect();
            core.engine = Some(Engine::new(settings).knowing(conversations));
            core.tab = Some(Tab::new());
        }
        self.view.first_visit.set(false);
        self.take_over();
        self.handle(Input::Connect);
        self.publish();
        if let Some((room, seq)) = place.and_then(|place| Some((place.room, place.seq?))) {
            self.act(Action::GoTo { room, seq });
        }
        self.watch_midnight();
    }

    /// Does what the person asks for, and shows it at once.
    pub(crate) fn act(self, action: Action) {
        self.handle(Input::User(action));
        self.publish();
    }

    /// Takes a typed line in the room that is shown. Returns whether it was taken.
    pub(crate) fn say(self, text: String) -> bool {
        let room = self.view.current.get_untracked();
        let is_known = self.with_engine(|engine| engine.takes(&room)) == Some(true);
        if !is_known && !text.starts_with('/') {
            return false;
        }
        {
            // Whoever speaks has read what was there, and the answers to the last line with it.
            let core = self.core();
            let mut core = core.borrow_mut();
            core.fresh = None;
            core.told = match parse_line(&text) {
                Ok(Line::Tell { to, .. }) => Some(to),
                _ => None,
            };
        }
        self.view.notices.set(Vec::new());
        self.act(Action::Line { room, text });
        self.view.to_end.update(|times| *times = times.wrapping_add(1));
        true
    }

    /// The page came into sight, or went out of it.
    pub(crate) fn visibility_changed(self) {
        if page::is_visible() {
            self.hurry();
            self.take_over();
        } else {
            self.keep_seen();
        }
        self.publish();
    }

    /// Tells the engine what happened and does what it says.
    fn handle(self, input: Input) {
        let outputs = {
            let core = self.core();
            let mut core = core.borrow_mut();
            let Some(engine) = core.engine.as_mut() else { return };
            engine.handle(input, time::now())
        };
        for output in outputs {
            match output {
                Output::Open => self.open(),
                Output::Transmit(command) => {
                    if let Some(socket) = &self.core().borrow().socket {
                        socket.send(json::encode_command(&command));
                    }
                }
                Output::Close => self.core().borrow_mut().socket = None,
                Output::Remember(identity) => storage::keep_identity(&identity),
                Output::Keep => self.keep_unsent(),
                Output::Changed(change) => self.changed(change),
            }
        }
        self.set_timer();
        self.schedule();
    }

    /// What this tab hasn't sent outlives it.
    fn keep_unsent(self) {
        let core = self.core();
        let core = core.borrow();
        if let (Some(engine), Some(tab)) = (&core.engine, &core.tab) {
            tab.keep(&engine.unsent_messages());
        }
    }

    /// Sends what tabs that are gone haven't.
    fn take_over(self) {
        let tab = self.core().borrow().tab.clone();
        if let Some(tab) = tab {
            tab.take_over(move |messages| self.act(Action::TakeOver(messages)));
        }
    }

    /// Tells the person once that what they type doesn't outlive the tab.
    fn tell_of_storage(self) {
        // Not before a room is shown, which takes away what was told before.
        let shown = self.core().borrow().settled;
        if shown && storage::refuses() && !std::mem::replace(&mut self.core().borrow_mut().told_of_storage, true) {
            let text = Saying::Words(tr!("storage-refused"));
            self.changed(Change::Notice { room: None, text, error: false });
        }
    }

    fn open(self) {
        let core = self.core();
        let mut core = core.borrow_mut();
        core.sockets += 1;
        let this = core.sockets;
        core.socket = Some(Socket::open(move |heard| {
            if self.core().borrow().sockets != this {
                return;
            }
            match heard {
                Heard::Opened => self.handle(Input::Opened),
                Heard::Lost => self.handle(Input::Lost),
                // What this version can't read is for a later one, like an unknown type.
                Heard::Text(text) => {
                    if let Ok(event) = json::decode_event(&text) {
                        self.handle(Input::Received(event));
                    }
                }
            }
        }));
    }

    fn changed(self, change: Change) {
        let core = self.core();
        let is_current = |room: &str| self.view.current.with_untracked(|current| current == room);
        let mut core = core.borrow_mut();
        let stale = &mut core.stale;
        match change {
            Change::Connection => {
                stale.connection = true;
                drop(core);
                self.connection_changed();
            }
            Change::Me => {
                stale.me = true;
                drop(core);
                self.name_changed();
            }
            Change::Rooms => stale.rooms = true,
            Change::Listed => {
                drop(core);
                self.view.listed.update(|times| *times = times.wrapping_add(1));
            }
            Change::Timeline(room) => {
                stale.rooms = true;
                stale.timeline |= is_current(&room);
            }
            Change::Reached { room, seq } => {
                drop(core);
                self.reached(room, seq);
            }
            Change::Unreachable { room, seq, why } => {
                drop(core);
                self.unreachable(room, seq, why);
            }
            Change::Barred { room, code, text } => {
                drop(core);
                self.bar(Barred { room, code, text });
            }
            Change::Members(room) => stale.members |= is_current(&room),
            Change::Typing(room) => stale.typing |= is_current(&room),
            Change::Entered(room) => {
                let by_itself = std::mem::take(&mut core.starting);
                drop(core);
                // The address may name the room already, and a message in it.
                let is_there = route::current().is_some_and(|place| same_name(&place.room, &room));
                if !by_itself {
                    self.show(&room, if is_there { Step::Stay } else { Step::New });
                } else if self.view.current.with_untracked(String::is_empty) {
                    self.show(&room, Step::Replace);
                }
            }
            Change::Notice { room, text, error } => {
                drop(core);
                if !room.is_some_and(|room| self.is_barred(&room)) {
                    self.tell(text, error);
                }
            }
        }
    }

    /// One timer for whatever the engine waits for.
    fn set_timer(self) {
        let core = self.core();
        let mut core = core.borrow_mut();
        let deadline = core.engine.as_ref().and_then(Engine::next_deadline);
        // Each message puts the deadline off. A timer that is early does no harm: waking sets the next one.
        if let (Some((at, _)), Some(deadline)) = (&core.timer, deadline)
            && *at <= deadline
        {
            return;
        }
        if let Some((_, timer)) = core.timer.take() {
            timer.clear();
        }
        let Some(at) = deadline else { return };
        let wake = move || {
            self.core().borrow_mut().timer = None;
            self.handle(Input::Wake);
        };
        let pause = Duration::from_millis(at.since(time::now()));
        core.timer = set_timeout_with_handle(wake, pause).ok().map(|timer| (at, timer));
    }

    /// Shows what changed with the next frame: a thousand messages that come at once are drawn once.
    fn schedule(self) {
        if std::mem::replace(&mut self.core().borrow_mut().scheduled, true) {
            return;
        }
        if page::is_visible() {
            request_animation_frame(move || self.publish());
        } else {
            set_timeout(move || self.publish(), HIDDEN_PAUSE);
        }
    }

    fn publish(self) {
        self.choose_room();
        self.follow_told();
        self.follow();
        self.mark_read();
        self.note_new();
        self.read_aloud();
        self.tell_of_storage();
        let core = self.core();
        let mut borrowed = core.borrow_mut();
        let Core { engine, stale, scheduled, tallies, fresh, visit, .. } = &mut *borrowed;
        *scheduled = false;
        let stale = std::mem::take(stale);
        let Some(engine) = engine else { return };
        if stale.rooms {
            storage::keep_rooms(&engine.wanted_rooms());
        }
        let news = if stale.rooms { tallies.look(engine.model()) } else { Vec::new() };
        visit.settle(engine.model());
        self.view.update(engine, visit.seen(), stale, fresh.map(|fresh| fresh.after), tallies);
        drop(borrowed);
        announce(self, news);
    }

    /// Sees to it that the room that is shown is one that there is: by its proper name, and another one if it
    /// was left.
    fn choose_room(self) {
        let current = self.view.current.get_untracked();
        let choice = self.with_engine(|engine| {
            let model = engine.model();
            let first = || model.rooms.values().find(|room| !room.private).map(|room| room.name.clone());
            let home = || Some(model.default_room.clone()).filter(|room| model.rooms.contains_key(room));
            let is_open = !current.is_empty() && !self.core().borrow().settled;
            View::find(model, &current).or_else(|| if is_open { None } else { home().or_else(first) })
        });
        let Some(room) = choice.flatten() else { return };
        if room != current {
            self.show(&room, Step::Replace);
            return;
        }
        let is_new = !std::mem::replace(&mut self.core().borrow_mut().settled, true);
        if is_new {
            route::show(&room, false);
        }
    }

    /// Looks at the engine, once there is one.
    pub(crate) fn with_engine<T>(self, look: impl FnOnce(&Engine) -> T) -> Option<T> {
        self.core().borrow().engine.as_ref().map(look)
    }

    fn core(self) -> Rc<RefCell<Core>> {
        self.core.get_value()
    }
}
