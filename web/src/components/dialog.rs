//! A modal dialog.

use crate::boxed::effect;
use leptos::html;
use leptos::prelude::*;

/// A `<dialog>` that is shown while `open` is true. The browser keeps the keyboard inside, starts with the
/// first field, and gives it back afterwards.
#[component]
pub(crate) fn Dialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// The id of its heading.
    labelled_by: &'static str,
    /// A class for its looks.
    #[prop(optional)]
    class: &'static str,
    /// It can be closed without an answer.
    #[prop(optional)]
    closable: bool,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    effect(move || {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            // It fails only for a dialog that is shown already, or isn't in the document.
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let cancel = move |event: web_sys::Event| {
        if !closable {
            event.prevent_default();
        }
    };
    let closed = move |_| {
        if closable {
            open.set(false);
        } else if let Some(dialog) = node.get_untracked().filter(|_| open.get_untracked()) {
            // Some browsers close it at the second Escape, whatever `cancel` said.
            let _ = dialog.show_modal();
        }
    };
    view! {
        <dialog node_ref=node class=format!("dialog {class}") aria-labelledby=labelled_by on:cancel=cancel on:close=closed>
            {children()}
        </dialog>
    }
}
