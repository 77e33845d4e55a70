//! Entering and leaving rooms, and what is said in them.

use partyline_shared::light::{check_name, same_name};
use partyline_shared::{Command, Join, Joined, Message, Refused, ResumePoint, Seq, Timestamp};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::timeline::{Ask, Context, Track};
use crate::{Change, Connection, PendingState, Room, Saying};

/// A room that one wants to be in.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// As it was typed.
    pub(crate) name: String,
    /// It is to be shown once it is entered.
    pub(crate) show: bool,
    /// The server was asked on this connection.
    pub(crate) asked: bool,
    /// The server had no time: ask again then.
    pub(crate) retry_at: Option<Timestamp>,
}

impl Wanted {
    /// Whether the server's answer about a room is about this one: what it calls the room, and what it was asked for
    /// where it spells that another way.
    fn is(&self, room: &str, asked: Option<&str>) -> bool {
        same_name(&self.name, room) || asked.is_some_and(|asked| same_name(&self.name, asked))
    }
}

impl Engine {
    /// The name on the wire of a room that one is in, however it was typed.
    pub(crate) fn find_room(&self, typed: &str) -> Option<String> {
        self.model.find(typed).map(|room| room.name.clone())
    }

    /// Whether things can be said in a room or conversation, now or once one is let in.
    pub fn takes(&self, typed: &str) -> bool {
        self.find_room(typed).is_some() || self.wanted.iter().any(|wanted| wanted.is(typed, None))
    }

    /// The rooms that one is in or wants to be in: where the next run is to begin.
    pub fn wanted_rooms(&self) -> Vec<String> {
        let rooms = self.model.rooms.values().filter(|room| !room.private).map(|room| &room.name);
        let wanted = self.wanted.iter().map(|wanted| &wanted.name);
        rooms.chain(wanted.filter(|wanted| self.find_room(wanted).is_none())).cloned().collect()
    }

    /// A room that one wants to be in. From now on there is one, in which things wait until one is let in.
    pub(crate) fn find_wanted(&mut self, typed: &str, out: &mut Outputs) -> Option<String> {
        let name = self.wanted.iter().find(|wanted| wanted.is(typed, None))?.name.clone();
        self.room_or_new(&name, out);
        Some(name)
    }

    /// Whether one is leaving a room.
    fn is_parting(&self, room: &str, asked: Option<&str>) -> bool {
        let is = |parting: &String| same_name(parting, room) || asked.is_some_and(|asked| same_name(parting, asked));
        self.parting.iter().any(is)
    }

    /// Wants to be in a room from now on.
    pub(crate) fn want(&mut self, name: &str, show: bool) {
        self.parting.retain(|parting| !same_name(parting, name));
        if let Some(wanted) = self.wanted.iter_mut().find(|wanted| wanted.is(name, None)) {
            wanted.show |= show;
            return;
        }
        self.wanted.push(Wanted { name: name.to_owned(), show, asked: false, retry_at: None });
    }

    /// What `hello` asks to be in.
    pub(crate) fn resume_points(&mut self) -> Vec<ResumePoint> {
        for wanted in &mut self.wanted {
            wanted.asked = true;
        }
        let seq = |name: &String| {
            let known = self.model.rooms.get(name).zip(self.tracks.get(name).filter(|track| track.known));
            known.map_or(Seq(0), |(room, track)| track.last(room))
        };
        self.wanted_rooms().into_iter().map(|room| ResumePoint { seq: seq(&room), room }).collect()
    }

    /// The person wants to enter a room.
    pub(crate) fn join(&mut self, name: &str, out: &mut Outputs) {
        let name = name.trim().trim_start_matches('#');
        if let Some(known) = self.find_room(name) {
            out.changed(Change::Entered(known));
            return;
        }
        if let Err(wrong) = check_name(name, self.model.limits.room_chars) {
            out.error(None, Saying::NotARoom(wrong));
            return;
        }
        self.want(name, true);
        self.ask_for_wanted(out);
    }

