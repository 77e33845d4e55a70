//! The dialog to change one's nick.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use partyline_engine::{Action, Connection};

use crate::boxed::{effect, effect_since};
use crate::components::dialog::Dialog;
use crate::components::nick_form::NickField;
use crate::driver::use_driver;
use crate::words::tr;

/// The dialog to change one's nick. It stays until the server has said yes, and says what the server has against it.
#[component]
pub(crate) fn Rename() -> impl IntoView {
    let driver = use_driver();
    let view = driver.view;
    let field = NickField::new();
    let me = move || view.me.with(|me| me.as_ref().map(|me| me.nick.clone()));
    effect(move || {
        if !view.renaming.get() {
            // Whoever closed it no longer waits for an answer.
            view.asked_nick.set(None);
            field.forget();
        } else if view.asked_nick.with_untracked(Option::is_none) && !field.has_problem() {
            field.fill(&untrack(me).unwrap_or_default());
        }
    });
    effect(move || {
        if let Some(code) = view.nick_refused.get() {
            view.nick_refused.set(None);
            if let Some(nick) = view.asked_nick.get_untracked() {
                view.asked_nick.set(None);
                field.refused(&nick, code);
            }
        }
    });
    effect_since(move |before: Option<Option<String>>| {
        let me = me();
        let changed = before.is_some_and(|before| before != me) && view.asked_nick.with_untracked(Option::is_some);
        // Whoever asked for a taken nick when they came is called a guest before they are told.
        let guest = !view.renaming.get_untracked() && me.as_ref().is_none_or(|me| me.starts_with("guest-"));
        if changed && !guest {
            view.asked_nick.set(None);
            view.renaming.set(false);
        }
        me
    });
    effect(move || {
        let online = view.connection.with(|connection| matches!(connection, Connection::Online));
        if let Some(nick) = view.asked_nick.get_untracked().filter(|_| !online && view.renaming.get_untracked()) {
            view.asked_nick.set(None);
            field.unanswered(&nick);
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(nick) = field.take() else { return };
        if untrack(me).as_ref() == Some(&nick) {
            view.renaming.set(false);
            return;
        }
        let online = view.connection.with_untracked(|connection| matches!(connection, Connection::Online));
        view.asked_nick.set(online.then(|| nick.clone()));
        if !online {
            view.renaming.set(false);
        }
        driver.act(Action::Nick(nick));
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
