//! The document around the components: visibility, title, the notices that stand in index.html.

use std::panic;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, ScrollIntoViewOptions, ScrollLogicalPosition};

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

/// Scrolls just as far as it takes to see an element.
pub(crate) fn reveal(element: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Whether the element with this id has the keyboard.
pub(crate) fn has_focus(id: &str) -> bool {
    document().active_element().is_some_and(|element| element.id() == id)
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

/// Gives what is around the page the colour of a theme, `light` or `dark`; `None` leaves it to the system.
pub(crate) fn set_theme_colour(theme: Option<&str>) {
    for name in ["light", "dark"] {
        let css = format!("meta[name='theme-color'][data-theme='{name}']");
        let Ok(Some(meta)) = document().query_selector(&css) else { continue };
        let media = match theme {
            None => format!("(prefers-color-scheme: {name})"),
            Some(theme) if theme == name => "all".to_owned(),
            Some(_) => "not all".to_owned(),
        };
        let _ = meta.set_attribute("media", &media);
    }
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

/// The address of the tab's icon.
pub(crate) fn icon() -> Option<String> {
    icon_link()?.get_attribute("href")
}

/// Shows another icon in the tab.
pub(crate) fn set_icon(address: &str) {
    if let Some(link) = icon_link() {
        let _ = link.set_attribute("href", address);
    }
}

fn icon_link() -> Option<Element> {
    document().query_selector("link[rel='icon']").ok().flatten()
}
