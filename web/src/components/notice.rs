//! What the engine tells the person and nobody else: answers to commands, refusals.

use leptos::prelude::*;

use crate::boxed::{Entry, list};
use crate::components::icon::Icon;
use crate::driver::{Driver, use_driver};
use crate::view::Notice;
use crate::words::{sayings, tr};

/// The notices, the latest last.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let driver = use_driver();
    let entry = move |notice: Notice| Entry::new(notice.id.to_string(), move || draw(driver, notice));
    view! {
        <div class="notices" aria-live="polite">
            {list(move || driver.view.notices.get().into_iter().map(entry).collect())}
        </div>
    }
}

fn draw(driver: Driver, notice: Notice) -> AnyView {
    let Notice { id, text, error } = notice;
    view! {
        <div class="notice" class:error=error data-testid="notice">
            <p class="notice-text" dir="auto" tabindex="0">
                {move || sayings::say(&text)}
            </p>
            <button
                class="icon-button small"
                type="button"
                aria-label=move || tr!("notice-dismiss")
                on:click=move |_| driver.dismiss(id)
            >
                {Icon::Close.draw()}
            </button>
        </div>
    }
    .into_any()
}
