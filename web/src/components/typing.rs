//! Who is typing.

use leptos::prelude::*;

use crate::driver::use_driver;
use crate::words::{tr, tr_view};

/// Who is typing: a line of its own, so that nothing moves when somebody does.
#[component]
pub(crate) fn Typing() -> impl IntoView {
    let view = use_driver().view;
    let drawn = move || {
        let typing = view.typing.get();
        let name = |at: usize| view! { <bdi class="strong">{typing.get(at).cloned()}</bdi> };
        match typing.len() {
            0 => ().into_any(),
            1 => tr_view!("typing-one", nick = name(0)).into_any(),
            2 => tr_view!("typing-two", nick = name(0), other = name(1)).into_any(),
            _ => tr!("typing-many").into_any(),
        }
    };
    view! {
        <span class="typing" data-testid="typing">
            <span class="typing-dots" class:on=move || view.typing.with(|typing| !typing.is_empty()) aria-hidden="true">
                <i></i>
                <i></i>
                <i></i>
            </span>
            <span class="typing-names">{drawn}</span>
        </span>
    }
}
