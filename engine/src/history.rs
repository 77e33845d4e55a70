//! What is asked of history: what is missing, and what the person wants to see.

use partyline_shared::{Command, History, HistoryPage, Limits, Seq};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::room::Loading;
use crate::timeline::{Ask, Track};
use crate::window::{Outcome, Wish};
use crate::{Change, Connection, Room, Saying};

/// Most pages of history that are asked for at a time, over all rooms: a server answers only so many at once.
const MOST_ASKED: usize = 4;

impl Engine {
    /// A page of history.
    pub(crate) fn history_page(&mut self, page: HistoryPage, out: &mut Outputs) {
        let context = self.context();
        let name = page.room.clone();
        let (Some(room), Some(track)) = (self.model.rooms.get_mut(&name), self.tracks.get_mut(&name)) else { return };
        room.head = room.head.max(page.head);
        match track.asked.take() {
            None => track.accept(room, page.messages, context),
            Some(Ask::Wish { wish, edge }) => {
                let outcome = track.granted(room, page, (wish, edge), context.window);
                say_outcome(&name, outcome, out);
            }
            Some(asked) => say_gone(&name, track.caught_up(room, page, asked, context), out),
        }
        out.changed(Change::Timeline(name));
    }

    /// Asks for what is missing, then for what the person wants, as far as may be asked at a time.
    pub(crate) fn catch_up(&mut self, out: &mut Outputs) {
        if self.model.connection != Connection::Online {
            return;
        }
        let mut asked = self.tracks.values().filter(|track| track.asked.is_some()).count();
        for (name, room) in &mut self.model.rooms {
            let Some(track) = self.tracks.get_mut(name).filter(|_| asked < MOST_ASKED) else { continue };
            if !room.is_open() || track.asked.is_some() || track.retry_at.is_some() {
                continue;
            }
            let Some(ask) = track.missing(room, self.window).or_else(|| track.wished(room, &self.model.limits)) else {
                continue;
            };
            let question = question(name, ask, self.window, &self.model.limits);
            out.transmit(Command::History(question));
            track.asked = Some(ask);
            asked += 1;
        }
    }

    /// The person wants what comes before the window. Returns whether something is on its way.
    pub(crate) fn load_older(&mut self, name: &str, count: Option<u32>, out: &mut Outputs) -> bool {
        let window = self.window;
        let Some((room, track)) = self.reachable(name) else { return false };
        let fits = !room.followed || room.messages.len() < window;
        if room.has_older && fits && room.loading.is_none() {
            track.wish = Some(Wish::Older(count.unwrap_or(u32::MAX)));
            room.loading = Some(Loading::Older);
            out.changed(Change::Timeline(name.to_owned()));
        }
        room.loading == Some(Loading::Older)
    }

    /// The person wants what comes after the window.
    pub(crate) fn load_newer(&mut self, name: &str, out: &mut Outputs) {
        let window = self.window;
        let (Some(room), Some(track)) = (self.model.rooms.get_mut(name), self.tracks.get_mut(name)) else { return };
        if !room.has_newer {
            return;
        }
        if !track.meet(room, window) {
            let Some((room, track)) = self.reachable(name).filter(|(room, _)| room.loading.is_none()) else { return };
            track.wish = Some(Wish::Newer);
            room.loading = Some(Loading::Newer);
        }
        out.changed(Change::Timeline(name.to_owned()));
    }

    /// The person wants to see this message.
    pub(crate) fn go_to(&mut self, typed: &str, seq: Seq, out: &mut Outputs) {
        let window = self.window;
        self.goal = None;
        let Some(name) = self.find_room(typed) else {
            if !typed.starts_with('@') {
                self.join(typed, out);
            }
            self.goal = Some((typed.to_owned(), seq));
            return;
        };
        let (Some(room), Some(track)) = (self.model.rooms.get_mut(&name), self.tracks.get_mut(&name)) else { return };
        out.changed(Change::Timeline(name.clone()));
        if track.turn_to(room, seq, window) {
            (track.wish, room.loading) = (None, None);
            out.changed(Change::Reached { room: name, seq });
        } else {
            track.wish = Some(Wish::Around { seq, seen: false });
            room.loading = Some(Loading::Around(seq));
        }
    }

