//! Up to where each member has read: told to its other sessions at once, and to the log now and then.
//!
//! A member's marks come from the log when it comes back, before it enters its rooms again: `joined` says them. What
//! changes goes to the log together, [`crate::Settings::marks_every_ms`] after the first change, when the member's last
//! session goes, and when the hub stops. A crash takes what is younger. Nothing depends on a mark but where the line
//! "new" is drawn, so nobody waits for the log to have it.

use partyline_shared::{Event, MemberId, ResumePoint, Seq, Target, Timestamp};

use crate::reading::PendingRead;
use crate::{Effect, Hub, Query, RoomId, SessionId, Stream};

/// Streams of which a member's mark is kept in mind. Of more, the one that was read longest ago goes.
const MOST: usize = 200;

/// What one member has read.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    /// By the stream's key, and whether the log knows. The one that was read last is the last.
    kept: Vec<(String, Seq, bool)>,
    /// When the log is to know.
    due: Option<Timestamp>,
}

impl Marks {
    fn get(&self, key: &str) -> Option<Seq> {
        self.kept.iter().find(|(known, ..)| known == key).map(|&(_, seq, _)| seq)
    }

    /// Takes a mark; `false` where a higher one is known.
    fn raise(&mut self, key: String, seq: Seq, written: bool) -> bool {
        if let Some(at) = self.kept.iter().position(|(known, ..)| *known == key) {
            if seq <= self.kept[at].1 {
                return false;
            }
            self.kept.remove(at);
        } else if self.kept.len() >= MOST {
            self.kept.remove(0);
        }
        self.kept.push((key, seq, written));
        true
    }
}

impl Hub {
    /// A session says up to where its member has read.
    pub(crate) fn read_up_to(&mut self, session: SessionId, member: MemberId, room: &str, seq: Seq, now: Timestamp) {
        // Not answered, so not refused either.
        let (key, id, seq) = match Target::new(room, &self.settings.limits) {
            Ok(Target::Room(name)) => {
                let id = self.room_called(session, &name);
                let Some((id, room)) = id.and_then(|id| Some((id, self.rooms.get(id)?))) else { return };
                (name.key(), Some(id), seq.min(room.head))
            }
            Ok(Target::Member(peer)) if peer != member => (Stream::private(member, peer).key(), None, seq),
            Ok(Target::Member(_)) | Err(_) => return,
        };
        let Some(known) = self.members.get_mut(member) else { return };
        let marks = known.marks.get_or_insert_default();
        if seq == Seq(0) || !marks.raise(key, seq, false) {
            return;
        }
        if marks.due.is_none() {
            let due = now.after(self.settings.marks_every_ms);
            marks.due = Some(due);
            self.marks_due.insert((due, member));
        }
        let name = id.and_then(|id| self.rooms.get(id)).map_or_else(|| room.to_owned(), |room| room.name.to_string());
        let others: Vec<_> = known.sessions.iter().filter(|&other| other != session).collect();
        for other in others {
            if id.is_none_or(|id| self.sessions.get(other).is_some_and(|other| other.rooms.contains(id))) {
                self.send(other, Event::Read { room: name.clone(), seq });
            }
        }
    }

    /// Up to where a member has read in a room, if that is known.
    pub(crate) fn read_in_room(&self, member: MemberId, id: RoomId) -> Option<Seq> {
        let marks = self.members.get(member)?.marks.as_ref()?;
        let room = self.rooms.get(id)?;
        // A log that was put back to an earlier state may have fewer messages than were read.
        marks.get(&room.name.key()).map(|seq| seq.min(room.head))
    }

    /// The same in the private conversation with another member.
    pub(crate) fn read_with(&self, member: MemberId, peer: MemberId) -> Option<Seq> {
        self.members.get(member)?.marks.as_ref()?.get(&Stream::private(member, peer).key())
    }

    /// Asks the log what a member that came back has read. What it resumes waits for that.
    pub(crate) fn fetch_marks(&mut self, session: SessionId, member: MemberId, resume: Vec<ResumePoint>) {
        let Some(reader) = self.sessions.get_mut(session) else { return };
        reader.reads += 1;
        reader.awaits_marks = true;
        let read = self.next_read();
        self.reads.insert(read, PendingRead::Marks { session, member, resume });
        self.effects.push(Effect::Read { read, query: Query::Marks { member, limit: MOST } });
    }

    /// The log has said what a member has read; `None` where it couldn't.
    pub(crate) fn fetched_marks(&mut self, member: MemberId, marks: Option<Vec<(String, Seq)>>) {
        let (Some(known), Some(marks)) = (self.members.get_mut(member), marks) else { return };
        known.marks_known = true;
        for (key, seq) in marks {
            known.marks.get_or_insert_default().raise(key, seq, true);
        }
    }

    /// Tells the log what is due.
    pub(crate) fn write_due_marks(&mut self, now: Timestamp) {
        while let Some(&(due, member)) = self.marks_due.first()
            && due <= now
        {
            self.write_marks(member);
        }
    }

    /// Tells the log all that it doesn't know.
    pub(crate) fn write_all_marks(&mut self) {
        while let Some(&(_, member)) = self.marks_due.first() {
            self.write_marks(member);
        }
    }

    /// Tells the log what of one member it doesn't know.
    pub(crate) fn write_marks(&mut self, member: MemberId) {
        let Some(marks) = self.members.get_mut(member).and_then(|known| known.marks.as_mut()) else {
            // Whoever is forgotten was written before; nothing is due for nobody.
            self.marks_due.retain(|&(_, due)| due != member);
            return;
        };
        let Some(due) = marks.due.take() else { return };
        let mut unwritten = Vec::new();
        for (key, seq, written) in &mut marks.kept {
            if !std::mem::replace(written, true) {
                unwritten.push((key.clone(), *seq));
            }
        }
        self.marks_due.remove(&(due, member));
        self.effects.push(Effect::Mark { member, marks: unwritten });
    }
}
