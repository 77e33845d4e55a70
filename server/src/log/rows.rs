//! Values as the tables hold them.

use partyline_hub::Entry;
use partyline_shared::{Kind, MemberId, MemberRef, Seq, Timestamp, Via};
use rusqlite::{Result, Row};
use serde_json::Value;

/// The columns that [`entry`] reads, in its order.
pub(super) const ENTRY: &str = "seq, at, author, nick, to_id, to_nick, kind, text, via";

/// An entry, from [`ENTRY`].
pub(super) fn entry(row: &Row<'_>) -> Result<Entry> {
    let to = match (row.get(4)?, row.get(5)?) {
        (Some(id), Some(nick)) => Some(MemberRef { id: MemberId(id), nick }),
        _ => None,
    };
    Ok(Entry {
        seq: Seq(number(row.get(0)?)),
        at: Timestamp(number(row.get(1)?)),
        from: MemberRef { id: MemberId(row.get(2)?), nick: row.get(3)? },
        to,
        kind: kind(row.get(6)?),
        text: row.get(7)?,
        via: via(row.get(8)?),
    })
}

/// SQLite's integers have a sign. What is beyond them stays beyond whatever is in the log.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many rows at most, as SQLite takes it.
pub(super) fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The other way; nothing negative is ever written.
pub(super) fn number(integer: i64) -> u64 {
    u64::try_from(integer).unwrap_or_default()
}

/// The name that a kind has in JSON: taken from there, so that a new kind needs nothing here.
pub(super) fn kind_name(kind: Kind) -> String {
    name(serde_json::to_value(kind))
}

/// The name that a door has in JSON.
pub(super) fn via_name(via: Via) -> String {
    name(serde_json::to_value(via))
}

fn name(value: serde_json::Result<Value>) -> String {
    match value {
        Ok(Value::String(name)) => name,
        // Neither enum has anything but names. Read back, this is what isn't known.
        _ => String::new(),
    }
}

/// A kind that a newer version wrote is unknown here, and stays as it is in the log.
fn kind(name: String) -> Kind {
    serde_json::from_value(Value::String(name)).unwrap_or(Kind::Unknown)
}

fn via(name: String) -> Via {
    serde_json::from_value(Value::String(name)).unwrap_or(Via::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_doors_go_by_the_names_they_have_in_json() {
        for (known, text) in [(Kind::Text, "text"), (Kind::Action, "action"), (Kind::Unknown, "unknown")] {
            assert_eq!(kind_name(known), text);
            assert_eq!(kind(text.to_owned()), known);
        }
        for (known, text) in [
            (Via::Tcp, "tcp"),
            (Via::Json, "json"),
            (Via::Ws, "ws"),
            (Via::Unix, "unix"),
            (Via::Udp, "udp"),
            (Via::Unknown, "unknown"),
        ] {
            assert_eq!(via_name(known), text);
            assert_eq!(via(text.to_owned()), known);
        }
    }

    #[test]
    fn names_of_a_newer_version_are_unknown() {
        assert_eq!(kind("hologram".to_owned()), Kind::Unknown);
        assert_eq!(via(String::new()), Via::Unknown);
    }

    #[test]
    fn what_no_integer_holds_is_the_highest() {
        assert_eq!(integer(u64::MAX), i64::MAX);
        assert_eq!(number(integer(7)), 7);
        assert_eq!(number(-1), 0);
    }
}
