//! How much of each room is kept: by age, by number, by size. Unless told otherwise, all of it, for ever.

use std::collections::BTreeMap;

use partyline_shared::{Limits, RoomName};

/// What is kept of each stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// By a room's key.
    rooms: BTreeMap<String, Bounds>,
    /// Of every other room.
    others: Bounds,
    /// Of every private conversation.
    private: Bounds,
}

/// What one stream is held to: whichever is reached first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounds {
    /// The oldest that is kept, in milliseconds.
    pub(super) age: Option<u64>,
    /// The most messages.
    pub(super) messages: Option<u64>,
    /// The most text, in bytes of UTF-8.
    pub(super) bytes: Option<u64>,
}

/// What a bound counts.
enum Counted {
    Millis,
    Messages,
    Bytes,
}

const HOUR: u64 = 60 * 60 * 1000;

/// What a number is followed by, what that is worth, and what is counted by it.
const UNITS: [(&str, u64, Counted); 6] = [
    ("", 1, Counted::Messages),
    ("d", 24 * HOUR, Counted::Millis),
    ("h", HOUR, Counted::Millis),
    ("kB", 1000, Counted::Bytes),
    ("MB", 1_000_000, Counted::Bytes),
    ("GB", 1_000_000_000, Counted::Bytes),
];

impl Keep {
    /// Takes one bound as it is written: `ROOM=30d`, `*=10000`, `@=50MB`. Of two of the same sort the tighter one holds.
    ///
    /// # Errors
    /// What is wrong with it, and how it is written.
    pub fn add(&mut self, text: &str, limits: &Limits) -> Result<(), String> {
        let Some((of, bound)) = text.split_once('=') else {
            return Err("write ROOM=30d, ROOM=12h, ROOM=10000 (messages) or ROOM=50MB; '*' is every other room, '@' \
                        private conversations"
                .to_owned());
        };
        let (value, counted) = parse(bound.trim())?;
        let bounds = match of.trim() {
            "*" => &mut self.others,
            "@" => &mut self.private,
            room => {
                let room =
                    RoomName::new(room, limits).map_err(|error| format!("no room can be called that: {error}"))?;
                self.rooms.entry(room.key()).or_default()
            }
        };
        let bound = match counted {
            Counted::Millis => &mut bounds.age,
            Counted::Messages => &mut bounds.messages,
            Counted::Bytes => &mut bounds.bytes,
        };
        *bound = Some(bound.map_or(value, |other| other.min(value)));
        Ok(())
    }

    /// Everything is kept, of every stream.
    pub(super) fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// What the room of this key is held to.
    pub(super) fn room(&self, key: &str) -> Bounds {
        self.rooms.get(key).copied().unwrap_or(self.others)
    }

    /// What private conversations are held to.
    pub(super) fn private(&self) -> Bounds {
        self.private
    }
}

fn parse(bound: &str) -> Result<(u64, Counted), String> {
    let digits = bound.len() - bound.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = bound.split_at(digits);
    let unit = UNITS.into_iter().find(|(name, ..)| *name == unit.trim());
    match (number.parse::<u64>(), unit) {
        (Ok(0), Some(_)) => Err("at least one must be kept".to_owned()),
        (Ok(number), Some((_, worth, counted))) => match number.checked_mul(worth) {
            Some(value) => Ok((value, counted)),
            None => Err(format!("{bound} is more than there can be: leave it out to keep everything")),
        },
        _ => Err(format!("{bound:?} must be a number of messages, or a number with d, h, kB, MB or GB")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(texts: &[&str]) -> Keep {
        let mut keep = Keep::default();
        for text in texts {
            keep.add(text, &Limits::default()).unwrap();
        }
        keep
    }

    #[test]
    fn each_room_has_its_own_bounds_or_those_of_all_others() {
        let keep = keep(&["Lobby=30d", "lobby=10000", "*=12h", "@=50MB", "straße = 2 kB", "big=1GB"]);
        let day = 24 * HOUR;
        assert_eq!(keep.room("lobby"), Bounds { age: Some(30 * day), messages: Some(10_000), bytes: None });
        assert_eq!(keep.room("strasse"), Bounds { bytes: Some(2000), ..Bounds::default() });
        assert_eq!(keep.room("big"), Bounds { bytes: Some(1_000_000_000), ..Bounds::default() });
        assert_eq!(keep.room("kitchen"), Bounds { age: Some(HOUR * 12), ..Bounds::default() });
        assert_eq!(keep.private(), Bounds { bytes: Some(50_000_000), ..Bounds::default() });
    }

    #[test]
    fn of_two_of_a_sort_the_tighter_one_holds() {
        assert_eq!(keep(&["lobby=7", "lobby=5", "lobby=9"]), keep(&["lobby=5"]));
    }

    #[test]
    fn nothing_said_is_everything_kept() {
        assert!(keep(&[]).is_everything());
        assert!(!keep(&["@=1"]).is_everything());
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_how_to_write_it() {
        for (text, why) in [
            ("lobby", "ROOM=30d"),
            ("lobby=", "must be a number"),
            ("lobby=many", "must be a number"),
            ("lobby=30D", "must be a number"),
            ("lobby=50mb", "must be a number"),
            ("lobby=-1", "must be a number"),
            ("lobby=0d", "at least one"),
            ("lobby=99999999999999999999", "must be a number"),
            ("lobby=9999999999999999GB", "more than there can be"),
            ("a b=1", "no room can be called that"),
            ("=1", "no room can be called that"),
        ] {
            let error = Keep::default().add(text, &Limits::default()).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
