//! The dialog to change one's nick.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use partyline_engine::Action;

use crate::components::dialog::Dialog;
use crate::components::nick_form::NickField;
use crate::driver::use_driver;
use crate::words::tr;

/// The dialog to change one's nick. What the server says to it comes as a notice.
#[component]
pub(crate) fn Rename() -> impl IntoView {
    let driver = use_driver();
    let view = driver.view;
    let field = NickField::new();
    Effect::new(move |_| {
        if view.renaming.get() {
            let nick = view.me.with_untracked(|me| me.as_ref().map(|me| me.nick.clone()));
            field.fill(&nick.unwrap_or_default());
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(nick) = field.take() {
            view.renaming.set(false);
            if view.me.with_untracked(|me| me.as_ref().is_none_or(|me| me.nick != nick)) {
                driver.act(Action::Nick(nick));
            }
        }
    };
    view! {
        <Dialog open=view.renaming labelled_by="rename-title" closable=true>
            <form class="card" on:submit=submit>
                <h2 id="rename-title" class="card-title">
                    {move || tr!("rename-title")}
                </h2>
                <p class="card-text">{move || tr!("rename-note")}</p>
                {field.draw("rename-nick", || tr!("rename-label"), "rename-input")}
                <div class="card-buttons">
                    <button class="button quiet" type="button" on:click=move |_| view.renaming.set(false)>
                        {move || tr!("dialog-cancel")}
                    </button>
                    <button class="button primary" type="submit" data-testid="rename-submit">
                        {move || tr!("rename-submit")}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
