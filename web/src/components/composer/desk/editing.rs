//! The field's text: the browser counts in UTF-16, and keeps what can be undone.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, HtmlTextAreaElement};

use super::Desk;
use crate::completion;

impl Desk {
    /// Puts something where the caret is.
    pub(in super::super) fn insert(self, what: &str) {
        let Some((text, start, end)) = self.selection() else { return };
        self.replace(completion::bytes(&text, start), completion::bytes(&text, end), what);
    }

    /// What is in the field.
    pub(super) fn text(self) -> String {
        self.field.get_untracked().map(|field| field.value()).unwrap_or_default()
    }

    /// What is in the field, and from where to where it is selected, in the browser's units.
    fn selection(self) -> Option<(String, usize, usize)> {
        let field = self.field.get_untracked()?;
        let position = |position: Option<u32>| position.and_then(|position| usize::try_from(position).ok());
        let start = position(field.selection_start().ok()?)?;
        Some((field.value(), start, position(field.selection_end().ok()?)?))
    }

    /// What is in the field and where the caret is, where nothing is selected.
    pub(super) fn caret(self) -> Option<(String, usize)> {
        let (text, start, _) = self.selection().filter(|(_, start, end)| start == end)?;
        let caret = completion::bytes(&text, start);
        Some((text, caret))
    }

    /// Puts something in the place of a part of the text, as if it had been typed: it can be undone.
    pub(super) fn replace(self, start: usize, end: usize, with: &str) {
        let Some(field) = self.field.get_untracked() else { return };
        let text = field.value();
        let unit = |at| u32::try_from(completion::units(&text, at)).unwrap_or(u32::MAX);
        let _ = field.focus();
        let _ = field.set_selection_range(unit(start), unit(end));
        let document = document().dyn_into::<HtmlDocument>();
        let inserted = document.is_ok_and(|document| {
            document.exec_command_with_show_ui_and_value("insertText", false, with).unwrap_or(false)
        });
        // There is no other way that can be undone, and browsers may take this one away.
        if !inserted {
            let _ = field.set_range_text_with_start_and_end(with, unit(start), unit(end));
            let after = unit(start) + u32::try_from(with.encode_utf16().count()).unwrap_or(0);
            let _ = field.set_selection_range(after, after);
            self.changed();
            self.suggest();
        }
    }
}

/// As high as its text; the style sheet says how high at most.
pub(super) fn grow(field: &HtmlTextAreaElement, text: &str) {
    // Through the object model, which a strict content policy allows, unlike a `style` attribute.
    let style = web_sys::HtmlElement::style(field);
    let _ = style.set_property("height", "auto");
    if !text.is_empty() {
        let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
    }
}
