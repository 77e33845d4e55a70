//! What is before the person's eyes, and what of it is new.

use std::io;

use partyline_engine::Room;
use partyline_shared::Seq;

use crate::history::{Journal, Record};

/// How much of a room's window was written down.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    first: Seq,
    count: usize,
}

impl Seen {
    /// Writes down what came into the window. Returns whether one of it has this text.
    ///
    /// The window is taken as it is: whatever the engine did wrong is for the checker to find.
    pub(super) fn look(&mut self, room: &Room, text: &str, journal: &mut Journal) -> io::Result<bool> {
        let messages = &room.messages;
        let old_first = messages.iter().position(|message| message.seq == self.first).filter(|_| self.count > 0);
        let (above, below) = old_first.map_or((0, 0), |at| (at, (at + self.count).min(messages.len())));
        let mut found = false;
        for (at, message) in
            messages.iter().enumerate().take(above).rev().chain(messages.iter().enumerate().skip(below))
        {
            let (seq, from) = (message.seq, message.from.clone());
            found |= message.text == text;
            let (room, text) = (room.name.clone(), message.text.clone());
            journal.write(&Record::Shown { room, seq, from, text, above: at < above })?;
        }
        self.first = messages.front().map_or(Seq(0), |message| message.seq);
        self.count = messages.len();
        Ok(found)
    }
}
