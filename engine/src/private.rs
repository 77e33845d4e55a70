//! Private conversations: they come up by themselves, and are called what the other one is called.

use partyline_shared::{Conversation, MemberRef, Seq};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::timeline::Track;
use crate::{Change, Room};

impl Engine {
    /// The private conversations that there are.
    pub(crate) fn conversations(&mut self, conversations: Vec<Conversation>, out: &mut Outputs) {
        let me = self.me();
        for Conversation { room: name, nick, head, read } in conversations {
            if !name.starts_with('@') {
                continue;
            }
            let (room, track) = self.conversation(&name, &nick, out);
            if !track.known && room.messages.is_empty() {
                room.read = room.read.max(head);
            }
            room.head = room.head.max(head);
            track.told = Seq(0);
            if read.is_some_and(|read| track.read_up_to(room, read, me)) {
                out.changed(Change::Timeline(name));
            }
        }
    }

    /// A private conversation under the other member's nick of now.
    pub(crate) fn conversation(&mut self, name: &str, nick: &str, out: &mut Outputs) -> (&mut Room, &mut Track) {
        if self.model.rooms.get(name).is_none_or(|room| room.title != nick) {
            out.changed(Change::Rooms);
        }
        let (room, track) = self.room_or_new(name, out);
        nick.clone_into(&mut room.title);
        (room, track)
    }

    /// A member is called something else now: so is the conversation with them.
    pub(crate) fn retitle(&mut self, member: &MemberRef, out: &mut Outputs) {
        if let Some(room) = self.model.rooms.get_mut(&format!("@{}", member.id))
            && room.title != member.nick
        {
            room.title.clone_from(&member.nick);
            out.changed(Change::Rooms);
        }
    }
}
