//! The journal of a client that has numbers and resumes, held against the history.

use std::collections::BTreeMap;

use partyline_shared::{ClientRef, Epoch, MemberRef, Seq};

use super::kept::Kept;
use super::{Findings, Record, Rule};

/// A client, as far as its journal was read.
#[derive(Debug)]
pub(super) struct Witness {
    name: String,
    nick: String,
    epoch: Option<Epoch>,
    rooms: BTreeMap<String, View>,
    /// What was said and not acknowledged. The client bounds it: it says only so much at a time.
    open: BTreeMap<ClientRef, Open>,
}

/// A room, as the client has it.
#[derive(Debug, Default)]
struct View {
    /// The first and the last number before the person's eyes.
    shown: Option<(Seq, Seq)>,
    /// The number that this connection brings next, once the room was entered.
    next: Option<Seq>,
    /// What the room had when this connection entered it.
    head: Seq,
    /// The number of what was last said for the first time and is in the history.
    last_said: Seq,
}

#[derive(Debug)]
struct Open {
    room: String,
    text: String,
    refused: Option<usize>,
}

impl Witness {
    pub(super) fn new(name: &str) -> Self {
        let (nick, epoch, rooms, open) = (String::new(), None, BTreeMap::new(), BTreeMap::new());
        Self { name: name.to_owned(), nick, epoch, rooms, open }
    }

    pub(super) fn record(&mut self, line: usize, record: Record, kept: &mut Kept, findings: &mut Findings) {
        match record {
            Record::Connected { nick, epoch, .. } => {
                findings.connections += 1;
                if epoch.as_ref() != kept.epoch() {
                    let evidence = format!("{epoch:?} is the log, and the history is of {:?}", kept.epoch());
                    findings.broken(Rule::AnotherLog, &self.name, line, evidence);
                }
                if self.epoch != epoch && self.epoch.is_some() {
                    // What it had is of another log.
                    self.rooms.clear();
                }
                (self.nick, self.epoch) = (nick, epoch);
            }
            Record::Joined { room, head, afresh } => {
                let view = self.rooms.entry(room.clone()).or_default();
                (view.next, view.head) = (Some(head.next()), head);
                if afresh && view.shown.take().is_some() {
                    let evidence = format!("{room} starts afresh, and the log is the same");
                    findings.broken(Rule::Afresh, &self.name, line, evidence);
                }
            }
            Record::Said { room, reference: Some(reference), text } => {
                self.said(line, room, reference, text, kept, findings);
            }
            Record::Acknowledged { room, reference, seq } => {
                self.acknowledged(line, &room, &reference, seq, kept, findings);
            }
            Record::Refused { reference, .. } => {
                if let Some(open) = self.open.get_mut(&reference) {
                    open.refused = Some(line);
                }
            }
            Record::Heard { room, seq, from, text } => {
                self.is_kept(line, &room, seq, &from, &text, kept, findings);
                self.passed(line, &room, seq, true, findings);
            }
            Record::Shown { room, seq, from, text, above } => {
                findings.shown += 1;
                findings.read_up += u64::from(above);
                self.is_kept(line, &room, seq, &from, &text, kept, findings);
                self.shown(line, &room, seq, above, findings);
            }
            Record::Disconnected => {
                for view in self.rooms.values_mut() {
                    view.next = None;
                }
            }
            Record::Finished => {
                for (room, view) in &self.rooms {
                    let (last, head) = (view.shown.map_or(Seq(0), |(_, last)| last), kept.head(room));
                    if last < head {
                        let evidence = format!("left {room} having seen {last} of {head}");
                        findings.broken(Rule::Gap, &self.name, line, evidence);
                    }
                }
            }
            _ => {}
        }
    }

    /// The journal is read.
    pub(super) fn end(self, kept: &Kept, findings: &mut Findings) {
        for (reference, Open { room, text, refused }) in &self.open {
            if let (Some(line), Some(seq)) = (refused, kept.find(room, &self.nick, text)) {
                let evidence = format!("{reference:?} {text:?} was refused, and is {room} {seq}");
                findings.broken(Rule::FalseRefusal, &self.name, *line, evidence);
            }
        }
    }

