//! What the server says.

use partyline_shared::light::{lower, same_name};
use partyline_shared::{Change as Presence, Event, MemberRef, Timestamp};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::{Change, Connection, Saying};

impl Engine {
    /// Takes an event.
    pub(crate) fn received(&mut self, event: Event, now: Timestamp, out: &mut Outputs) {
        match self.model.connection {
            Connection::Online => {}
            Connection::Connecting if matches!(event, Event::Welcome(_) | Event::Bye(_) | Event::Refused(_)) => {}
            // What an ended connection still held.
            _ => return,
        }
        self.link.heard(now);
        match event {
            Event::Welcome(welcome) => self.welcome(welcome, now, out),
            Event::Joined(joined) => self.entered(joined, out),
            Event::Message(message) => {
                self.model.clock.heard(message.at, now);
                self.messages(&message.room.clone(), vec![message], out);
            }
            Event::Sent(sent) => {
                self.model.clock.heard(sent.at, now);
                self.sent(sent, out);
            }
            Event::Presence { room, member, change, .. } => self.presence(&room, &member, change, out),
            Event::Count { room, count } => self.counted(room, count, out),
            Event::History(page) => self.history_page(page, out),
            Event::Members { room, count, members } => self.members(room, count, members, out),
            Event::Rooms { rooms } => self.rooms_listed(rooms, out),
            Event::Conversations { conversations } => self.conversations(conversations, out),
            Event::Read { room, seq } => self.read_elsewhere(room, seq, out),
            Event::Typing { room, member } => self.somebody_types(room, member, now, out),
            Event::Refused(refused) if refused.reference.is_some() => self.send_refused(refused, now, out),
            Event::Refused(refused) => self.room_refused(refused, now, out),
            Event::Bye(bye) => self.bye(bye, now, out),
            Event::Pong { .. } | Event::Unknown => {}
        }
    }

    fn presence(&mut self, name: &str, member: &MemberRef, change: Presence, out: &mut Outputs) {
        let mine = Some(member.id) == self.me();
        if change == Presence::Left && mine {
            self.parting.retain(|parting| !same_name(parting, name));
        }
        if change == Presence::Renamed {
            self.retitle(member, out);
            if mine && self.model.me.as_ref() != Some(member) {
                self.model.me = Some(member.clone());
                out.changed(Change::Me);
                // What one was called by choice is what one asks for next time.
                self.nick = Some(member.nick.clone());
                if let Some(mut identity) = self.identity.clone() {
                    identity.nick.clone_from(&member.nick);
                    self.remember(identity, out);
                }
            }
        }
        let Some(room) = self.model.rooms.get_mut(name) else { return };
        match change {
            Presence::Joined => room.member_came(member),
            Presence::Left => room.member_left(member.id),
            Presence::Renamed => room.member_renamed(member),
            Presence::Unknown => return,
        }
        out.changed(Change::Members(name.to_owned()));
    }

    /// How many are in a crowd; who, nobody is told.
    fn counted(&mut self, name: String, count: usize, out: &mut Outputs) {
        if let Some(room) = self.model.rooms.get_mut(&name) {
            room.count = count;
            out.changed(Change::Members(name));
        }
    }

    fn members(&mut self, name: String, count: usize, members: Vec<MemberRef>, out: &mut Outputs) {
        let known = self.model.rooms.contains_key(&name);
        let is_it = |asked: &String| same_name(asked, &name) || self.find_room(asked).as_ref() == Some(&name);
        // Of a room that one isn't in it comes only as an answer, under the server's spelling.
        let stranger = |asked: &String| !known && self.find_room(asked).is_none();
        let at = self.who_asked.iter().position(is_it).or_else(|| self.who_asked.iter().position(stranger));
        if let Some(at) = at {
            self.who_asked.remove(at);
            out.notice(Some(&name), Saying::Members { count, nicks: nicks(&members) });
        }
        if let Some(room) = self.model.rooms.get_mut(&name) {
            room.set_members(members, count);
            out.changed(Change::Members(name));
        }
    }
}

/// What members are called, in alphabetical order.
fn nicks(members: &[MemberRef]) -> Vec<String> {
    let mut nicks: Vec<_> = members.iter().map(|member| member.nick.clone()).collect();
    nicks.sort_by_cached_key(|nick| lower(nick));
    nicks
}
