//! What the browser keeps between visits: who one is, and which rooms one was in.
//!
//! A browser may refuse to keep anything (private windows, full disks): then it lasts as long as the tab, and every visit
//! is a first one.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use partyline_engine::Identity;
use web_sys::Storage;

use crate::{kept, time};

const IDENTITY: &str = "partyline.identity";
const ROOMS: &str = "partyline.rooms";
const SEEN: &str = "partyline.seen";
const LAST_ROOM: &str = "partyline.last-room";
const EMOJI: &str = "partyline.emoji";
/// What is typed in a room is kept under this and its name.
const DRAFT: &str = "partyline.draft.";

/// Most rooms with a draft.
const DRAFTS: usize = 50;
/// Most that is kept of one, in bytes.
const DRAFT_BYTES: usize = 65_536;

thread_local! {
    /// What the browser wouldn't keep.
    static REFUSED: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// Who one was the last time.
pub(crate) fn identity() -> Option<Identity> {
    kept::identity(&read(IDENTITY)?)
}

/// Keeps who one is.
pub(crate) fn keep_identity(identity: &Identity) {
    write(IDENTITY, &serde_json::to_string(identity).unwrap_or_default());
}

/// The rooms that one was in.
pub(crate) fn rooms() -> Vec<String> {
    kept::strings(&read(ROOMS).unwrap_or_default())
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

/// Keeps what was seen last. Nobody misses it where the browser won't.
pub(crate) fn keep_seen(seen: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(SEEN, seen);
    }
}

/// What was typed in a room and not sent.
pub(crate) fn draft(room: &str) -> Option<String> {
    Some(read(&format!("{DRAFT}{room}"))?.split_once('\n')?.1.to_owned())
}

/// Keeps what is typed in a room; nothing where it is empty. Of more than 50 the oldest goes, and of one no more than
/// 65,536 bytes are kept.
pub(crate) fn keep_draft(room: &str, text: &str) {
    let key = format!("{DRAFT}{room}");
    if text.is_empty() {
        return remove(&key);
    }
    let end = (0..=text.len().min(DRAFT_BYTES)).rev().find(|&end| text.is_char_boundary(end)).unwrap_or_default();
    let age =
        |key: &String| -> u64 { read(key).and_then(|kept| kept.split_once('\n')?.0.parse().ok()).unwrap_or_default() };
    let mut others: Vec<_> = keys(DRAFT).into_iter().filter(|other| *other != key).collect();
    if others.len() >= DRAFTS {
        others.sort_by_cached_key(age);
        others[..=others.len() - DRAFTS].iter().for_each(|old| remove(old));
    }
    write(&key, &format!("{}\n{}", time::now().0, &text[..end]));
}

/// The emoji that were chosen lately, the latest first.
pub(crate) fn recent_emoji() -> Vec<String> {
    read(EMOJI).map(|text| text.split_whitespace().map(str::to_owned).collect()).unwrap_or_default()
}

/// Keeps the emoji that were chosen lately.
pub(crate) fn keep_recent_emoji(emoji: &[String]) {
    write(EMOJI, &emoji.join(" "));
}

/// Whether the browser has refused to keep something: it lasts only as long as the tab.
pub(crate) fn refuses() -> bool {
    REFUSED.with(|refused| !refused.borrow().is_empty())
}

/// What is kept under this name.
pub(crate) fn read(key: &str) -> Option<String> {
    let kept = REFUSED.with(|refused| refused.borrow().get(key).cloned());
    kept.or_else(|| storage()?.get_item(key).ok().flatten())
}

/// Keeps this under this name, as long as the tab lasts where the browser won't.
pub(crate) fn write(key: &str, value: &str) {
    let kept = storage().is_some_and(|storage| storage.set_item(key, value).is_ok());
    REFUSED.with(|refused| {
        let mut refused = refused.borrow_mut();
        if kept {
            refused.remove(key);
        } else {
            refused.insert(key.to_owned(), value.to_owned());
        }
    });
}

/// Keeps nothing under this name any more.
pub(crate) fn remove(key: &str) {
    REFUSED.with(|refused| refused.borrow_mut().remove(key));
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

/// The names that start like this.
pub(crate) fn keys(prefix: &str) -> BTreeSet<String> {
    let mut keys: BTreeSet<String> = REFUSED.with(|refused| refused.borrow().keys().cloned().collect());
    if let Some(storage) = storage() {
        let length = storage.length().unwrap_or_default();
        keys.extend((0..length).filter_map(|index| storage.key(index).ok().flatten()));
    }
    keys.retain(|key| key.starts_with(prefix));
    keys
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
