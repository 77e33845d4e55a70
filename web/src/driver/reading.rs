//! What the person has seen of what was said, and what is new to them.

use std::time::Duration;

use leptos::prelude::*;
use partyline_engine::{Action, Engine, Input, Room};
use partyline_shared::{Kind, Message, Seq};

use super::Driver;
use crate::view::Fresh;
use crate::words::tr;
use crate::{page, time};

/// More than so many messages at once are only counted by what reads them aloud.
const READ_ALOUD: usize = 3;

/// Most characters of a message that are read aloud unasked.
const ALOUD_CHARS: usize = 300;

/// How long small news is shown.
const BRIEFLY: Duration = Duration::from_millis(2500);

/// Most lines that wait to be read aloud.
const ALOUD_LINES: usize = 6;

impl Driver {
    /// The timeline was scrolled.
    pub(crate) fn scrolled(self, at_end: bool) {
        if self.view.at_end.get_untracked() != at_end {
            self.view.at_end.set(at_end);
            self.publish();
        }
    }

    /// The beginning of what is new has been in view.
    pub(crate) fn saw_new(self) {
        let core = self.core();
        let mut core = core.borrow_mut();
        if let Some(fresh) = core.fresh.as_mut().filter(|fresh| !fresh.seen) {
            fresh.seen = true;
            self.view.fresh.set(core.fresh);
        }
    }

    /// The person wants to hear no more of what is new in the room that is shown.
    pub(crate) fn mark_all_read(self) {
        {
            let core = self.core();
            let mut core = core.borrow_mut();
            core.fresh = None;
            core.stale.timeline = true;
        }
        self.act(Action::MarkRead(self.view.current.get_untracked()));
    }

    /// Tells the engine whether the person follows what is said, or reads further up.
    pub(super) fn follow(self) {
        let (room, follow) = (self.view.current.get_untracked(), self.view.at_end.get_untracked());
        let differs = |engine: &Engine| engine.model().rooms.get(&room).is_some_and(|room| room.followed != follow);
        if self.with_engine(differs) == Some(true) {
            self.handle(Input::User(Action::Follow { room, follow }));
        }
    }

    /// What the person has before their eyes is read.
    pub(super) fn mark_read(self) {
        let current = self.view.current.get_untracked();
        let read = |room: &Room| room.unread == 0 && room.marked;
        let unread =
            |engine: &Engine| engine.model().rooms.get(&current).is_some_and(|room| room.is_there() && !read(room));
        let seen = page::is_visible() && self.view.at_end.get_untracked();
        if seen && self.with_engine(unread) == Some(true) {
            self.handle(Input::User(Action::MarkRead(current)));
        }
    }

    /// Notes what is new to the person in the room that is shown. What was new stays marked when they have seen it, until
    /// something else is.
    pub(super) fn note_new(self) {
        let current = self.view.current.get_untracked();
        let core = self.core();
        let mut core = core.borrow_mut();
        let new = core.engine.as_ref().and_then(|engine| engine.model().rooms.get(&current)).and_then(fresh_in);
        let had_unread = std::mem::replace(&mut core.had_unread, new.is_some());
        match (&mut core.fresh, new) {
            (Some(fresh), Some(new)) if had_unread => fresh.count = fresh.count.max(new.count),
            (fresh, Some(new)) => {
                *fresh = Some(new);
                core.stale.timeline = true;
            }
            (_, None) => {}
        }
        if self.view.fresh.get_untracked() != core.fresh {
            self.view.fresh.set(core.fresh);
        }
    }

    /// What others have just said in the room that is shown is read aloud to who doesn't see it; what is loaded of
    /// earlier is not.
    pub(super) fn read_aloud(self) {
        let current = self.view.current.get_untracked();
        let core = self.core();
        let mut core = core.borrow_mut();
        let Some(model) = core.engine.as_ref().map(Engine::model) else { return };
        let Some(room) = model.rooms.get(&current).filter(|room| room.joined || room.private) else { return };
        let last = room.live().back().map_or(Seq(0), |message| message.seq);
        let heard = core.heard.as_ref().filter(|(room, heard)| *room == current && *heard <= last).map(|heard| heard.1);
        if heard == Some(last) {
            return;
        }
        let me = model.me.as_ref().map(|me| me.id);
        let lines = heard.map(|heard| {
            let of_others = |message: &&Message| Some(message.from.id) != me && message.kind != Kind::Unknown;
            let new: Vec<_> = room.live().iter().filter(|message| message.seq > heard).filter(of_others).collect();
            if new.len() > READ_ALOUD {
                vec![tr!("timeline-new-messages", count = new.len())]
            } else {
                new.into_iter().map(aloud).collect()
            }
        });
        core.heard = Some((current, last));
        drop(core);
        for line in lines.unwrap_or_default() {
            self.say_aloud(line);
        }
    }

    /// Says in passing that something was done.
    pub(crate) fn tell_briefly(self, text: String) {
        self.say_aloud(text.clone());
        self.view.brief.set(Some(text.clone()));
        set_timeout(
            move || {
                // Unless something else was said since.
                if self.view.brief.with_untracked(|brief| brief.as_ref() == Some(&text)) {
                    self.view.brief.set(None);
                }
            },
            BRIEFLY,
        );
    }

    /// A message of the window of the room that is shown.
    pub(crate) fn message(self, seq: Seq) -> Option<Message> {
        let current = self.view.current.get_untracked();
        let find = |engine: &Engine| {
            let messages = &engine.model().rooms.get(&current)?.messages;
            messages.iter().find(|message| message.seq == seq).cloned()
        };
        self.with_engine(find).flatten()
    }

    fn say_aloud(self, line: String) {
        self.view.aloud.update(|lines| {
            let number = lines.last().map_or(0, |(number, _)| number + 1);
            lines.push((number, line));
            let surplus = lines.len().saturating_sub(ALOUD_LINES);
            lines.drain(..surplus);
        });
    }

    /// What is "today" changes at midnight, also where nothing is said.
    pub(super) fn watch_midnight(self) {
        let now = self.with_engine(|engine| engine.model().clock.server(time::now())).unwrap_or_else(time::now);
        // A machine that slept is late by as much. So it is looked at now and then.
        let pause = Duration::from_millis(time::until_tomorrow(now)).min(Duration::from_hours(1));
        set_timeout(
            move || {
                self.core().borrow_mut().stale.timeline = true;
                self.publish();
                self.watch_midnight();
            },
            pause,
        );
    }
}

/// What is new in a room, if anything is.
pub(super) fn fresh_in(room: &Room) -> Option<Fresh> {
    let first = room.live().front().is_some_and(|first| first.seq <= room.read.next());
    let since = room.live().iter().find(|message| first && message.seq > room.read).map(|message| message.at);
    (room.unread > 0).then_some(Fresh { after: room.read, count: room.unread, since, seen: false })
}

fn aloud(message: &Message) -> String {
    let text: String = message.text.chars().take(ALOUD_CHARS).collect();
    match message.kind {
        Kind::Action => tr!("timeline-done-aloud", nick = message.from.nick, text = text),
        _ => tr!("timeline-said-aloud", nick = message.from.nick, text = text),
    }
}
