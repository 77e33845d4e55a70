//! What is asked of history: what is missing, and what lies before the window.

use partyline_shared::{Command, History, HistoryPage};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::timeline::Ask;
use crate::{Change, Connection};

/// Most pages of history that are asked for at a time, over all rooms: a server answers only so many at once.
const MOST_ASKED: usize = 4;

impl Engine {
    /// A page of history.
    pub(crate) fn history_page(&mut self, page: HistoryPage, out: &mut Outputs) {
        let context = self.context();
        let name = page.room.clone();
        let (Some(room), Some(track)) = (self.model.rooms.get_mut(&name), self.tracks.get_mut(&name)) else { return };
        let gone = track.page(room, page, context);
        say_gone(&name, gone, out);
        out.changed(Change::Timeline(name));
    }

    /// Asks for what is missing, as far as may be asked at a time.
    pub(crate) fn catch_up(&mut self, out: &mut Outputs) {
        if self.model.connection != Connection::Online {
            return;
        }
        let mut asked = self.tracks.values().filter(|track| track.asked.is_some()).count();
        let limits = &self.model.limits;
        for (name, room) in &self.model.rooms {
            let Some(track) = self.tracks.get_mut(name).filter(|_| asked < MOST_ASKED) else { continue };
            let Some(ask) = track.missing(room, self.window) else { continue };
            let (after, limit) = match ask {
                Ask::After(seq) => (Some(seq), limits.page),
                Ask::Latest => (None, limits.replay.min(limits.page).max(1)),
            };
            let limit = u32::try_from(limit.min(self.window)).ok();
            out.transmit(Command::History(History { room: name.clone(), before: None, after, limit }));
            track.asked = Some(ask);
            asked += 1;
        }
    }

    /// The person wants the page before the window.
    pub(crate) fn load_older(&mut self, name: &str, count: Option<u32>, out: &mut Outputs) {
        let page = u32::try_from(self.model.limits.page).unwrap_or(u32::MAX);
        let limit = count.unwrap_or(page).clamp(1, page.max(1));
        let most = self.window.saturating_mul(2);
        let (Some(room), Some(track)) = (self.model.rooms.get_mut(name), self.tracks.get(name)) else { return };
        let open = self.model.connection == Connection::Online && room.is_open() && track.known;
        let fits = room.messages.len().saturating_add(limit as usize) <= most;
        if open && fits && room.has_older && !room.loading {
            room.loading = true;
            let before = Some(track.first(room));
            out.transmit(Command::History(History { room: name.to_owned(), before, after: None, limit: Some(limit) }));
            out.changed(Change::Timeline(name.to_owned()));
        }
    }
}

/// Tells the person that some of what was said is missing for good, if it is.
fn say_gone(name: &str, gone: u64, out: &mut Outputs) {
    let text = match gone {
        0 => return,
        1 => "1 message that was said meanwhile is gone: the server no longer keeps it".to_owned(),
        _ => format!("{gone} messages that were said meanwhile are gone: the server no longer keeps them"),
    };
    out.notice(Some(name), text);
}
