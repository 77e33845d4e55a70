//! What one said that has no number yet.
//!
//! At most one message of a room is under way: the next one leaves when it was answered. So a refusal for now (rate
//! limit, log) can't let a later message overtake, whatever the server does with it. The price is one round trip
//! for each message, which the server's rate limit asks for anyhow.

use std::collections::{BTreeMap, VecDeque};

use partyline_shared::light;
use partyline_shared::{ClientRef, Command, InvalidText, Kind, Message, Refused, Say, Sent, Seq, Timestamp};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::{Change, Connection, Room, Saying};

/// Something that one said, on its way to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The name of the attempt: sent again under it, it stays one message.
    pub reference: ClientRef,
    /// What, as it will be shown.
    pub text: String,
    /// Done rather than said.
    pub action: bool,
    /// When it was said.
    pub at: Timestamp,
    /// How far it got.
    pub state: PendingState,
}

/// How far a pending message got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PendingState {
    /// Not sent on this connection yet.
    Queued,
    /// Sent, not answered.
    Sent,
    /// Refused for now (rate limit, log): sent again at this time.
    RetryAt(Timestamp),
    /// Refused for good; why.
    Failed(Saying),
}

/// Most messages that wait in one room.
pub(crate) const MOST_PENDING: usize = 200;
/// Most messages that are under way over all rooms.
const MOST_IN_FLIGHT: usize = 4;
/// A refusal that says "at once" would be a tight loop.
const LEAST_RETRY_MS: u64 = 100;

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// A room or conversation; the [`Pending`] is in it.
    Room(String),
    /// Somebody by nick; the [`Pending`] is in [`Sends::tells`].
    Nick,
}

/// All that is on its way, in the order it was said.
#[derive(Debug)]
pub(crate) struct Sends {
    order: VecDeque<(ClientRef, Place)>,
    /// What is told by nick: there is no conversation to show it in before the server knows whom with.
    tells: Vec<(String, Pending)>,
    /// What is kept for the next run is no longer so.
    pub(crate) changed: bool,
    /// Refused for now: nothing is sent before this.
    hold_until: Option<Timestamp>,
    prefix: u64,
    count: u64,
}

impl Sends {
    /// Nothing yet; names of attempts start with these random bits.
    pub(crate) fn new(prefix: u64) -> Self {
        Self { order: VecDeque::new(), tells: Vec::new(), changed: false, hold_until: None, prefix, count: 0 }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// What is told by nick, to whom.
    pub(crate) fn tells(&self) -> impl Iterator<Item = &(String, Pending)> {
        self.tells.iter()
    }

    /// A message of a room is to be sent.
    pub(crate) fn queue(&mut self, reference: ClientRef, room: &str) {
        self.order.push_back((reference, Place::Room(room.to_owned())));
        self.changed = true;
    }

    /// A message is to be told by nick. There is no room for more than [`MOST_PENDING`].
    pub(crate) fn queue_tell(&mut self, to: String, pending: Pending) {
        if self.tells.len() < MOST_PENDING {
            self.order.push_back((pending.reference.clone(), Place::Nick));
            self.tells.push((to, pending));
            self.changed = true;
        }
    }

    fn remove_tell(&mut self, reference: &ClientRef) -> Option<(String, Pending)> {
        let at = self.tells.iter().position(|(_, pending)| pending.reference == *reference)?;
        Some(self.tells.remove(at))
    }

    /// A room was left, or can't be entered.
    pub(crate) fn forget_room(&mut self, room: &str) {
        self.changed = true;
        self.order.retain(|(_, place)| !matches!(place, Place::Room(name) if name == room));
    }

    /// A room is spelt another way.
    pub(crate) fn respell(&mut self, from: &str, to: &str) {
        self.changed |= !self.order.is_empty();
        for (_, place) in &mut self.order {
            if matches!(place, Place::Room(name) if name == from) {
                *place = Place::Room(to.to_owned());
            }
        }
    }

    fn new_reference(&mut self) -> Option<ClientRef> {
        self.count += 1;
        format!("{:016x}-{}", self.prefix, self.count).try_into().ok()
    }

    /// A message that is on its way, wherever it is kept.
    fn find<'a>(
        &'a mut self,
        rooms: &'a mut BTreeMap<String, Room>,
        reference: &ClientRef,
        place: &Place,
    ) -> Option<&'a mut Pending> {
        match place {
            Place::Nick => self.tells.iter_mut().map(|(_, pending)| pending).find(|p| p.reference == *reference),
            Place::Room(room) => rooms.get_mut(room)?.pending.iter_mut().find(|p| p.reference == *reference),
        }
    }

    fn remove(&mut self, rooms: &mut BTreeMap<String, Room>, reference: &ClientRef) -> Option<(Place, Pending)> {
        let at = self.order.iter().position(|(known, _)| known == reference)?;
        let (_, place) = self.order.remove(at)?;
        self.changed = true;
        let pending = match &place {
            Place::Nick => self.remove_tell(reference)?.1,
            Place::Room(room) => {
                let waiting = &mut rooms.get_mut(room)?.pending;
                waiting.remove(waiting.iter().position(|p| p.reference == *reference)?)
            }
        };
        Some((place, pending))
    }
}

