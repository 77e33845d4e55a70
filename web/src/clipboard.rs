//! The system's clipboard.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlDocument, HtmlElement, HtmlTextAreaElement};

/// Puts a text there, in answer to something that the person did. Returns whether that worked.
pub(crate) async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    // Browsers have it over HTTPS and on this machine only, and this page is often reached by plain HTTP in a network at
    // home or at work.
    let is_there = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    if is_there {
        JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
    } else {
        copy_selected(text).is_some()
    }
}

/// The old way, which copies what is selected: out of a field that is there for just as long.
fn copy_selected(text: &str) -> Option<()> {
    let document = document();
    let had_keyboard = document.active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let field: HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_class_name("sr-only");
    field.set_value(text);
    document.body()?.append_child(&field).ok()?;
    field.select();
    let copied = document.unchecked_ref::<HtmlDocument>().exec_command("copy");
    field.remove();
    if let Some(element) = had_keyboard {
        let _ = element.focus();
    }
    copied.ok().filter(|copied| *copied).map(|_| ())
}
