//! Copying. A page that came over plain HTTP has no clipboard, and a person may have forbidden it: then the old way is
//! tried, which copies what is selected.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlTextAreaElement;

/// Copies a text. Returns whether it did.
pub(crate) async fn copy(text: &str) -> bool {
    let asked = write(text);
    let written = match asked {
        Some(promise) => JsFuture::from(promise).await.is_ok(),
        None => false,
    };
    written || copy_selected(text)
}

/// The clipboard's own way, where there is one. `web-sys` takes it for granted, and would panic where it isn't.
fn write(text: &str) -> Option<Promise> {
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).ok()?;
    let write: Function = Reflect::get(&clipboard, &"writeText".into()).ok()?.dyn_into().ok()?;
    write.call1(&clipboard, &JsValue::from_str(text)).ok()?.dyn_into().ok()
}

fn copy_selected(text: &str) -> bool {
    let made =
        document().create_element("textarea").ok().and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
    let (Some(field), Some(body)) = (made, document().body()) else { return false };
    let before = document().active_element().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    field.set_value(text);
    field.set_class_name("sr-only");
    if body.append_child(&field).is_err() {
        return false;
    }
    field.select();
    let page: JsValue = document().into();
    let command =
        Reflect::get(&page, &"execCommand".into()).ok().and_then(|command| command.dyn_into::<Function>().ok());
    let copied =
        command.and_then(|command| command.call1(&page, &"copy".into()).ok()).is_some_and(|done| done.is_truthy());
    field.remove();
    if let Some(before) = before {
        let _ = before.focus();
    }
    copied
}