impl Engine {
    /// Something is said in a room.
    pub(crate) fn say(&mut self, name: &str, text: &str, action: bool, now: Timestamp, out: &mut Outputs) {
        let Some(name) = self.find_room(name).or_else(|| self.find_wanted(name, out)) else {
            out.error(None, if name.is_empty() { Saying::Nowhere } else { Saying::NotThere });
            return;
        };
        let max = self.model.limits.message_chars;
        let Some(room) = self.model.rooms.get_mut(&name) else { return };
        if room.pending.len() >= MOST_PENDING {
            out.error(Some(&name), Saying::TooManyWait(MOST_PENDING));
            return;
        }
        let Some(text) = light::message(text) else {
            out.error(Some(&name), Saying::NotAText(InvalidText::Empty));
            return;
        };
        // Kept where it can be seen and copied: it may have been work to write.
        let failed = |wrong| PendingState::Failed(Saying::NotAText(wrong));
        let state = too_long(&text, max).map_or(PendingState::Queued, failed);
        let Some(reference) = self.sends.new_reference() else { return };
        if state == PendingState::Queued {
            self.sends.queue(reference.clone(), &name);
        }
        self.sends.changed = true;
        room.pending.push(Pending { reference, text, action, at: now, state });
        self.told.forget(&name);
        out.changed(Change::Timeline(name));
    }

    /// Something is said to somebody by nick.
    pub(crate) fn tell(&mut self, to: String, text: &str, now: Timestamp, out: &mut Outputs) {
        if self.sends.tells.len() >= MOST_PENDING {
            out.error(None, Saying::TooManyWait(MOST_PENDING));
            return;
        }
        let checked = light::message(text).ok_or(InvalidText::Empty);
        let max = self.model.limits.message_chars;
        match checked.and_then(|text| too_long(&text, max).map_or(Ok(text), Err)) {
            Ok(text) => {
                let Some(reference) = self.sends.new_reference() else { return };
                let state = PendingState::Queued;
                self.sends.queue_tell(to, Pending { reference, text, action: false, at: now, state });
            }
            Err(wrong) => out.error(None, Saying::NotAText(wrong)),
        }
    }

    /// A failed message is tried once more.
    pub(crate) fn retry(&mut self, name: &str, reference: &ClientRef, out: &mut Outputs) {
        let Some(room) = self.model.rooms.get_mut(name) else { return };
        let failed = |p: &Pending| p.reference == *reference && matches!(p.state, PendingState::Failed(_));
        let Some(at) = room.pending.iter().position(failed) else { return };
        // What is too long stays so, unless the server allows more now.
        if let Some(wrong) = too_long(&room.pending[at].text, self.model.limits.message_chars) {
            out.error(Some(name), Saying::NotAText(wrong));
            return;
        }
        let mut pending = room.pending.remove(at);
        pending.state = PendingState::Queued;
        room.pending.push(pending);
        self.sends.queue(reference.clone(), name);
        out.changed(Change::Timeline(name.to_owned()));
    }

    /// A message is given up. One that is under way can't be: it may be in the log already.
    pub(crate) fn discard(&mut self, name: &str, reference: &ClientRef, out: &mut Outputs) {
        let Some(room) = self.model.rooms.get_mut(name) else { return };
        let before = room.pending.len();
        room.pending.retain(|p| p.reference != *reference || p.state == PendingState::Sent);
        if room.pending.len() != before {
            self.sends.order.retain(|(known, _)| known != reference);
            self.sends.changed = true;
            out.changed(Change::Timeline(name.to_owned()));
        }
    }

