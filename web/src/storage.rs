//! What the browser keeps between visits: who one is, and which rooms one was in.
//!
//! A browser may refuse to keep anything (private windows, full disks): then every visit is a first one.

use leptos::prelude::*;
use partyline_engine::Identity;
use web_sys::Storage;

const IDENTITY: &str = "partyline.identity";
const ROOMS: &str = "partyline.rooms";
const LAST_ROOM: &str = "partyline.last-room";
const EMOJI: &str = "partyline.emoji";
/// Before the name of a room.
const DRAFT: &str = "partyline.draft.";

/// Most drafts that are kept: more than anybody is in rooms.
const DRAFTS: usize = 100;

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

/// What was typed in a room and not sent.
pub(crate) fn draft(room: &str) -> Option<String> {
    read(&draft_key(room))
}

/// Keeps what was typed in a room; nothing, where there is nothing. A key for each room, so that two tabs keep theirs.
pub(crate) fn keep_draft(room: &str, text: &str) {
    let key = draft_key(room);
    let Some(storage) = storage() else { return };
    if text.is_empty() {
        let _ = storage.remove_item(&key);
    } else {
        if matches!(storage.get_item(&key), Ok(None)) {
            forget_surplus_drafts(&storage);
        }
        let _ = storage.set_item(&key, text);
    }
}

fn draft_key(room: &str) -> String {
    format!("{DRAFT}{room}")
}

/// Makes room for another draft. Whoever has as many has long forgotten which.
fn forget_surplus_drafts(storage: &Storage) {
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|at| storage.key(at).ok().flatten());
    let drafts: Vec<_> = keys.filter(|key| key.starts_with(DRAFT)).collect();
    for key in drafts.iter().skip(DRAFTS - 1) {
        let _ = storage.remove_item(key);
    }
}

/// The emoji that were chosen lately, the latest first.
pub(crate) fn recent_emoji() -> Vec<String> {
    read(EMOJI).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Keeps the emoji that were chosen lately.
pub(crate) fn keep_recent_emoji(emoji: &[String]) {
    write(EMOJI, &serde_json::to_string(emoji).unwrap_or_default());
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
