//! The room in the page's address: `/r/ROOM`.

use std::fmt::Write as _;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

const PREFIX: &str = "/r/";

/// The room that the address names.
pub(crate) fn current() -> Option<String> {
    room_of(&location().pathname().ok()?)
}

/// Makes a room the address, as a new step of the browser's history or in place of the current one.
pub(crate) fn show(room: &str, as_new_step: bool) {
    let path = path_of(room);
    if location().pathname().is_ok_and(|current| current == path) {
        return;
    }
    let Ok(history) = window().history() else { return };
    // A browser refuses more than so many changes a minute; the page works without the address.
    let _ = if as_new_step {
        history.push_state_with_url(&JsValue::NULL, "", Some(&path))
    } else {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&path))
    };
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

fn room_of(path: &str) -> Option<String> {
    let encoded = path.strip_prefix(PREFIX)?.trim_end_matches('/');
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

    #[test]
    fn rooms_survive_the_address() {
        for room in ["lobby", "厨房", "a-b_c", "@00112233445566778899aabbccddeeff", "Ægir", "50%"] {
            let path = path_of(room);
            assert!(path.is_ascii());
            assert_eq!(room_of(&path).as_deref(), Some(room));
        }
        assert_eq!(path_of("厨房"), "/r/%E5%8E%A8%E6%88%BF");
        assert_eq!(room_of("/r/lobby/").as_deref(), Some("lobby"));
    }

    #[test]
    fn other_paths_name_no_room() {
        for path in ["/", "/r/", "/r", "/x/lobby", "/r/%ff", "/r/%4", "/r/%zz"] {
            assert_eq!(room_of(path), None, "{path}");
        }
    }
}