    /// Asks to be let into what one wants to be in and hasn't asked for.
    pub(crate) fn ask_for_wanted(&mut self, out: &mut Outputs) {
        if self.model.connection == Connection::Online {
            for wanted in self.wanted.iter_mut().filter(|wanted| !wanted.asked) {
                wanted.asked = true;
                out.transmit(Command::Join(Join { room: wanted.name.clone(), after: None }));
            }
        }
    }

    /// The person leaves a room, or closes a conversation.
    pub(crate) fn part(&mut self, name: &str, out: &mut Outputs) {
        self.wanted.retain(|wanted| !wanted.is(name, None));
        let Some(name) = self.find_room(name) else {
            out.error(None, Saying::NotIn(name.to_owned()));
            return;
        };
        let Some(room) = self.model.rooms.remove(&name) else { return };
        self.tracks.remove(&name);
        self.told.forget(&name);
        self.sends.forget_room(&name);
        match self.model.connection {
            _ if room.private => {}
            Connection::Online => {
                self.parting.push(name.clone());
                out.transmit(Command::Part { room: name.clone() });
            }
            // `hello` may have asked for it already.
            Connection::Connecting => {
                self.parting.push(name.clone());
            }
            _ => {}
        }
        if !room.pending.is_empty() {
            out.error(None, Saying::LeftUnsent { title: room.title, count: room.pending.len() });
        }
        out.changed(Change::Rooms);
    }

    /// The server let one in.
    pub(crate) fn entered(&mut self, mut joined: Joined, out: &mut Outputs) {
        let (name, asked) = (joined.room.clone(), joined.asked.take());
        let asked = asked.as_deref();
        if self.is_parting(&name, asked) {
            return;
        }
        let shown = self.wanted.iter().any(|wanted| wanted.show && wanted.is(&name, asked));
        self.wanted.retain(|wanted| !wanted.is(&name, asked));
        self.settled = true;
        let known = self.find_room(&name).or_else(|| self.find_room(asked?));
        if let Some(other) = known.filter(|other| *other != name) {
            self.respell(&other, &name);
        }
        let context = self.context();
        let read = joined.read;
        let (room, track) = self.room_or_new(&name, out);
        room.joined = true;
        if let Some(asked) = asked {
            room.asked = Some(asked.to_owned());
        }
        room.set_members(std::mem::take(&mut joined.members), joined.count);
        if track.joined(room, joined, context) {
            out.notice(Some(&name), Saying::NewLog);
        }
        self.knows_read(&name, read);
        out.changed(Change::Members(name.clone()));
        out.changed(Change::Timeline(name.clone()));
        if shown {
            out.changed(Change::Entered(name));
        }
    }

    /// Messages in a room, or ones that bring a private conversation up.
    pub(crate) fn messages(&mut self, name: &str, messages: Vec<Message>, out: &mut Outputs) {
        let Some(first) = messages.first() else { return };
        let other = first.to.clone().map(|to| if Some(first.from.id) == self.me() { to } else { first.from.clone() });
        let (first, authors) = (first.seq, messages.iter().map(|message| message.from.id).collect::<Vec<_>>());
        if !self.model.rooms.contains_key(name) {
            // A room that isn't there was left: what it still says is late.
            let Some(other) = other.as_ref().filter(|_| name.starts_with('@')) else { return };
            let (room, _) = self.conversation(name, &other.nick, out);
            // What was said before isn't news; this is.
            room.read = Seq(first.0.saturating_sub(1));
        } else if let Some(other) = other {
            self.conversation(name, &other.nick, out);
        }
        let context = self.context();
        let (room, track) = self.room_or_new(name, out);
        track.accept(room, messages, context);
        let typing = room.typing.len();
        room.typing.retain(|typing| !authors.contains(&typing.member.id));
        if room.typing.len() != typing {
            out.changed(Change::Typing(name.to_owned()));
        }
        out.changed(Change::Timeline(name.to_owned()));
    }

