//! Asking: what was said, who is there, which rooms there are.

use std::collections::BTreeMap;

use partyline_shared::{
    Code, Conversation, Event, History, HistoryPage, MemberId, Refused, ResumePoint, RoomName, RoomSummary, Target,
    Timestamp,
};

use crate::joining::{bad_room, log_refusal};
use crate::{Effect, Hub, LogError, Outcome, Page, Query, ReadId, RoomId, SessionId, Stream, joining, rooms};

/// Rooms that a list names.
const LISTED: usize = 200;

/// Something that was asked of the log.
#[derive(Debug)]
pub(crate) enum PendingRead {
    /// A room's last messages, for those who wait to enter.
    Room(RoomId),
    /// A page for a session, under the name it asked by.
    History { session: SessionId, room: String },
    /// The list of rooms for a session.
    Rooms { session: SessionId },
    /// The private conversations of the member whose session this is.
    Conversations { session: SessionId },
    /// What a member that came back has read, before it resumes.
    Marks { session: SessionId, member: MemberId, resume: Vec<ResumePoint> },
}

impl Hub {
    pub(crate) fn history(&mut self, session: SessionId, member: MemberId, history: &History) {
        let max = self.settings.limits.page;
        let limit = match history.limit.map(usize::try_from) {
            None => max,
            Some(Ok(limit)) if (1..=max).contains(&limit) => limit,
            Some(_) => {
                let refused = Refused::new(Code::BadField, format!("limit must be 1 to {max}"));
                return self.refuse(session, refused.room(&history.room));
            }
        };
        if history.before.is_some() && history.after.is_some() {
            let refused = Refused::new(Code::BadField, "give before or after, not both");
            return self.refuse(session, refused.room(&history.room));
        }
        let target = match Target::new(&history.room, &self.settings.limits) {
            Ok(target) => target,
            Err(error) => return self.refuse(session, bad_room(&history.room, &error)),
        };
        let room = match &target {
            Target::Room(name) => self.spelling(name),
            Target::Member(_) => target.to_string(),
        };
        let stream = match target {
            Target::Room(name) => Stream::Room(name),
            Target::Member(peer) => Stream::private(member, peer),
        };
        let query = Query::Page { stream, before: history.before, after: history.after, limit };
        self.read(session, query, Some(&history.room), PendingRead::History { session, room });
    }

    pub(crate) fn who(&mut self, session: SessionId, name: &str, now: Timestamp) {
        match RoomName::new(name, &self.settings.limits) {
            Err(error) => self.refuse(session, bad_room(name, &error)),
            Ok(name) => {
                let (count, members) = match self.rooms.find(&name.key()) {
                    Some(id) => {
                        if self.sessions.get(session).is_some_and(|session| session.rooms.contains(id)) {
                            // It isn't told afterwards what it is shown.
                            self.catch_up(id, now);
                        }
                        self.list_members(id, joining::LISTED)
                    }
                    None => (0, Vec::new()),
                };
                let room = self.spelling(&name);
                self.send(session, Event::Members { room, count, members });
            }
        }
    }

    pub(crate) fn list_rooms(&mut self, session: SessionId) {
        self.read(session, Query::Rooms { limit: LISTED }, None, PendingRead::Rooms { session });
    }

