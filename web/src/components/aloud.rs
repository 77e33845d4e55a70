//! What is read aloud to who doesn't see the page. The timeline itself is no live region: what is loaded of earlier
//! would be read out with what was just said.

use leptos::prelude::*;

use crate::boxed::{Entry, list};
use crate::driver::use_driver;

/// The lines to be read aloud: what was just said, and small news.
#[component]
pub(crate) fn Aloud() -> impl IntoView {
    let view = use_driver().view;
    let line =
        |(number, text): (u64, String)| Entry::new(number.to_string(), move || view! { <p>{text}</p> }.into_any());
    view! {
        <div class="sr-only" aria-live="polite" aria-relevant="additions" data-testid="aloud">
            {list(move || view.aloud.get().into_iter().map(line).collect())}
        </div>
    }
}
