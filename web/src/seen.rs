//! The last messages that one saw, kept for when the page is opened and the server can't be reached.
//!
//! They are shown, and nothing else: what is true the server says, and as soon as it has said so of a room, what was kept
//! of it is gone.

use std::borrow::Cow;
use std::collections::BTreeMap;

use partyline_engine::{Model, Room};
use partyline_shared::codec::json;
use partyline_shared::{Event, Message};

use crate::kept;

/// Most messages of a room.
const MESSAGES: usize = 50;

/// Most rooms; those where something was said last.
const ROOMS: usize = 20;

/// Most characters of text over all rooms. A browser keeps some millions for a page, which drafts and what waits to be
/// sent need as well. Whole rooms are left out where it is too much.
const CHARS: usize = 400_000;

/// Rooms as they were seen, by their name on the wire.
pub(crate) type Rooms = BTreeMap<String, Room>;

/// What of a model is to be kept, as a text: for each room a line with its name and title, then its messages as the server
/// sends them, a line each. `current` is the room that is shown: it comes first. A room that the server
/// has said nothing of yet stays as it was `before`.
pub(crate) fn keep(model: &Model, before: &Rooms, current: &str) -> String {
    let known = |room: &&Room| !room.live().is_empty();
    let earlier = before.values().filter(|room| !model.rooms.get(&room.name).is_some_and(|room| known(&room)));
    let mut rooms: Vec<&Room> = model.rooms.values().filter(known).chain(earlier).collect();
    rooms.sort_by_key(|room| {
        let last = room.live().back().map(|message| message.at);
        (room.name != current, std::cmp::Reverse(last))
    });
    let mut left = CHARS;
    let mut seen = String::new();
    for room in rooms.into_iter().take(ROOMS) {
        let latest = room.live();
        let messages: Vec<Message> = latest.range(latest.len().saturating_sub(MESSAGES)..).cloned().collect();
        let Some(rest) = left.checked_sub(messages.iter().map(|message| message.text.len()).sum()) else { continue };
        left = rest;
        // Two strings are always JSON.
        seen += &serde_json::to_string(&[&room.name, &room.title]).unwrap_or_default();
        seen.push('\n');
        for message in messages {
            seen += &json::encode_event(&Event::Message(message));
            seen.push('\n');
        }
    }
    seen
}

/// The rooms in a text that [`keep`] made; of any other what can be read.
pub(crate) fn read(text: &str) -> Rooms {
    let mut rooms = Rooms::new();
    let mut last: Option<Room> = None;
    for line in text.lines() {
        if let Ok([name, title]) = <[String; 2]>::try_from(kept::strings(line)) {
            rooms.extend(last.replace(room(&name, title)).map(|room| (room.name.clone(), room)));
        } else if let (Some(room), Ok(Event::Message(message))) = (&mut last, json::decode_event(line)) {
            (room.head, room.read) = (message.seq, message.seq);
            room.messages.push_back(message);
        }
    }
    rooms.extend(last.map(|room| (room.name.clone(), room)));
    rooms
}

fn room(name: &str, title: String) -> Room {
    let mut room = Room::new(name);
    room.title = title;
    room
}

/// The room as the server has it; as it was seen where the server has said nothing of it yet, with what one has said
/// there since.
pub(crate) fn or_seen<'a>(room: Option<&'a Room>, seen: Option<&'a Room>) -> Option<Cow<'a, Room>> {
    match (room, seen) {
        (Some(room), Some(seen)) if !room.joined && room.messages.is_empty() => {
            let mut shown = seen.clone();
            shown.pending.clone_from(&room.pending);
            Some(Cow::Owned(shown))
        }
        (room, seen) => room.or(seen).map(Cow::Borrowed),
    }
}

/// The rooms that were seen and that the model doesn't have.
pub(crate) fn only_seen<'a>(model: &'a Model, seen: &'a Rooms) -> impl Iterator<Item = &'a Room> {
    seen.values().filter(|room| !model.rooms.contains_key(&room.name))
}

#[cfg(test)]
mod tests {
    use partyline_engine::{Engine, Settings};
    use partyline_shared::{Kind, MemberId, MemberRef, Seq, Timestamp, Via};

    use super::*;

