//! What the browser keeps between visits: who one is, and which rooms one was in.
//!
//! A browser may refuse to keep anything (private windows, full disks): then every visit is a first one.

use leptos::prelude::*;
use partyline_engine::Identity;
use web_sys::Storage;

const IDENTITY: &str = "partyline.identity";
const ROOMS: &str = "partyline.rooms";
const SEEN: &str = "partyline.seen";
const LAST_ROOM: &str = "partyline.last-room";

/// Who one was the last time.
pub(crate) fn identity() -> Option<Identity> {
    serde_json::from_str(&read(IDENTITY)?).ok()
}

/// Keeps who one is.
pub(crate) fn keep_identity(identity: &Identity) {
    write(IDENTITY, &serde_json::to_string(identity).unwrap_or_default());
}

/// The rooms that one was in.
pub(crate) fn rooms() -> Vec<String> {
    read(ROOMS).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Keeps the rooms that one is in.
pub(crate) fn keep_rooms(rooms: &[String]) {
    write(ROOMS, &serde_json::to_string(rooms).unwrap_or_default());
}

/// The room that was shown last.
pub(crate) fn last_room() -> Option<String> {
    read(LAST_ROOM)
}

/// Keeps the room that is shown.
pub(crate) fn keep_last_room(room: &str) {
    write(LAST_ROOM, room);
}

/// What was seen last, as `seen` wrote it.
pub(crate) fn seen() -> String {
    read(SEEN).unwrap_or_default()
}

/// Keeps what was seen last.
pub(crate) fn keep_seen(seen: &str) {
    write(SEEN, seen);
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What is kept under this name.
pub(crate) fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Keeps this under this name, if the browser lets it.
pub(crate) fn write(key: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, value);
    }
}