    fn said(
        &mut self,
        line: usize,
        room: String,
        reference: ClientRef,
        text: String,
        kept: &mut Kept,
        findings: &mut Findings,
    ) {
        if let Some(open) = self.open.get_mut(&reference) {
            findings.resent += 1;
            open.refused = None;
            return;
        }
        findings.said += 1;
        kept.said(&room, &self.nick, &text);
        if let Some(seq) = kept.find(&room, &self.nick, &text) {
            let last = &mut self.rooms.entry(room.clone()).or_default().last_said;
            if seq < *last {
                let evidence = format!("{text:?} is {room} {seq}, and what was said before it is {last}");
                findings.broken(Rule::Reordered, &self.name, line, evidence);
            }
            *last = seq.max(*last);
        }
        self.open.insert(reference, Open { room, text, refused: None });
    }

    fn acknowledged(
        &mut self,
        line: usize,
        room: &str,
        reference: &ClientRef,
        seq: Seq,
        kept: &Kept,
        findings: &mut Findings,
    ) {
        findings.acknowledged += 1;
        self.passed(line, room, seq, false, findings);
        if self.rooms.get(room).is_some_and(|view| seq <= view.head) {
            findings.recognised += 1;
        }
        let Some(Open { text, .. }) = self.open.remove(reference) else { return };
        let right = kept.get(room, seq).is_some_and(|entry| entry.text == text && entry.from.nick == self.nick);
        match kept.find(room, &self.nick, &text) {
            _ if right => {}
            None => {
                let evidence = format!("{text:?} was acknowledged as {room} {seq}, and is nowhere");
                findings.broken(Rule::Lost, &self.name, line, evidence);
            }
            Some(other) => {
                let evidence = format!("{text:?} was acknowledged as {room} {seq}, and is {other}");
                findings.broken(Rule::Renumbered, &self.name, line, evidence);
            }
        }
    }

    /// A number came by on the connection. What the room had before the connection may come again as the answer to
    /// what is said again; anything else comes once, and in order.
    fn passed(&mut self, line: usize, room: &str, seq: Seq, live: bool, findings: &mut Findings) {
        let Some(next) = self.rooms.get_mut(room).and_then(|view| view.next.as_mut()) else { return };
        if seq > *next {
            let evidence = format!("{room} {seq} came where {next} belongs");
            findings.broken(Rule::Gap, &self.name, line, evidence);
        } else if seq < *next && live {
            let evidence = format!("{room} {seq} came again, where {next} belongs");
            findings.broken(Rule::Repeated, &self.name, line, evidence);
        }
        *next = seq.next().max(*next);
    }

    fn shown(&mut self, line: usize, room: &str, seq: Seq, above: bool, findings: &mut Findings) {
        let view = self.rooms.entry(room.to_owned()).or_default();
        let (first, last) = view.shown.unwrap_or(if above { (seq.next(), seq) } else { (seq, Seq(seq.0 - 1)) });
        let (wanted, skipped) =
            if above { (Seq(first.0 - 1), seq < Seq(first.0 - 1)) } else { (last.next(), seq > last.next()) };
        if seq != wanted {
            let (rule, how) = if skipped { (Rule::Gap, "missing") } else { (Rule::Repeated, "shown already") };
            let evidence = format!("{room} shows {seq} where {wanted} belongs: something is {how}");
            findings.broken(rule, &self.name, line, evidence);
        }
        view.shown = Some((first.min(seq), last.max(seq)));
    }

    #[expect(clippy::too_many_arguments, reason = "a message, and what it is held against")]
    fn is_kept(
        &self,
        line: usize,
        room: &str,
        seq: Seq,
        from: &MemberRef,
        text: &str,
        kept: &Kept,
        findings: &mut Findings,
    ) {
        match kept.get(room, seq) {
            Some(entry) if entry.from == *from && entry.text == text => {}
            Some(entry) => {
                let evidence = format!(
                    "{room} {seq} was {text:?} of {}, and is {:?} of {}",
                    from.nick, entry.text, entry.from.nick
                );
                findings.broken(Rule::Differs, &self.name, line, evidence);
            }
            None => {
                let evidence = format!("{room} {seq} was {text:?} of {}, and is no more", from.nick);
                findings.broken(Rule::Gone, &self.name, line, evidence);
            }
        }
    }
}
