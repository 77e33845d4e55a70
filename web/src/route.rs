//! Where one is, in the page's address: `/r/ROOM`, and `/r/ROOM/NUMBER` for a message.

use std::fmt::Write as _;

use leptos::prelude::*;
use partyline_shared::Seq;
use wasm_bindgen::JsValue;
use web_sys::Url;

const PREFIX: &str = "/r/";

/// What an address names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The room, or a conversation.
    pub(crate) room: String,
    /// A message in it.
    pub(crate) seq: Option<Seq>,
}

/// What the address of the page names.
pub(crate) fn current() -> Option<Place> {
    place_of(&location().pathname().ok()?)
}

/// Makes a room the address, as a new step of the browser's history or in place of the current one. An address that
/// names a message of this room gives way to a new step only.
pub(crate) fn show(room: &str, as_new_step: bool) {
    if as_new_step || current().is_none_or(|place| place.room != room) {
        put(&path_of(room), as_new_step);
    }
}

/// Makes a place the address, whatever it was.
pub(crate) fn show_place(place: &Place, as_new_step: bool) {
    put(&path_to(&place.room, place.seq), as_new_step);
}

/// The address of a message, to be passed on.
pub(crate) fn link_to(room: &str, seq: Seq) -> String {
    format!("{}{}", location().origin().unwrap_or_default(), path_to(room, Some(seq)))
}

/// The place that a link leads to, if it leads into this page.
pub(crate) fn place_of_link(href: &str) -> Option<Place> {
    let url = Url::new_with_base(href, &location().href().ok()?).ok()?;
    if location().origin().is_ok_and(|origin| origin == url.origin()) { place_of(&url.pathname()) } else { None }
}

/// The address of a room, to be a link's target.
pub(crate) fn path_of(room: &str) -> String {
    let mut path = PREFIX.to_owned();
    for byte in room.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'@') {
            path.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

/// The address of a message in a room, or of the room.
pub(crate) fn path_to(room: &str, seq: Option<Seq>) -> String {
    let path = path_of(room);
    seq.map(|seq| format!("{path}/{seq}")).unwrap_or(path)
}

fn put(path: &str, as_new_step: bool) {
    if location().pathname().is_ok_and(|current| current == path) {
        return;
    }
    let Ok(history) = window().history() else { return };
    // A browser refuses more than so many changes a minute; the page works without the address.
    let _ = if as_new_step {
        history.push_state_with_url(&JsValue::NULL, "", Some(path))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(path))
    };
}

/// A second part that is a number is a message's. What else there is belongs to the room, which then can't be one.
fn place_of(path: &str) -> Option<Place> {
    let encoded = path.strip_prefix(PREFIX)?.trim_end_matches('/');
    let numbered = encoded.rsplit_once('/').and_then(|(room, number)| {
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
        // More than there can be is the number of no message, like any other that is too high.
        is_number.then(|| (room, Seq(number.parse().unwrap_or(u64::MAX))))
    });
    let (room, seq) = numbered.map_or((encoded, None), |(room, seq)| (room, Some(seq)));
    Some(Place { room: decode(room)?, seq })
}

fn decode(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok().filter(|room| !room.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(room: &str, seq: Option<u64>) -> Option<Place> {
        Some(Place { room: room.to_owned(), seq: seq.map(Seq) })
    }

    #[test]
    fn rooms_survive_the_address() {
        for room in ["lobby", "厨房", "a-b_c", "@00112233445566778899aabbccddeeff", "Ægir", "50%", "2026", "a/7"] {
            let path = path_of(room);
            assert!(path.is_ascii());
            assert_eq!(place_of(&path), place(room, None));
            assert_eq!(place_of(&path_to(room, Some(Seq(7)))), place(room, Some(7)));
        }
        assert_eq!(path_of("厨房"), "/r/%E5%8E%A8%E6%88%BF");
        assert_eq!(place_of("/r/lobby/"), place("lobby", None));
    }

    #[test]
    fn a_number_after_the_room_is_a_message() {
        assert_eq!(place_of("/r/lobby/41/"), place("lobby", Some(41)));
        assert_eq!(place_of("/r/2026/41"), place("2026", Some(41)));
        assert_eq!(place_of("/r/lobby/99999999999999999999"), place("lobby", Some(u64::MAX)));
        assert_eq!(place_of("/r/lobby/4x"), place("lobby/4x", None), "no room is called that, which is said there");
        assert_eq!(place_of("/r/lobby/-1"), place("lobby/-1", None));
    }

    #[test]
    fn other_paths_name_no_room() {
        for path in ["/", "/r/", "/r", "/x/lobby", "/r/%ff", "/r/%4", "/r/%zz", "/r//7"] {
            assert_eq!(place_of(path), None, "{path}");
        }
    }
}
