//! What of this page is kept by the browser, and whether the server has a newer one.

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, RequestCache, RequestInit, Response};

/// The files that the page is made of: their names hold a hash of what is in them.
const FILES: &str = "link[rel=stylesheet], link[rel=modulepreload], link[rel=preload]";

/// Lets the page open where the server can't be reached (web/sw.js). While one works on the page it would show what
/// was kept, so only a release does this; and a browser only on HTTPS or on this machine.
pub(crate) fn keep_page() {
    let navigator = window().navigator();
    if cfg!(debug_assertions) || !Reflect::has(&navigator, &JsValue::from_str("serviceWorker")).unwrap_or(false) {
        return;
    }
    let registered = navigator.service_worker().register("/sw.js");
    // Where the browser refuses, there is a page all the same.
    wasm_bindgen_futures::spawn_local(async move {
        let _ = JsFuture::from(registered).await;
    });
}

/// Whether the server has another page than this one. The page is part of the server, so that can only be after the
/// connection to it was lost.
pub(crate) async fn is_there() -> bool {
    match index().await {
        Ok(index) => own_files().iter().any(|file| !index.contains(file)),
        // It may be on its way down again. The next connection asks again.
        Err(_) => false,
    }
}

/// The server's page as it is now.
async fn index() -> Result<String, JsValue> {
    let options = RequestInit::new();
    options.set_cache(RequestCache::NoStore);
    let response: Response = JsFuture::from(window().fetch_with_str_and_init("/", &options)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    JsFuture::from(response.text()?).await?.as_string().ok_or(JsValue::NULL)
}

fn own_files() -> Vec<String> {
    let Ok(links) = document().query_selector_all(FILES) else { return Vec::new() };
    let name = |at| links.item(at)?.dyn_into::<Element>().ok()?.get_attribute("href");
    (0..links.length()).filter_map(name).collect()
}
