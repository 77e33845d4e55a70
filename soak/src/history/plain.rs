//! The journal of a client that speaks plain text, held against the history: it has no numbers, but what it is shown
//! stands somewhere.

use std::collections::BTreeMap;

use partyline_shared::Seq;

use super::kept::Kept;
use super::{Findings, Record, Rule};

/// A client, as far as its journal was read.
#[derive(Debug)]
pub(super) struct PlainWitness {
    name: String,
    nick: String,
    /// The number of the last line on this connection, for each room.
    last: BTreeMap<String, Seq>,
    /// The number of what was last said and is in the history, for each room.
    last_said: BTreeMap<String, Seq>,
    /// What was last said: the receipt is for that.
    said: Option<(String, String)>,
}

impl PlainWitness {
    pub(super) fn new(name: &str) -> Self {
        let (last, last_said) = (BTreeMap::new(), BTreeMap::new());
        Self { name: name.to_owned(), nick: String::new(), last, last_said, said: None }
    }

    pub(super) fn record(&mut self, line: usize, record: Record, kept: &mut Kept, findings: &mut Findings) {
        match record {
            Record::Connected { nick, .. } => {
                findings.connections += 1;
                self.nick = nick;
            }
            Record::Said { room, text, .. } => {
                findings.said += 1;
                kept.said(&room, &self.nick, &text);
                if let Some(seq) = kept.find(&room, &self.nick, &text) {
                    let last = self.last_said.entry(room.clone()).or_default();
                    if seq < *last {
                        let evidence = format!("{text:?} is {room} {seq}, and what was said before it is {last}");
                        findings.broken(Rule::Reordered, &self.name, line, evidence);
                    }
                    *last = seq.max(*last);
                }
                self.said = Some((room, text));
            }
            Record::Receipt { text } => {
                findings.acknowledged += 1;
                let room = self.said.take().filter(|(_, said)| *said == text).map(|(room, _)| room);
                if room.is_none_or(|room| kept.find(&room, &self.nick, &text).is_none()) {
                    let evidence = format!("there is a receipt for {text:?}, which is nowhere");
                    findings.broken(Rule::Lost, &self.name, line, evidence);
                }
            }
            Record::Line { room, nick, text } => self.shown(line, &room, &nick, &text, kept, findings),
            Record::Disconnected => self.last.clear(),
            _ => {}
        }
    }

    fn shown(&mut self, line: usize, room: &str, nick: &str, text: &str, kept: &Kept, findings: &mut Findings) {
        findings.shown += 1;
        let Some(seq) = kept.find(room, nick, text) else {
            let evidence = format!("{room} showed {text:?} of {nick}, which is nowhere");
            return findings.broken(Rule::Gone, &self.name, line, evidence);
        };
        if let Some(last) = self.last.get(room) {
            // Its own lines aren't echoed.
            let missed = kept.between(room, *last, seq, &self.nick);
            if let Some(missed) = missed {
                let evidence = format!("{room} {seq} came after {last}, without {missed}");
                findings.broken(Rule::Gap, &self.name, line, evidence);
            } else if seq <= *last {
                let evidence = format!("{room} {seq} came after {last}");
                findings.broken(Rule::Repeated, &self.name, line, evidence);
            }
        }
        let last = self.last.entry(room.to_owned()).or_default();
        *last = seq.max(*last);
    }
}
