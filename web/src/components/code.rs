//! A block of code.

use std::time::Duration;

use leptos::prelude::*;

use crate::clipboard;
use crate::words::tr;

/// How long it is said that the code was copied.
const SAID_FOR: Duration = Duration::from_secs(3);

/// How a try to copy ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Copied {
    Yes,
    No,
}

/// Draws it: as it is, scrolling sideways, with a button that copies all of it.
pub(crate) fn draw(language: Option<String>, text: String) -> AnyView {
    let copied = RwSignal::new(None);
    let source = text.clone();
    let copy = move |_| {
        let source = source.clone();
        wasm_bindgen_futures::spawn_local(async move {
            let done = if clipboard::copy(&source).await { Copied::Yes } else { Copied::No };
            // The row may be gone by now, and later.
            let _ = copied.try_set(Some(done));
            let end = move || {
                let _ = copied.try_set(None);
            };
            set_timeout(end, SAID_FOR);
        });
    };
    let outcome = move || match copied.get() {
        None => None,
        Some(Copied::Yes) => Some(tr!("text-copied")),
        Some(Copied::No) => Some(tr!("text-not-copied")),
    };
    let words = move || outcome().unwrap_or_else(|| tr!("text-copy"));
    view! {
        <div class="code">
            <div class="code-head">
                <span class="code-language">{language}</span>
                <button class="code-copy" type="button" data-testid="copy-code" aria-label=move || tr!("text-copy-code") on:click=copy>
                    {words}
                </button>
                <span class="sr-only" role="status">{outcome}</span>
            </div>
            // Whoever has no pointer scrolls it with the arrow keys.
            <pre tabindex="0" dir="ltr" data-testid="code">
                <code>{text}</code>
            </pre>
        </div>
    }
    .into_any()
}
