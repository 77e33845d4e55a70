//! The history, as the ledger read it at the end.

use std::collections::{BTreeMap, HashMap};

use partyline_shared::{Epoch, MemberRef, Seq};

use super::{Findings, Record, Rule};

/// What stands under a number.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) from: MemberRef,
    pub(super) text: String,
    /// A journal has it that this was said.
    said: bool,
}

/// All rooms.
#[derive(Debug, Default)]
pub(super) struct Kept {
    epoch: Option<Epoch>,
    rooms: BTreeMap<String, BTreeMap<Seq, Entry>>,
    /// Where a text stands: once, as a rule.
    by_text: HashMap<String, Vec<(String, Seq)>>,
}

impl Kept {
    /// Takes what the ledger wrote; passes over the rest.
    pub(super) fn record(&mut self, record: Record, findings: &mut Findings) {
        match record {
            Record::Kept { room, seq, from, text } => {
                findings.kept += 1;
                let entries = self.rooms.entry(room.clone()).or_default();
                let expected = entries.keys().next_back().map_or(Seq(1), |last| last.next());
                if seq != expected {
                    let evidence = format!("{room} has number {seq} where {expected} belongs");
                    findings.broken(Rule::Numbering, "the history", 0, evidence);
                }
                let places = self.by_text.entry(text.clone()).or_default();
                let by_same = |(room, seq): &&(String, Seq)| {
                    let earlier = self.rooms.get(room).and_then(|entries| entries.get(seq));
                    earlier.is_some_and(|earlier| earlier.from.id == from.id)
                };
                if let Some((other, first)) = places.iter().find(by_same) {
                    let evidence = format!("{text:?} of {} is {other} {first} and {room} {seq}", from.nick);
                    findings.broken(Rule::Doubled, "the history", 0, evidence);
                }
                places.push((room.clone(), seq));
                self.rooms.entry(room).or_default().insert(seq, Entry { from, text, said: false });
            }
            Record::End { epoch } => self.epoch = Some(epoch),
            _ => {}
        }
    }

    /// The ledger came to the end.
    pub(super) fn is_whole(&self) -> bool {
        self.epoch.is_some()
    }

    /// The log that this is the history of.
    pub(super) fn epoch(&self) -> Option<&Epoch> {
        self.epoch.as_ref()
    }

    /// The last number of a room.
    pub(super) fn head(&self, room: &str) -> Seq {
        self.rooms.get(room).and_then(|entries| entries.keys().next_back()).copied().unwrap_or_default()
    }

    /// What stands under a number.
    pub(super) fn get(&self, room: &str, seq: Seq) -> Option<&Entry> {
        self.rooms.get(room)?.get(&seq)
    }

    /// Where in a room a text of somebody stands first.
    pub(super) fn find(&self, room: &str, nick: &str, text: &str) -> Option<Seq> {
        let places = self.by_text.get(text)?.iter().filter(|(other, _)| other == room);
        let by_them = |seq: &Seq| self.get(room, *seq).is_some_and(|entry| entry.from.nick == nick);
        places.map(|(_, seq)| *seq).find(by_them)
    }

    /// Notes that somebody says this.
    pub(super) fn said(&mut self, room: &str, nick: &str, text: &str) {
        for (other, seq) in self.by_text.get(text).into_iter().flatten() {
            let entry = self.rooms.get_mut(other).and_then(|entries| entries.get_mut(seq));
            if let Some(entry) = entry.filter(|entry| other == room && entry.from.nick == nick) {
                entry.said = true;
            }
        }
    }

    /// The first number strictly between two that somebody else than `nick` said.
    pub(super) fn between(&self, room: &str, after: Seq, before: Seq, nick: &str) -> Option<Seq> {
        // A range that ends before it begins is a panic.
        let mut entries = self.rooms.get(room)?.range(after.next()..before.max(after.next()));
        entries.find(|(_, entry)| entry.from.nick != nick).map(|(seq, _)| *seq)
    }

    /// All journals were read.
    pub(super) fn end(&self, findings: &mut Findings) {
        for (room, entries) in &self.rooms {
            for (seq, entry) in entries.iter().filter(|(_, entry)| !entry.said) {
                let evidence = format!("{room} {seq} is {:?} of {}, who never said it", entry.text, entry.from.nick);
                findings.broken(Rule::Unsaid, "the history", 0, evidence);
            }
        }
    }
}
