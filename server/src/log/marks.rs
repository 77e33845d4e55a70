//! What members have read, kept for when they come back.
//!
//! Most who ever came by never return, so what is kept is bounded: of each member the streams that it read last, and of
//! all members those marks that moved last. What doesn't move for [`KEPT_MS`] goes.

use partyline_shared::{MemberId, Seq, Timestamp};
use rusqlite::{Connection, Result, params};

use super::rows::{count, integer, number};
use super::transaction::immediate;

/// Of one member at most so many.
const MOST_OF_ONE: usize = 200;
/// Of all members at most so many, give or take what is written between two looks: some 20 MB.
const MOST: u64 = 200_000;
/// How long a mark is kept that doesn't move, in milliseconds: half a year.
const KEPT_MS: u64 = 183 * 24 * 3600 * 1000;
/// How many writes there are between two looks at how many there are.
const LOOK_EVERY: u32 = 256;
/// How many are removed at a time for their age.
const REMOVED: usize = 256;

/// Of a stream that nothing was said in there is nothing to read.
const SAVE: &str = "
INSERT INTO mark (member, stream, seq, at) SELECT ?1, id, ?3, ?4 FROM stream WHERE key = ?2
ON CONFLICT (member, stream) DO UPDATE SET seq = max(seq, excluded.seq), at = excluded.at";

const BOUND_ONE: &str = "
DELETE FROM mark WHERE member = ?1 AND stream NOT IN
    (SELECT stream FROM mark WHERE member = ?1 ORDER BY at DESC, stream LIMIT ?2)";

const REMOVE_OLD: &str = "
DELETE FROM mark WHERE (member, stream) IN (SELECT member, stream FROM mark WHERE at < ?1 ORDER BY at LIMIT ?2)";

const REMOVE_OLDEST: &str = "
DELETE FROM mark WHERE (member, stream) IN (SELECT member, stream FROM mark ORDER BY at LIMIT ?1)";

const OF_MEMBER: &str = "
SELECT s.key, m.seq FROM mark m JOIN stream s ON s.id = m.stream WHERE m.member = ?1 ORDER BY m.at DESC, m.stream LIMIT ?2";

/// What one member has read: streams by their key, and the last number in each.
#[derive(Debug)]
pub(super) struct WaitingMarks {
    pub(super) member: MemberId,
    pub(super) marks: Vec<(String, Seq)>,
}

/// Counts towards the next look.
#[derive(Debug, Default)]
pub(super) struct Marks {
    writes: u32,
}

impl Marks {
    /// Keeps them, all or none.
    pub(super) fn write(&mut self, connection: &mut Connection, all: &[WaitingMarks], at: Timestamp) -> Result<()> {
        self.write_within(connection, all, at, MOST)
    }

    fn write_within(
        &mut self,
        connection: &mut Connection,
        all: &[WaitingMarks],
        at: Timestamp,
        most: u64,
    ) -> Result<()> {
        let transaction = immediate(connection)?;
        for WaitingMarks { member, marks } in all {
            for (key, seq) in marks {
                let values = params![member.0, key, integer(seq.0), integer(at.0)];
                transaction.prepare_cached(SAVE)?.execute(values)?;
            }
            transaction.prepare_cached(BOUND_ONE)?.execute(params![member.0, count(MOST_OF_ONE)])?;
        }
        if self.writes % LOOK_EVERY == 0 {
            let oldest = at.0.saturating_sub(KEPT_MS);
            transaction.prepare_cached(REMOVE_OLD)?.execute(params![integer(oldest), count(REMOVED)])?;
            let rows: i64 = transaction.prepare_cached("SELECT count(*) FROM mark")?.query_row([], |row| row.get(0))?;
            let surplus = number(rows).saturating_sub(most);
            if surplus > 0 {
                transaction.prepare_cached(REMOVE_OLDEST)?.execute([integer(surplus)])?;
            }
        }
        transaction.commit()?;
        self.writes = self.writes.wrapping_add(1);
        Ok(())
    }
}

/// What a member has read: of the streams that it read last, the one that was read longest ago first.
pub(super) fn read(connection: &Connection, member: MemberId, limit: usize) -> Result<Vec<(String, Seq)>> {
    let mark = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, Seq(number(row.get(1)?))));
    let mut marks: Vec<_> = connection
        .prepare_cached(OF_MEMBER)?
        .query_map(params![member.0, count(limit)], mark)?
        .collect::<Result<_>>()?;
    marks.reverse();
    Ok(marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::schema;

    fn log(streams: u32) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::create(&mut connection, &partyline_shared::Epoch("e".to_owned())).unwrap();
        for id in 0..streams {
            let stream = "INSERT INTO stream (id, key, name, head, at) VALUES (?1, ?2, ?2, 9, 1)";
            connection.execute(stream, params![id, format!("room-{id}")]).unwrap();
        }
        connection
    }

    fn marks(member: u8, rooms: impl Iterator<Item = u32>, seq: u64) -> WaitingMarks {
        let marks = rooms.map(|room| (format!("room-{room}"), Seq(seq))).collect();
        WaitingMarks { member: MemberId([member; 16]), marks }
    }

    fn rows(connection: &Connection) -> i64 {
        connection.query_row("SELECT count(*) FROM mark", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn the_highest_number_is_kept_and_the_stream_that_was_read_last_comes_last() {
        let (mut log, mut marked) = (log(3), Marks::default());
        marked.write(&mut log, &[marks(1, 0..2, 5), marks(2, 0..1, 7)], Timestamp(1)).unwrap();
        marked.write(&mut log, &[marks(1, 0..1, 3), marks(1, 90..91, 3)], Timestamp(2)).unwrap();
        let read = |member| read(&log, MemberId([member; 16]), 10).unwrap();
        assert_eq!(read(1), [("room-1".to_owned(), Seq(5)), ("room-0".to_owned(), Seq(5))]);
        assert_eq!(read(2), [("room-0".to_owned(), Seq(7))]);
        assert_eq!(read(3), []);
    }

    #[test]
    fn of_one_member_only_so_many_are_kept() {
        let (mut log, mut marked) = (log(300), Marks::default());
        for room in 0..300 {
            marked.write(&mut log, &[marks(1, room..=room, 1)], Timestamp(room.into())).unwrap();
        }
        let kept = read(&log, MemberId([1; 16]), 1000).unwrap();
        assert_eq!((kept.len(), kept[0].0.as_str(), kept[199].0.as_str()), (200, "room-100", "room-299"));
    }

    #[test]
    fn whoever_never_returns_is_forgotten() {
        let (mut log, mut marked) = (log(10), Marks { writes: 1 });
        for member in 0..50 {
            marked.write(&mut log, &[marks(member, 0..10, 1)], Timestamp(member.into())).unwrap();
        }
        assert_eq!(rows(&log), 500);
        // More than there may be: those go that moved longest ago.
        marked.writes = 0;
        marked.write_within(&mut log, &[marks(60, 0..1, 1)], Timestamp(60), 100).unwrap();
        assert_eq!(rows(&log), 100);
        assert_eq!(read(&log, MemberId([60; 16]), 9).unwrap().len(), 1);
        assert_eq!(read(&log, MemberId([0; 16]), 9).unwrap().len(), 0);
        // And whatever hasn't moved for half a year.
        marked.writes = 0;
        marked.write(&mut log, &[marks(61, 0..1, 1)], Timestamp(KEPT_MS + 1000)).unwrap();
        assert_eq!(rows(&log), 1);
    }
}
