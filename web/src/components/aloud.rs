//! What is read aloud to who doesn't see the page. The timeline itself is no live region: what is loaded of earlier
//! would be read out with what was just said.

use leptos::prelude::*;

use crate::driver::use_driver;

/// The lines to be read aloud: what was just said, and small news.
#[component]
pub(crate) fn Aloud() -> impl IntoView {
    let view = use_driver().view;
    view! {
        <div class="sr-only" aria-live="polite" aria-relevant="additions" data-testid="aloud">
            <For each=move || view.aloud.get() key=|(number, _)| *number let:line>
                <p>{line.1}</p>
            </For>
        </div>
    }
}
