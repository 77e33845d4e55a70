//! One transaction of appends.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use partyline_hub::{Committed, NewEntry, Stream};
use partyline_shared::{MemberId, MemberRef, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::rows::{integer, kind_name, number, via_name};
use super::transaction::{Transaction, immediate};

const NEW_STREAM: &str = "
INSERT INTO stream (id, key, name, low, high, low_nick, high_nick, head, at, bytes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// The name and the members of a stream that exists stay as they are: a room keeps its first spelling. The last
/// nicks are those of now, where somebody wrote.
const SAVE_STREAM: &str =
    "UPDATE stream SET low_nick = ?2, high_nick = ?3, head = ?4, bytes = ?5, at = ?6 WHERE id = ?1";

/// Without what an index is over: see [`LISTED_FOR`].
const SAVE_HEAD: &str = "UPDATE stream SET head = ?2, bytes = ?3 WHERE id = ?1";

/// How long a room stays where it is in the list of rooms, in milliseconds. In a busy one each commit would move it, which
/// is one page in five that a commit of a single message writes.
const LISTED_FOR: u64 = 1000;

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
    /// The time that it is listed by; `None` where it is new.
    listed: Option<Timestamp>,
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
                    Grown { id, stream, listed: None, head: Seq(0), bytes: 0, nicks: [None, None], changed: false }
                };
                Ok(slot.insert(grown))
            }
        }
    }

    fn save_streams(&self) -> Result<()> {
        self.streams.iter().filter(|(_, grown)| grown.changed).try_for_each(|(key, grown)| self.save(key, grown))
    }

    fn save(&self, key: &str, grown: &Grown<'_>) -> Result<()> {
        let Grown { id, stream, nicks: [low_nick, high_nick], .. } = grown;
        let (head, at, bytes) = (integer(grown.head.0), integer(self.at.0), integer(grown.bytes));
        let saved = match (stream, grown.listed) {
            (Stream::Room(name), None) => {
                let none = None::<&str>;
                let values = params![id, key, name.as_str(), none, none, none, none, head, at, bytes];
                self.transaction.prepare_cached(NEW_STREAM)?.execute(values)
            }
            (Stream::Private { low, high }, None) => {
                let values = params![id, key, None::<&str>, low.0, high.0, low_nick, high_nick, head, at, bytes];
                self.transaction.prepare_cached(NEW_STREAM)?.execute(values)
            }
            (Stream::Room(_), Some(listed)) if is_recent(listed, self.at) => {
                self.transaction.prepare_cached(SAVE_HEAD)?.execute(params![id, head, bytes])
            }
            (_, Some(_)) => {
                let values = params![id, low_nick, high_nick, head, bytes, at];
                self.transaction.prepare_cached(SAVE_STREAM)?.execute(values)
            }
        };
        saved.map(drop)
    }
}

/// Not where the clock was set back: what it is listed by would lie in the future for long.
fn is_recent(listed: Timestamp, now: Timestamp) -> bool {
    listed <= now && now.since(listed) < LISTED_FOR
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
    let sql = "SELECT id, head, low_nick, high_nick, bytes, at FROM stream WHERE key = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let (id, head, bytes) = (row.get(0)?, Seq(number(row.get(1)?)), number(row.get(4)?));
        let (nicks, listed) = ([row.get(2)?, row.get(3)?], Some(Timestamp(number(row.get(5)?))));
        Ok(Grown { id, stream, listed, head, bytes, nicks, changed: false })
    };
    transaction.prepare_cached(sql)?.query_row([key], read).optional()
}

fn highest_id(transaction: &Transaction<'_>) -> Result<i64> {
    let highest = |row: &rusqlite::Row<'_>| row.get::<_, Option<i64>>(0);
    transaction.prepare_cached("SELECT max(id) FROM stream")?.query_row([], highest).map(Option::unwrap_or_default)
}
