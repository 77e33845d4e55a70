//! What the dialogs that ask for a nick have in common.

use leptos::html;
use leptos::prelude::*;
use partyline_shared::light::check_name;
use partyline_shared::{InvalidName, Limits};

use crate::words::{problems, tr};

/// A field for a nick, which says at once what can't be one.
#[derive(Clone, Copy)]
pub(crate) struct NickField {
    /// The field.
    pub(crate) node: NodeRef<html::Input>,
    problem: RwSignal<Option<String>>,
}

impl NickField {
    /// An empty field.
    pub(crate) fn new() -> Self {
        Self { node: NodeRef::new(), problem: RwSignal::new(None) }
    }

    /// The nick in it, if it is one; otherwise the person is told why not.
    pub(crate) fn take(self) -> Option<String> {
        let typed = self.node.get_untracked()?.value();
        match check_name(typed.trim(), Limits::default().nick_chars) {
            Ok(()) => {
                self.problem.set(None);
                Some(typed.trim().to_owned())
            }
            Err(wrong) => {
                let spaced = typed.trim().contains(char::is_whitespace);
                self.problem.set(Some(match wrong {
                    InvalidName::Empty => tr!("nick-empty"),
                    InvalidName::BadChar(_) if spaced => tr!("nick-spaced"),
                    wrong => tr!("nick-invalid", why = problems::name(&wrong)),
                }));
                if let Some(input) = self.node.get_untracked() {
                    let _ = input.focus();
                }
                None
            }
        }
    }

    /// Puts a nick into it.
    pub(crate) fn fill(self, nick: &str) {
        self.problem.set(None);
        if let Some(input) = self.node.get_untracked() {
            input.set_value(nick);
            input.select();
        }
    }

    /// Draws it. `id` ties the label and the problem to it.
    pub(crate) fn draw(
        self,
        id: &'static str,
        label: impl Fn() -> String + Send + 'static,
        testid: &'static str,
    ) -> impl IntoView {
        let problem = self.problem;
        let problem_id = format!("{id}-problem");
        view! {
            <label class="label" for=id>
                {label}
            </label>
            <input
                node_ref=self.node
                id=id
                class="field"
                type="text"
                data-testid=testid
                maxlength="64"
                autocomplete="nickname"
                autocapitalize="none"
                spellcheck="false"
                dir="auto"
                aria-describedby=problem_id.clone()
                aria-invalid=move || problem.with(Option::is_some).to_string()
                on:input=move |_| problem.set(None)
            />
            <p class="problem" id=problem_id aria-live="polite">
                {move || problem.get()}
            </p>
        }
    }
}
