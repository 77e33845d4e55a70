//! What the engine tells the person and nobody else: answers to commands, refusals.

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::driver::use_driver;
use crate::words::{sayings, tr};

/// The notices, the latest last.
#[component]
pub(crate) fn Notices() -> impl IntoView {
    let driver = use_driver();
    view! {
        <div class="notices" aria-live="polite">
            <For each=move || driver.view.notices.get() key=|notice| notice.id let:notice>
                <div
                    class="notice"
                    class:error=notice.error
                    data-testid="notice"
                >
                    <p class="notice-text" dir="auto" tabindex="0">
                        {move || sayings::say(&notice.text)}
                    </p>
                    <button
                        class="icon-button small"
                        type="button"
                        aria-label=move || tr!("notice-dismiss")
                        on:click=move |_| driver.dismiss(notice.id)
                    >
                        {Icon::Close.draw()}
                    </button>
                </div>
            </For>
        </div>
    }
}
