//! The document around the components: visibility, title, the notices that stand in index.html.

use std::panic;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Whether the person can see the page.
pub(crate) fn is_visible() -> bool {
    !document().hidden()
}

/// Shows the notice of index.html that something broke: a panic leaves the page dead, and a dead chat that looks
/// alive is worse than one that says so.
pub(crate) fn show_panics() {
    panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        if let Some(notice) = document().get_element_by_id("broken") {
            let _ = notice.remove_attribute("hidden");
        }
    }));
}

/// Takes the "loading" notice of index.html away.
pub(crate) fn remove_boot_notice() {
    if let Some(notice) = document().get_element_by_id("boot") {
        notice.remove();
    }
}

/// Moves the keyboard to the element with this id.
pub(crate) fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Whether a touch screen is the main way in: focusing a field by itself would open the keyboard over the page.
pub(crate) fn is_touch() -> bool {
    window().match_media("(pointer: coarse)").ok().flatten().is_some_and(|query| query.matches())
}

/// Whether the browser thinks that the machine has a network.
pub(crate) fn has_network() -> bool {
    window().navigator().on_line()
}

/// Whether the lists at the sides are drawers, as the style sheet has it (web/style/narrow.css).
pub(crate) fn is_narrow() -> bool {
    window().match_media("(max-width: 720px)").ok().flatten().is_some_and(|query| query.matches())
}

/// The languages that the person reads, by tag, the best first.
pub(crate) fn languages() -> Vec<String> {
    window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect()
}

/// Sets an attribute of `<html>`, or takes it away.
pub(crate) fn set_root(name: &str, value: Option<&str>) {
    let Some(root) = document().document_element() else { return };
    // It fails only for what can't be an attribute's name.
    let _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}

/// 64 random bits.
pub(crate) fn entropy() -> u64 {
    let mut bytes = [0; 8];
    if let Ok(crypto) = window().crypto() {
        // It fails only for requests over 64 KiB.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    u64::from_le_bytes(bytes)
}

/// The tab's title: how much is unread, where one is, what this is.
pub(crate) fn title(unread: usize, room: &str, private: bool) -> String {
    let count = if unread > 0 { format!("({unread}) ") } else { String::new() };
    match (room, private) {
        ("", _) => format!("{count}Partyline"),
        (room, true) => format!("{count}{room} · Partyline"),
        (room, false) => format!("{count}#{room} · Partyline"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_says_what_is_unread_and_where_one_is() {
        assert_eq!(title(3, "lobby", false), "(3) #lobby · Partyline");
        assert_eq!(title(0, "ann", true), "ann · Partyline");
        assert_eq!(title(0, "", false), "Partyline");
    }
}
