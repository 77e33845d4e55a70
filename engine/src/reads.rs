//! Up to where the person has read: one answer for all sessions of theirs.
//!
//! The server is told, and tells the others. Where it knows nothing, what was said before one entered counts as read.

use partyline_shared::{Command, Kind, MemberId, Seq, Timestamp};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::timeline::Track;
use crate::{Change, Connection, Room};

/// The server is told at most so often, in milliseconds: in a busy room each message would be a word more.
const TELL_EVERY_MS: u64 = 2000;
/// Most rooms that it is told of at a time.
const MOST_TOLD: usize = 16;

impl Engine {
    /// The person has read up to the end of a room.
    pub(crate) fn mark_read(&mut self, name: String, out: &mut Outputs) {
        if let (Some(room), Some(track)) = (self.model.rooms.get_mut(&name), self.tracks.get_mut(&name)) {
            room.marked = track.known;
            if track.mark_read(room) {
                out.changed(Change::Timeline(name));
            }
        }
    }

    /// The person has read up to there in another session.
    pub(crate) fn read_elsewhere(&mut self, name: String, seq: Seq, out: &mut Outputs) {
        let me = self.me();
        if let (Some(room), Some(track)) = (self.model.rooms.get_mut(&name), self.tracks.get_mut(&name))
            && track.read_up_to(room, seq, me)
        {
            out.changed(Change::Timeline(name));
        }
    }

    /// The server let one into a room, and knows this of what the person has read there. What it doesn't it is told again:
    /// it may have ended before it was written.
    pub(crate) fn knows_read(&mut self, name: &str, read: Option<Seq>) {
        let me = self.me();
        if let (Some(room), Some(track)) = (self.model.rooms.get_mut(name), self.tracks.get_mut(name)) {
            track.told = Seq(0);
            if let Some(read) = read {
                track.read_up_to(room, read, me);
            }
        }
    }

    /// Tells the server what the person has read since it was told last.
    pub(crate) fn tell_read(&mut self, now: Timestamp, out: &mut Outputs) {
        if self.model.connection != Connection::Online || self.read_told_at.after(TELL_EVERY_MS) > now {
            return;
        }
        let mut told = 0;
        for (name, room) in &self.model.rooms {
            let Some(track) = self.tracks.get_mut(name).filter(|track| track.has_news(room)) else { continue };
            if told == MOST_TOLD {
                break;
            }
            told += 1;
            track.told = room.read;
            out.transmit(Command::Read { room: name.clone(), seq: room.read });
        }
        if told > 0 {
            self.read_told_at = now;
        }
    }

    /// When the server is to be told.
    pub(crate) fn read_deadline(&self) -> Option<Timestamp> {
        let news = |(name, room): (&String, &Room)| self.tracks.get(name).is_some_and(|track| track.has_news(room));
        self.model.rooms.iter().any(news).then(|| self.read_told_at.after(TELL_EVERY_MS))
    }
}

impl Track {
    /// Whether the server doesn't know what the person has read.
    fn has_news(&self, room: &Room) -> bool {
        room.marked && room.is_open() && room.read > self.told
    }

    /// The server says up to where the person has read, in any session of theirs. Returns whether that changed anything.
    pub(crate) fn read_up_to(&mut self, room: &mut Room, seq: Seq, me: Option<MemberId>) -> bool {
        let seq = seq.min(room.head);
        self.told = self.told.max(seq);
        if room.marked && seq <= room.read {
            return false;
        }
        room.marked = true;
        room.read = seq;
        let unread = self.unread(room, me);
        std::mem::replace(&mut room.unread, unread) != unread
    }

    /// How much others said after what was read. Of what isn't here it isn't known whose it is.
    fn unread(&self, room: &Room, me: Option<MemberId>) -> usize {
        let live = room.live();
        let first = live.front().map_or(self.last(room).next(), |message| message.seq);
        let before = first.0.saturating_sub(room.read.next().0);
        let others = live
            .iter()
            .filter(|message| message.seq > room.read && Some(message.from.id) != me && message.kind != Kind::Unknown);
        others.count().saturating_add(usize::try_from(before).unwrap_or(usize::MAX))
    }
}
