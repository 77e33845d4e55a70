//! One transaction of appends.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use partyline_hub::{Committed, NewEntry, Stream};
use partyline_shared::{MemberId, MemberRef, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, Transaction, params};

use super::rows::{integer, kind_name, number, via_name};
use super::transaction::immediate;

/// The name and the members of a stream that exists stay as they are: a room keeps its first spelling. The last
/// nicks are those of now, where somebody wrote.
const SAVE_STREAM: &str = "
INSERT INTO stream (id, key, name, low, high, low_nick, high_nick, head, at, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (id) DO UPDATE SET low_nick = excluded.low_nick, high_nick = excluded.high_nick,
    head = excluded.head, at = excluded.at, bytes = excluded.bytes";

const INSERT: &str = "
INSERT INTO entry (stream, seq, at, author, nick, to_id, to_nick, kind, text, via, ref)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (author, stream, ref) WHERE ref IS NOT NULL DO NOTHING";

const FIRST: &str = "SELECT seq, at FROM entry WHERE author = ?1 AND stream = ?2 AND ref = ?3";

/// Numbers and writes the entries, and returns once they are committed. On an error none of them is in the log.
pub(super) fn append_all<'a>(
    connection: &mut Connection,
    entries: impl Iterator<Item = &'a NewEntry>,
    at: Timestamp,
) -> Result<Vec<Committed>> {
    let transaction = immediate(connection)?;
    let committed = write_all(&transaction, entries, at)?;
    transaction.commit()?;
    Ok(committed)
}

/// Numbers and writes the entries. Nobody may be told before the transaction is committed.
pub(super) fn write_all<'a>(
    transaction: &Transaction<'_>,
    entries: impl Iterator<Item = &'a NewEntry>,
    at: Timestamp,
) -> Result<Vec<Committed>> {
    let mut batch = Batch { transaction, at, streams: HashMap::new(), highest_id: None };
    let committed = entries.map(|entry| batch.append(entry)).collect::<Result<_>>()?;
    batch.save_streams()?;
    Ok(committed)
}

struct Batch<'t, 'e> {
    transaction: &'t Transaction<'t>,
    at: Timestamp,
    /// The streams that the batch touches, by key: read once, written once, however many entries they get.
    streams: HashMap<String, Grown<'e>>,
    /// The highest id of a stream, once a new one was needed.
    highest_id: Option<i64>,
}

/// A stream, as the batch will leave it.
struct Grown<'e> {
    id: i64,
    stream: &'e Stream,
    head: Seq,
    /// The length of all its texts.
    bytes: u64,
    nicks: [Option<String>; 2],
    /// Something was written: all there was may have been duplicates.
    changed: bool,
}

impl<'e> Batch<'_, 'e> {
    fn append(&mut self, entry: &'e NewEntry) -> Result<Committed> {
        let NewEntry { stream, from, to, kind, text, via, reference } = entry;
        let (transaction, at) = (self.transaction, self.at);
        let reference = reference.as_ref().map(partyline_shared::ClientRef::as_str);
        #[cfg(feature = "test-build")]
        let reference = reference.filter(|_| crate::faults::fault() != Some(crate::faults::Fault::NoDedup));
        let grown = self.stream(stream)?;
        let seq = grown.head.next();
        let inserted = transaction.prepare_cached(INSERT)?.execute(params![
            grown.id,
            integer(seq.0),
            integer(at.0),
            from.id.0,
            from.nick,
            to.as_ref().map(|to| to.id.0),
            to.as_ref().map(|to| &to.nick),
            kind_name(*kind),
            text,
            via_name(*via),
            reference,
        ])?;
        if inserted == 0 {
            return transaction.prepare_cached(FIRST)?.query_row(params![from.id.0, grown.id, reference], |row| {
                let (seq, at) = (Seq(number(row.get(0)?)), Timestamp(number(row.get(1)?)));
                Ok(Committed { seq, at, duplicate: true })
            });
        }
        grown.head = seq;
        grown.bytes += text.len() as u64;
        grown.changed = true;
        grown.called(from);
        if let Some(to) = to {
            grown.called(to);
        }
        Ok(Committed { seq, at, duplicate: false })
    }

    fn stream(&mut self, stream: &'e Stream) -> Result<&mut Grown<'e>> {
        match self.streams.entry(stream.key()) {
            Slot::Occupied(slot) => Ok(slot.into_mut()),
            Slot::Vacant(slot) => {
                let found = find(self.transaction, slot.key(), stream)?;
                let grown = if let Some(grown) = found {
                    grown
                } else {
                    let highest = match self.highest_id {
                        Some(id) => id,
                        None => highest_id(self.transaction)?,
                    };
                    let id = *self.highest_id.insert(highest + 1);
                    Grown { id, stream, head: Seq(0), bytes: 0, nicks: [None, None], changed: false }
                };
                Ok(slot.insert(grown))
            }
        }
    }

    fn save_streams(&self) -> Result<()> {
        let mut save = self.transaction.prepare_cached(SAVE_STREAM)?;
        for (key, Grown { id, stream, head, bytes, nicks: [low_nick, high_nick], .. }) in
            self.streams.iter().filter(|(_, grown)| grown.changed)
        {
            let (name, low, high) = match stream {
                Stream::Room(name) => (Some(name.as_str()), None, None),
                Stream::Private { low, high } => (None, Some(low.0), Some(high.0)),
            };
            let (head, at, bytes) = (integer(head.0), integer(self.at.0), integer(*bytes));
            save.execute(params![id, key, name, low, high, low_nick, high_nick, head, at, bytes])?;
        }
        Ok(())
    }
}

impl Grown<'_> {
    /// Keeps what a member of a private conversation is called now.
    fn called(&mut self, MemberRef { id, nick }: &MemberRef) {
        if let Stream::Private { low, high } = self.stream {
            let is = |member: &MemberId, slot: &mut Option<String>| {
                if member == id && slot.as_ref() != Some(nick) {
                    *slot = Some(nick.clone());
                }
            };
            let [low_nick, high_nick] = &mut self.nicks;
            is(low, low_nick);
            is(high, high_nick);
        }
    }
}

fn find<'e>(transaction: &Transaction<'_>, key: &str, stream: &'e Stream) -> Result<Option<Grown<'e>>> {
    let sql = "SELECT id, head, low_nick, high_nick, bytes FROM stream WHERE key = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let (id, head, bytes) = (row.get(0)?, Seq(number(row.get(1)?)), number(row.get(4)?));
        Ok(Grown { id, stream, head, bytes, nicks: [row.get(2)?, row.get(3)?], changed: false })
    };
    transaction.prepare_cached(sql)?.query_row([key], read).optional()
}

fn highest_id(transaction: &Transaction<'_>) -> Result<i64> {
    let highest = |row: &rusqlite::Row<'_>| row.get::<_, Option<i64>>(0);
    transaction.prepare_cached("SELECT max(id) FROM stream")?.query_row([], highest).map(Option::unwrap_or_default)
}
