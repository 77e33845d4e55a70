//! Who is typing.

use leptos::prelude::*;

use crate::driver::use_driver;

/// The line under the composer. Its height is always the same, so that nothing moves when somebody types.
#[component]
pub(crate) fn Typing() -> impl IntoView {
    let view = use_driver().view;
    let drawn = move || {
        let typing = view.typing.get();
        let name = |at: usize| view! { <bdi class="strong">{typing.get(at).cloned()}</bdi> };
        match typing.len() {
            0 => ().into_any(),
            1 => view! { {name(0)} " is typing…" }.into_any(),
            2 => view! { {name(0)} " and " {name(1)} " are typing…" }.into_any(),
            _ => "Several people are typing…".into_any(),
        }
    };
    view! {
        <p class="typing" data-testid="typing">
            <span class="typing-dots" class:on=move || view.typing.with(|typing| !typing.is_empty()) aria-hidden="true">
                <i></i>
                <i></i>
                <i></i>
            </span>
            <span>{drawn}</span>
        </p>
    }
}