    /// The log answered a read.
    pub(crate) fn was_read(&mut self, read: ReadId, outcome: Result<Outcome, LogError>, now: Timestamp) {
        let Some(pending) = self.reads.remove(&read) else { return };
        let reader = match pending {
            PendingRead::Room(_) => None,
            PendingRead::History { session, .. }
            | PendingRead::Rooms { session }
            | PendingRead::Conversations { session }
            | PendingRead::Marks { session, .. } => Some(session),
        };
        if let Some(session) = reader.and_then(|session| self.sessions.get_mut(session)) {
            session.reads -= 1;
        }
        match (pending, outcome) {
            (PendingRead::Room(room), outcome) => {
                let page = outcome.map(|outcome| match outcome {
                    Outcome::Page(page) => page,
                    Outcome::Rooms(_) | Outcome::Conversations(_) | Outcome::Marks(_) => Page::default(),
                });
                self.loaded(room, page, now);
            }
            (PendingRead::History { session, room }, Ok(Outcome::Page(page))) => {
                self.send_page(session, room, page);
            }
            (PendingRead::Rooms { session }, Ok(Outcome::Rooms(heads))) => {
                self.send_rooms(session, heads);
            }
            (PendingRead::Conversations { session }, Ok(Outcome::Conversations(heads))) => {
                let me = self.sessions.member(session);
                let conversation = |head: crate::ConversationHead| {
                    let nick = self.members.reference(head.with.id).map_or(head.with.nick, |member| member.nick);
                    let peer = head.with.id;
                    let read = me.and_then(|me| self.read_with(me, peer)).map(|read| read.min(head.head));
                    Conversation { room: format!("@{peer}"), nick, head: head.head, read }
                };
                let conversations: Vec<_> = heads.into_iter().map(conversation).collect();
                if !conversations.is_empty() && self.sessions.get(session).is_some() {
                    self.send(session, Event::Conversations { conversations });
                }
            }
            (PendingRead::Marks { session, member, resume }, outcome) => {
                // Where they can't be had, the rooms can still be entered.
                let marks = outcome.ok().and_then(|outcome| match outcome {
                    Outcome::Marks(marks) => Some(marks),
                    _ => None,
                });
                self.fetched_marks(member, marks);
                if let Some(reader) = self.sessions.get_mut(session) {
                    reader.awaits_marks = false;
                    self.resume(session, member, resume, now);
                    self.ask_for_conversations(session, member);
                }
            }
            (PendingRead::History { session, room }, Err(error)) => {
                self.refuse(session, log_refusal(error).room(room));
            }
            (PendingRead::Rooms { session } | PendingRead::Conversations { session }, Err(error)) => {
                self.refuse(session, log_refusal(error));
            }
            // The log answers a query with what belongs to it.
            (_, Ok(_)) => {}
        }
        if let Some(session) = reader {
            self.answered(session, now);
        }
    }

    fn read(&mut self, session: SessionId, query: Query, room: Option<&str>, pending: PendingRead) {
        let allowed = self.settings.reads_per_session;
        let Some(reader) = self.sessions.get_mut(session) else { return };
        if reader.reads >= allowed {
            let text = format!("{allowed} of your requests are still being answered: wait for them");
            let refused = Refused::new(Code::Busy, text).retry_after(500);
            return self.refuse(session, room.into_iter().fold(refused, Refused::room));
        }
        reader.reads += 1;
        let read = self.next_read();
        self.reads.insert(read, pending);
        self.effects.push(Effect::Read { read, query });
    }

    fn send_page(&mut self, session: SessionId, room: String, page: Page) {
        if self.sessions.get(session).is_none() {
            return;
        }
        let Page { entries, head, more, name } = page;
        let room = name.unwrap_or(room);
        let messages = entries.into_iter().map(|entry| rooms::message(&room, entry)).collect();
        self.send(session, Event::History(HistoryPage { room, messages, head, more }));
    }

    fn send_rooms(&mut self, session: SessionId, heads: Vec<crate::RoomHead>) {
        if self.sessions.get(session).is_none() {
            return;
        }
        // Those with somebody in them first, the fullest at the top; then the log's, the latest at the top.
        let mut present: BTreeMap<&String, RoomSummary> = BTreeMap::new();
        for (key, room) in self.rooms.iter().filter(|(_, room)| !room.members.is_empty()) {
            let summary = RoomSummary { room: room.name.to_string(), count: room.members.len(), head: room.head };
            present.insert(key, summary);
        }
        let quiet: Vec<_> = heads.into_iter().filter(|head| !present.contains_key(&head.key)).collect();
        let mut list: Vec<_> = present.into_values().collect();
        list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.room.cmp(&b.room)));
        list.extend(quiet.into_iter().map(|head| RoomSummary { room: head.name, count: 0, head: head.head }));
        list.truncate(LISTED);
        self.send(session, Event::Rooms { rooms: list });
    }

    /// A room's name as it is spelt by whoever is in it, or as it was asked for.
    fn spelling(&self, name: &RoomName) -> String {
        let id = self.rooms.find(&name.key());
        id.and_then(|id| self.rooms.get(id)).map_or_else(|| name.to_string(), |room| room.name.to_string())
    }
}