    /// Sends what may be sent now.
    pub(crate) fn flush(&mut self, now: Timestamp, out: &mut Outputs) {
        if self.model.connection != Connection::Online || self.sends.hold_until.is_some_and(|until| until > now) {
            return;
        }
        self.sends.hold_until = None;
        let order = std::mem::take(&mut self.sends.order);
        let mut in_flight: Vec<&Place> = Vec::with_capacity(MOST_IN_FLIGHT);
        for (reference, place) in &order {
            if self.sends.find(&mut self.model.rooms, reference, place).is_some_and(|p| p.state == PendingState::Sent) {
                in_flight.push(place);
            }
        }
        for (reference, place) in &order {
            if in_flight.len() >= MOST_IN_FLIGHT {
                break;
            }
            let open = match place {
                Place::Room(name) => self.model.rooms.get(name).is_some_and(Room::is_open),
                Place::Nick => true,
            };
            if !open || in_flight.contains(&place) {
                continue;
            }
            in_flight.push(place);
            let Some(pending) = self.sends.find(&mut self.model.rooms, reference, place) else { continue };
            pending.state = PendingState::Sent;
            let (text, action, named) = (pending.text.clone(), pending.action, Some(reference.clone()));
            match place {
                Place::Room(room) => {
                    out.changed(Change::Timeline(room.clone()));
                    out.transmit(Command::Say(Say { room: room.clone(), text, reference: named, action }));
                }
                Place::Nick => {
                    let is_it = |(_, pending): &&(String, Pending)| pending.reference == *reference;
                    let to = self.sends.tells.iter().find(is_it).map(|(to, _)| to.clone()).unwrap_or_default();
                    out.transmit(Command::Tell { to, text, reference: named });
                }
            }
        }
        self.sends.order = order;
    }

    /// The server gave a message its number.
    pub(crate) fn sent(&mut self, sent: Sent, out: &mut Outputs) {
        let found = sent.reference.as_ref().and_then(|reference| self.sends.remove(&mut self.model.rooms, reference));
        if let Some(to) = &sent.to {
            let known = self.model.rooms.contains_key(&sent.room);
            let (room, _) = self.conversation(&sent.room, &to.nick, out);
            if !known {
                // What was said before isn't news.
                room.read = Seq(sent.seq.0.saturating_sub(1));
            }
        }
        let Some(room) = self.model.rooms.get_mut(&sent.room) else { return };
        // Even where it isn't known what was said (given up meanwhile), it is known that something has this number.
        room.head = room.head.max(sent.seq);
        if let (Some((place, pending)), Some(from)) = (found, self.model.me.clone()) {
            if let Place::Room(name) = place {
                out.changed(Change::Timeline(name));
            }
            let kind = if pending.action { Kind::Action } else { Kind::Text };
            let Sent { room, seq, at, to, text, .. } = sent;
            let text = text.unwrap_or(pending.text);
            let message = Message { room: room.clone(), seq, at, from, to, kind, text, via: self.via };
            self.messages(&room, vec![message], out);
        }
    }

    /// The server refused a message.
    pub(crate) fn send_refused(&mut self, refused: Refused, now: Timestamp, out: &mut Outputs) {
        let Some(reference) = &refused.reference else { return };
        let Some((_, place)) = self.sends.order.iter().find(|(known, _)| known == reference).cloned() else {
            // Given up meanwhile.
            out.error(refused.room.clone().as_deref(), Saying::Refused(refused));
            return;
        };
        if let Some(millis) = refused.retry_after_ms {
            let at = now.after(millis.max(LEAST_RETRY_MS));
            self.sends.hold_until = self.sends.hold_until.max(Some(at));
            if let Some(pending) = self.sends.find(&mut self.model.rooms, reference, &place) {
                pending.state = PendingState::RetryAt(at);
            }
        } else if let Some(pending) = self.sends.find(&mut self.model.rooms, reference, &place) {
            pending.state = PendingState::Failed(Saying::Refused(refused.clone()));
            self.sends.order.retain(|(known, _)| known != reference);
            self.sends.changed = true;
            if let Some((nick, _)) = self.sends.remove_tell(reference) {
                out.error(None, Saying::NotSentTo { nick, why: refused.clone() });
            }
        }
        if let Place::Room(name) = place {
            out.changed(Change::Timeline(name));
        }
    }

    /// The connection is gone: what was under way is sent again, under the same name.
    pub(crate) fn requeue(&mut self, out: &mut Outputs) {
        let pendings = self.sends.tells.iter_mut().map(|(_, pending)| pending);
        let pendings = pendings.chain(self.model.rooms.values_mut().flat_map(|room| &mut room.pending));
        for pending in pendings.filter(|pending| pending.state == PendingState::Sent) {
            pending.state = PendingState::Queued;
        }
        for (_, place) in &self.sends.order {
            if let Place::Room(name) = place {
                out.changed(Change::Timeline(name.clone()));
            }
        }
    }

    /// When the next message may be sent, if it has to wait.
    pub(crate) fn sends_deadline(&self) -> Option<Timestamp> {
        self.sends.hold_until.filter(|_| !self.sends.order.is_empty())
    }
}

/// A text of more characters than the server allows. It may count fewer, where it takes some out.
fn too_long(text: &str, max: usize) -> Option<InvalidText> {
    let len = text.chars().count();
    (len > max).then_some(InvalidText::TooLong { len, max })
}