    fn message(room: &str, seq: u64, text: &str) -> Message {
        Message {
            room: room.into(),
            seq: Seq(seq),
            at: Timestamp(seq),
            from: MemberRef { id: MemberId([1; 16]), nick: "ann".into() },
            to: None,
            kind: Kind::Text,
            text: text.into(),
            via: Via::Ws,
        }
    }

    fn model(rooms: Vec<(&str, Vec<Message>)>) -> Model {
        let settings = Settings { nick: None, identity: None, rooms: Vec::new(), entropy: 1, window: 100 };
        let mut model = Engine::new(settings).model().clone();
        for (name, messages) in rooms {
            let mut room = room(name, name.trim_start_matches('@').into());
            room.messages = messages.into();
            model.rooms.insert(name.into(), room);
        }
        model
    }

    fn said(room: &str, count: u64) -> Vec<Message> {
        (1..=count).map(|seq| message(room, seq, "hello")).collect()
    }

    #[test]
    fn the_last_messages_of_each_room_are_kept_and_no_more() {
        let model = model(vec![("lobby", said("lobby", 60)), ("@ann", said("@ann", 2)), ("empty", Vec::new())]);
        let rooms = read(&keep(&model, &Rooms::new(), "lobby"));
        assert_eq!(rooms.keys().collect::<Vec<_>>(), ["@ann", "lobby"]);
        let lobby = &rooms["lobby"];
        let ends = (lobby.messages.len(), lobby.messages[0].seq, lobby.head, lobby.unread);
        assert_eq!(ends, (MESSAGES, Seq(11), Seq(60), 0));
        assert!(rooms["@ann"].private && !lobby.private && !lobby.joined);
    }

    #[test]
    fn of_many_rooms_those_are_kept_where_something_was_said_last_and_the_one_that_is_shown() {
        let names: Vec<String> = (0..30).map(|n| format!("room-{n:02}")).collect();
        let at = |n: usize| u64::try_from(n).unwrap() + 1;
        let rooms = names.iter().enumerate().map(|(n, name)| (name.as_str(), vec![message(name, at(n), "x")]));
        let kept = read(&keep(&model(rooms.collect()), &Rooms::new(), "room-00"));
        assert_eq!(kept.len(), ROOMS);
        assert!(kept.contains_key("room-00") && kept.contains_key("room-29") && !kept.contains_key("room-01"));
    }

    #[test]
    fn what_is_too_much_is_left_out_by_whole_rooms() {
        let long = "x".repeat(CHARS / 2 + 1);
        let rooms = vec![
            ("a", vec![message("a", 1, &long)]),
            ("b", vec![message("b", 2, &long)]),
            ("c", vec![message("c", 3, "short")]),
        ];
        let kept = read(&keep(&model(rooms), &Rooms::new(), "a"));
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["a", "c"]);
    }

    #[test]
    fn what_the_server_has_said_nothing_of_stays_as_it_was() {
        let before = read(&keep(&model(vec![("a", said("a", 3)), ("b", said("b", 3))]), &Rooms::new(), ""));
        let kept = read(&keep(&model(vec![("a", said("a", 4)), ("b", Vec::new())]), &before, ""));
        assert_eq!((kept["a"].head, kept["b"].head), (Seq(4), Seq(3)));
    }

    #[test]
    fn what_was_said_since_stands_with_what_was_seen() {
        let seen = read(&keep(&model(vec![("a", said("a", 3))]), &Rooms::new(), ""));
        let mut since = room("a", "a".into());
        let reference = "one".to_owned().try_into().unwrap();
        let state = partyline_engine::PendingState::Queued;
        let at = Timestamp(9);
        since.pending.push(partyline_engine::Pending { reference, text: "x".into(), action: false, at, state });
        let shown = or_seen(Some(&since), seen.get("a")).unwrap();
        assert_eq!((shown.messages.len(), shown.pending.len()), (3, 1));
        since.joined = true;
        assert_eq!(or_seen(Some(&since), seen.get("a")).unwrap().messages.len(), 0, "the server has spoken");
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        for text in ["", "null", "{}", "[{}]", "[1]", "\u{0}", r#"{"type":"message"}"#] {
            assert!(read(text).is_empty(), "{text}");
        }
    }
}
