//! Who is typing: told at most so often, believed only so long.

use partyline_shared::{Command, MemberRef, Timestamp};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::{Change, Connection, TypingMember};

/// One tells a room at most this often, in milliseconds.
const TELL_EVERY_MS: u64 = 3000;
/// What was told holds so long.
const BELIEVE_MS: u64 = 5000;
/// Most that are shown at a time: more say nothing that "many" doesn't.
const MOST: usize = 20;

/// When each room was last told that one is typing.
#[derive(Debug, Default)]
pub(crate) struct Told(Vec<(String, Timestamp)>);

impl Told {
    /// What one typed is said: the next key is news again.
    pub(crate) fn forget(&mut self, room: &str) {
        self.0.retain(|(told, _)| told != room);
    }
}

impl Engine {
    /// A key was pressed.
    pub(crate) fn type_in(&mut self, room: &str, now: Timestamp, out: &mut Outputs) {
        let reachable = self.model.rooms.get(room).is_some_and(|room| room.joined || room.private);
        let recent = self.told.0.iter().any(|(told, at)| told == room && now.since(*at) < TELL_EVERY_MS);
        if self.model.connection == Connection::Online && reachable && !recent {
            self.told.forget(room);
            self.told.0.push((room.to_owned(), now));
            out.transmit(Command::Typing { room: room.to_owned() });
        }
    }

    /// Somebody is typing.
    pub(crate) fn somebody_types(&mut self, room: String, member: MemberRef, now: Timestamp, out: &mut Outputs) {
        let me = self.me();
        let Some(shown) = self.model.rooms.get_mut(&room).filter(|_| Some(member.id) != me) else { return };
        let until = now.after(BELIEVE_MS);
        if let Some(known) = shown.typing.iter_mut().find(|typing| typing.member.id == member.id) {
            known.until = until;
        } else if shown.typing.len() < MOST {
            shown.typing.push(TypingMember { member, until });
            out.changed(Change::Typing(room));
        }
    }

    /// Nobody types for ever.
    pub(crate) fn expire_typing(&mut self, now: Timestamp, out: &mut Outputs) {
        for (name, room) in &mut self.model.rooms {
            let before = room.typing.len();
            room.typing.retain(|typing| typing.until > now);
            if room.typing.len() != before {
                out.changed(Change::Typing(name.clone()));
            }
        }
    }

    /// When the next one is no longer typing.
    pub(crate) fn typing_deadline(&self) -> Option<Timestamp> {
        self.model.rooms.values().flat_map(|room| &room.typing).map(|typing| typing.until).min()
    }
}
