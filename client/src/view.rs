//! What of the model a line-by-line screen shows: one room as it goes on, private messages wherever one is, a hint of
//! the rest. What was printed can't be changed, so each thing is shown once, when it is certain.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use partyline_engine::{Change, Connection, Model, PendingState, Room};
use partyline_shared::{ClientRef, Epoch, Message, Seq, clean_line};

use crate::render::{Renderer, notice};
use crate::session::{News, Session};

/// Most messages that entering a room shows; /history has the rest.
const MOST_AT_ONCE: usize = 50;

/// What was shown so far.
#[derive(Debug)]
pub(crate) struct View {
    renderer: Renderer,
    current: Option<String>,
    /// First and last number that was shown of a room.
    shown: BTreeMap<String, (Seq, Seq)>,
    /// Rooms that were said to have unread messages.
    hinted: BTreeSet<String>,
    /// Messages that were said to have failed.
    failed: BTreeSet<ClientRef>,
    /// Messages that were said to wait for a connection.
    waiting: BTreeSet<ClientRef>,
    epoch: Option<Epoch>,
    connected: bool,
    trouble: Option<String>,
}

impl View {
    /// Nothing was shown yet.
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self {
            renderer: Renderer::new(zone),
            current: None,
            shown: BTreeMap::new(),
            hinted: BTreeSet::new(),
            failed: BTreeSet::new(),
            waiting: BTreeSet::new(),
            epoch: None,
            connected: false,
            trouble: None,
        }
    }

    /// The room that one is in.
    pub(crate) fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// Some message was refused for good.
    pub(crate) fn failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// How many messages wait in other rooms.
    pub(crate) fn unread_elsewhere(&self, model: &Model) -> usize {
        let others = model.rooms.values().filter(|room| !room.private && Some(&room.name) != self.current.as_ref());
        others.map(|room| room.unread).sum()
    }

    /// Something is new: the lines that say so.
    pub(crate) fn news(&mut self, session: &Session, news: News, lines: &mut Vec<String>) {
        let model = session.model();
        if session.engine().epoch() != self.epoch.as_ref() {
            self.epoch = session.engine().epoch().cloned();
            self.shown.clear();
        }
        match news {
            News::Presence { room, text } => {
                // Nobody wants to hear of everyone who comes and goes there, also where the server tells it.
                let crowd = model.rooms.get(&room).is_none_or(|room| room.count > model.limits.crowd);
                if self.current.as_ref() == Some(&room) && !crowd {
                    lines.push(notice(&text, false));
                }
            }
            News::Changed(Change::Connection) => self.connection(session, lines),
            News::Changed(Change::Rooms) => self.rooms(model, lines),
            News::Changed(Change::Entered(room)) => self.enter(model, room, lines),
            News::Changed(Change::Timeline(room)) => {
                if let Some(room) = model.rooms.get(&room) {
                    self.timeline(room, &model.connection, lines);
                }
            }
            News::Changed(Change::Notice { text, error, .. }) => lines.push(notice(&text.to_string(), error)),
            // Nobody goes to a message here, and why a room can't be entered is in a notice too.
            News::Changed(
                Change::Me
                | Change::Members(_)
                | Change::Typing(_)
                | Change::Listed
                | Change::Reached { .. }
                | Change::Unreachable { .. }
                | Change::Barred { .. },
            ) => {}
        }
    }

    fn connection(&mut self, session: &Session, lines: &mut Vec<String>) {
        let model = session.model();
        match &model.connection {
            Connection::Idle | Connection::Connecting => {}
            Connection::Online => {
                let nick = model.me.as_ref().map(|me| me.nick.as_str()).unwrap_or_default();
                let again = if self.connected { "back" } else { "connected" };
                lines.push(notice(&clean_line(&format!("{again}: {}, as {nick}", model.server)), false));
                (self.connected, self.trouble) = (true, None);
            }
            Connection::Waiting { until, bye, .. } => {
                let why = bye.as_ref().map(|bye| bye.text.as_str()).or(session.trouble()).unwrap_or("no answer");
                // The same trouble again isn't news.
                if self.trouble.as_deref() != Some(why) {
                    let seconds = session.until(*until).as_secs() + 1;
                    lines.push(notice(&format!("{}; trying again in {seconds} s", clean_line(why)), true));
                    self.trouble = Some(why.to_owned());
                }
            }
            Connection::Ended(bye) => lines.push(notice(&bye.text, false)),
        }
    }

    /// The room that one was in may be gone.
    fn rooms(&mut self, model: &Model, lines: &mut Vec<String>) {
        self.shown.retain(|room, _| model.rooms.contains_key(room));
        // What was said in a conversation in earlier runs was shown then.
        for room in model.rooms.values().filter(|room| room.private && room.messages.is_empty()) {
            self.shown.entry(room.name.clone()).or_insert((room.read.next(), room.read));
        }
        if self.current.as_ref().is_some_and(|current| !model.rooms.contains_key(current)) {
            self.current = None;
            match model.rooms.values().find(|room| !room.private) {
                Some(room) => self.enter(model, room.name.clone(), lines),
                None => lines.push(notice("you are in no room now: /join ROOM", false)),
            }
        }
    }

    fn enter(&mut self, model: &Model, name: String, lines: &mut Vec<String>) {
        let Some(room) = model.rooms.get(&name) else { return };
        lines.push(notice(&clean_line(&format!("{}, {} here", room.title, room.count)), false));
        self.current = Some(name);
        self.timeline(room, &model.connection, lines);
    }

    fn timeline(&mut self, room: &Room, connection: &Connection, lines: &mut Vec<String>) {
        if self.current.as_ref() == Some(&room.name) || room.private {
            self.messages(room, lines);
            self.hinted.remove(&room.name);
        } else if room.unread == 0 {
            self.hinted.remove(&room.name);
        } else if self.hinted.insert(room.name.clone()) {
            let title = clean_line(&room.title);
            lines.push(notice(&format!("something new in {title}: /join {title} shows it"), false));
        }
        for pending in &room.pending {
            match &pending.state {
                PendingState::Failed(why) if self.failed.insert(pending.reference.clone()) => {
                    lines.push(notice(&format!("not sent ({}): {}", clean_line(&why.to_string()), pending.text), true));
                }
                PendingState::Queued
                    if *connection != Connection::Online && self.waiting.insert(pending.reference.clone()) =>
                {
                    let text = pending.text.lines().next().unwrap_or_default();
                    lines.push(notice(&format!("will be sent when there is a connection: {text}"), false));
                }
                _ => {}
            }
        }
    }

    fn messages(&mut self, room: &Room, lines: &mut Vec<String>) {
        let (Some(front), Some(back)) = (room.messages.front(), room.messages.back()) else { return };
        let (front, back) = (front.seq, back.seq);
        let mark = mark(room);
        match self.shown.get(&room.name).copied().filter(|(_, last)| *last <= back) {
            Some((first, last)) => {
                if front < first && !room.private {
                    lines.push(notice("earlier:", false));
                    self.print(room.messages.iter().filter(|message| message.seq < first), &mark, lines);
                    lines.push(notice("(that was earlier)", false));
                }
                if front > last.next() {
                    lines.push(notice("(more was said than is shown here; /history has it)", false));
                }
                self.print(room.messages.iter().filter(|message| message.seq > last), &mark, lines);
                self.shown.insert(room.name.clone(), (front.min(first), back));
            }
            None if room.private => {
                self.print(room.messages.iter(), &mark, lines);
                self.shown.insert(room.name.clone(), (front, back));
            }
            None => {
                let skipped = room.messages.len().saturating_sub(MOST_AT_ONCE);
                self.print(room.messages.iter().skip(skipped), &mark, lines);
                self.shown.insert(room.name.clone(), (room.messages[skipped].seq, back));
            }
        }
    }

    fn print<'a>(&mut self, messages: impl Iterator<Item = &'a Message>, mark: &str, lines: &mut Vec<String>) {
        lines.extend(messages.filter_map(|message| self.renderer.message(message, mark)));
    }
}

/// Private messages are shown wherever one is: they say so.
fn mark(room: &Room) -> String {
    if room.private { format!("[private with {}] ", clean_line(&room.title)) } else { String::new() }
}