    /// Something about a room was refused, other than a message.
    pub(crate) fn room_refused(&mut self, refused: Refused, now: Timestamp, out: &mut Outputs) {
        let again = refused.retry_after_ms.map(|millis| now.after(millis.max(100)));
        let about = refused.room.as_deref();
        self.who_asked.retain(|asked| !about.is_some_and(|about| same_name(asked, about)));
        if let Some(at) = self.wanted.iter().position(|wanted| about.is_some_and(|about| wanted.is(about, None))) {
            if again.is_some() {
                self.wanted[at].retry_at = again;
                return;
            }
            self.wanted.remove(at);
            let barred = refused.room.clone().unwrap_or_default();
            self.goal = self.goal.take().filter(|(room, _)| !same_name(room, &barred));
            out.changed(Change::Barred { room: barred, code: refused.code, text: refused.text.clone() });
        }
        let context = self.context();
        if let Some(name) = refused.room.as_deref().and_then(|room| self.find_room(room))
            && let (Some(room), Some(track)) = (self.model.rooms.get_mut(&name), self.tracks.get_mut(&name))
        {
            match again {
                Some(_) if !room.is_open() => {
                    self.wanted.push(Wanted { name, show: false, asked: true, retry_at: again });
                    return;
                }
                Some(_) if track.asked.is_some() => {
                    track.ask_again();
                    track.retry_at = again;
                    return;
                }
                None if !room.is_open() => {
                    for pending in &mut room.pending {
                        pending.state = PendingState::Failed(Saying::Refused(refused.clone()));
                    }
                    self.sends.forget_room(&name);
                }
                None => match track.asked.take() {
                    Some(Ask::After(_) | Ask::Latest) => track.give_up(room, context),
                    Some(Ask::Wish { .. }) => room.loading = None,
                    None => {}
                },
                Some(_) => {}
            }
            out.changed(Change::Timeline(name));
        }
        out.error(refused.room.clone().as_deref(), Saying::Refused(refused));
    }

    /// Asks again what there was no time for.
    pub(crate) fn retry_rooms(&mut self, now: Timestamp, out: &mut Outputs) {
        for track in self.tracks.values_mut() {
            track.retry_at = track.retry_at.filter(|at| *at > now);
        }
        let mut due = Vec::new();
        for wanted in self.wanted.iter_mut().filter(|wanted| wanted.retry_at.is_some_and(|at| at <= now)) {
            wanted.retry_at = None;
            due.push(wanted.name.clone());
        }
        for name in due {
            let (room, track) = (self.model.rooms.get(&name), self.tracks.get(&name).filter(|track| track.known));
            let after = room.zip(track).map(|(room, track)| track.last(room));
            out.transmit(Command::Join(Join { room: name, after }));
        }
    }

    /// When something is to be asked again.
    pub(crate) fn rooms_deadline(&self) -> Option<Timestamp> {
        let tracks = self.tracks.values().filter_map(|track| track.retry_at);
        tracks.chain(self.wanted.iter().filter_map(|wanted| wanted.retry_at)).min()
    }

    pub(crate) fn context(&self) -> Context {
        Context { me: self.me(), window: self.window }
    }

    pub(crate) fn room_or_new(&mut self, name: &str, out: &mut Outputs) -> (&mut Room, &mut Track) {
        if !self.model.rooms.contains_key(name) {
            out.changed(Change::Rooms);
        }
        let room = self.model.rooms.entry(name.to_owned()).or_insert_with(|| Room::new(name));
        (room, self.tracks.entry(name.to_owned()).or_default())
    }

    /// The server spells a room another way now.
    fn respell(&mut self, from: &str, to: &str) {
        if let (Some(mut room), Some(track)) = (self.model.rooms.remove(from), self.tracks.remove(from)) {
            to.clone_into(&mut room.name);
            to.clone_into(&mut room.title);
            self.model.rooms.insert(to.to_owned(), room);
            self.tracks.insert(to.to_owned(), track);
            self.sends.respell(from, to);
        }
    }
}