    /// The room of a message that is to be seen may be there now.
    pub(crate) fn follow_goal(&mut self, out: &mut Outputs) {
        let found = self.goal.as_ref().and_then(|(room, seq)| Some((self.find_room(room)?, *seq)));
        if let Some((room, seq)) = found {
            self.go_to(&room, seq, out);
        }
    }

    /// The person wants to see the end.
    pub(crate) fn go_to_end(&mut self, name: &str, out: &mut Outputs) {
        let window = self.window;
        let (Some(room), Some(track)) = (self.model.rooms.get_mut(name), self.tracks.get_mut(name)) else { return };
        // What is on its way for them is of no use any more, and is known by that when it comes.
        (track.wish, room.loading, room.followed) = (None, None, true);
        track.go_to_end(room, window);
        out.changed(Change::Timeline(name.to_owned()));
    }

    /// A room whose history can be asked for now.
    fn reachable(&mut self, name: &str) -> Option<(&mut Room, &mut Track)> {
        let online = self.model.connection == Connection::Online;
        let (room, track) = (self.model.rooms.get_mut(name)?, self.tracks.get_mut(name)?);
        (online && room.is_open() && track.known).then_some((room, track))
    }
}

impl Track {
    /// What is to be asked for the person.
    fn wished(&mut self, room: &mut Room, limits: &Limits) -> Option<Ask> {
        let wish = self.wish.filter(|_| self.known)?;
        self.wish = None;
        let edge = match wish {
            Wish::Older(_) => Some(self.first(room)).filter(|_| room.has_older),
            Wish::Newer => room.messages.back().map(|last| last.seq).filter(|_| room.has_newer),
            // The page has it in its middle.
            Wish::Around { seq, .. } => Some(Seq(seq.0.saturating_sub(1 + limits.page as u64 / 2))),
        };
        if edge.is_none() {
            room.loading = None;
        }
        edge.map(|edge| Ask::Wish { wish, edge })
    }

    /// There was no time for what was asked: it is asked again.
    pub(crate) fn ask_again(&mut self) {
        if let Some(Ask::Wish { wish, .. }) = self.asked.take() {
            self.wish = self.wish.or(Some(wish));
        }
    }
}

/// How to ask it. A page that the person reads on in is a quarter of the window: what they see of it stays in it.
fn question(room: &str, ask: Ask, window: usize, limits: &Limits) -> History {
    let step = limits.page.min(window / 4);
    let (before, after, limit) = match ask {
        Ask::After(seq) => (None, Some(seq), limits.page.min(window)),
        Ask::Latest => (None, None, limits.replay.min(limits.page).min(window)),
        Ask::Wish { wish: Wish::Older(count), edge } => {
            (Some(edge), None, step.min(usize::try_from(count).unwrap_or(usize::MAX)))
        }
        Ask::Wish { wish: Wish::Newer, edge } => (None, Some(edge), step),
        Ask::Wish { wish: Wish::Around { .. }, edge } => (None, Some(edge), limits.page.min(window)),
    };
    History { room: room.to_owned(), before, after, limit: u32::try_from(limit.max(1)).ok() }
}

fn say_outcome(name: &str, outcome: Outcome, out: &mut Outputs) {
    let room = name.to_owned();
    match outcome {
        Outcome::Done => {}
        Outcome::Reached(seq) => out.changed(Change::Reached { room, seq }),
        Outcome::Unreachable(seq, why) => out.changed(Change::Unreachable { room, seq, why }),
    }
}

/// Tells the person that some of what was said is missing for good, if it is.
fn say_gone(name: &str, gone: u64, out: &mut Outputs) {
    if gone > 0 {
        out.notice(Some(name), Saying::Gone(gone));
    }
}
