//! The thread that reads: pages and lists, beside the writer and never in its way.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use partyline_hub::{ConversationHead, Input, LogError, Outcome, Page, Query, ReadId, RoomHead, Stream};
use partyline_shared::{MemberId, MemberRef, Seq};
use rusqlite::{Connection, OptionalExtension, Result, params};

use super::Answer;
use super::marks;
use super::open::{Db, locked};
use super::outage::Outage;
use super::rows::{self, count, integer, number};
use crate::metrics::LogMetrics;

/// What is being imported has no name yet.
const ROOMS: &str = "
SELECT key, name, head FROM stream WHERE low IS NULL AND name IS NOT NULL ORDER BY at DESC, id DESC LIMIT ?1";

/// Two walks along two indexes, merged: never a scan.
const CONVERSATIONS: &str = "
SELECT high AS other, high_nick AS nick, head, at, id FROM stream WHERE low = ?1
UNION ALL
SELECT low, low_nick, head, at, id FROM stream WHERE high = ?1 AND low <> high
ORDER BY at DESC, id DESC LIMIT ?2";

/// A read, until it is answered.
#[derive(Debug)]
pub(super) struct WaitingRead {
    pub(super) read: ReadId,
    pub(super) query: Query,
}

pub(super) struct Reader {
    db: Db,
    queue: Receiver<WaitingRead>,
    answer: Answer,
    outage: Outage,
    metrics: LogMetrics,
    /// The folder is this server's for as long as somebody reads from it.
    _lock: Option<Arc<File>>,
}

impl Reader {
    pub(super) fn new(
        db: Db,
        queue: Receiver<WaitingRead>,
        answer: Answer,
        lock: Option<Arc<File>>,
        metrics: LogMetrics,
    ) -> Self {
        Self { db, queue, answer, outage: Outage::new("read"), metrics, _lock: lock }
    }

    /// Until nobody can ask anything any more, and everything is answered.
    pub(super) fn run(mut self) {
        while let Ok(WaitingRead { read, query }) = self.queue.recv() {
            // The database is let go before the answer: it may have to wait.
            let outcome = ask(&mut locked(&self.db), &query);
            match &outcome {
                Ok(_) => self.outage.worked(),
                Err(error) => {
                    self.metrics.read_failures.inc();
                    self.outage.failed(error, 1);
                }
            }
            let outcome = outcome.map_err(|_| LogError::Unavailable);
            (self.answer)(vec![Input::Read { read, outcome }]);
        }
    }
}

/// Reads what is asked for, in one snapshot.
pub(super) fn ask(connection: &mut Connection, query: &Query) -> Result<Outcome> {
    match query {
        Query::Page { stream, before, after, limit } => {
            page(connection, stream, *before, *after, *limit).map(Outcome::Page)
        }
        Query::Rooms { limit } => rooms(connection, *limit).map(Outcome::Rooms),
        Query::Conversations { member, limit } => {
            conversations(connection, *member, *limit).map(Outcome::Conversations)
        }
        Query::Marks { member, limit } => marks::read(connection, *member, *limit).map(Outcome::Marks),
    }
}

fn page(
    connection: &mut Connection,
    stream: &Stream,
    before: Option<Seq>,
    after: Option<Seq>,
    limit: usize,
) -> Result<Page> {
    // One snapshot, so that the head is the head of these entries. It changes nothing and is dropped at the end.
    let snapshot = connection.transaction()?;
    let found = snapshot
        .prepare_cached("SELECT id, name, head FROM stream WHERE key = ?1")?
        .query_row([stream.key()], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((id, name, head)) = found else { return Ok(Page::default()) };
    let order = if after.is_some() { "ASC" } else { "DESC" };
    let sql = format!(
        "SELECT {} FROM entry WHERE stream = ?1 AND seq > ?2 AND seq < ?3 ORDER BY seq {order} LIMIT ?4",
        rows::ENTRY
    );
    let (above, below) =
        (after.map_or(0, |after| integer(after.0)), before.map_or(i64::MAX, |before| integer(before.0)));
    // One more than asked for tells whether there is more.
    let mut entries = snapshot
        .prepare_cached(&sql)?
        .query_map(params![id, above, below, count(limit).saturating_add(1)], rows::entry)?
        .collect::<Result<Vec<_>>>()?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    if after.is_none() {
        entries.reverse();
    }
    Ok(Page { name, entries, head: Seq(number(head)), more })
}

fn rooms(connection: &Connection, limit: usize) -> Result<Vec<RoomHead>> {
    let room =
        |row: &rusqlite::Row<'_>| Ok(RoomHead { key: row.get(0)?, name: row.get(1)?, head: Seq(number(row.get(2)?)) });
    connection.prepare_cached(ROOMS)?.query_map([count(limit)], room)?.collect()
}

fn conversations(connection: &Connection, member: MemberId, limit: usize) -> Result<Vec<ConversationHead>> {
    let conversation = |row: &rusqlite::Row<'_>| {
        let nick = row.get::<_, Option<String>>(1)?.unwrap_or_default();
        let with = MemberRef { id: MemberId(row.get(0)?), nick };
        Ok(ConversationHead { with, head: Seq(number(row.get(2)?)) })
    };
    connection.prepare_cached(CONVERSATIONS)?.query_map(params![member.0, count(limit)], conversation)?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::schema;

    /// What SQLite says it does for a statement.
    fn plan(sql: &str, parameters: impl rusqlite::Params) -> String {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::create(&mut connection, &partyline_shared::Epoch("e".to_owned())).unwrap();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let lines = statement.query_map(parameters, |row| row.get::<_, String>(3)).unwrap();
        lines.collect::<Result<Vec<_>>>().unwrap().join("\n")
    }

    #[test]
    fn lists_walk_along_an_index_and_sort_nothing() {
        let rooms = plan(ROOMS, [10]);
        assert!(rooms.contains("USING INDEX stream_room") && !rooms.contains("TEMP B-TREE"), "{rooms}");
        let conversations = plan(CONVERSATIONS, params![[0_u8; 16], 10]);
        for part in ["stream_low (low=?)", "stream_high (high=?)"] {
            assert!(conversations.contains(part), "{conversations}");
        }
        assert!(!conversations.contains("TEMP B-TREE") && !conversations.contains("SCAN"), "{conversations}");
    }
}
