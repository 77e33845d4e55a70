//! The list over the field of what could be meant.

use leptos::html;
use leptos::prelude::*;

use crate::boxed::effect;
use crate::completion::Token;
use crate::components::composer::choices::Choice;
use crate::page;
use crate::words::tr;

/// The id of the list.
pub(super) const LIST: &str = "suggestions";

/// What is offered, and for what. Copies of it are the same one.
#[derive(Clone, Copy)]
pub(super) struct Suggestions {
    /// What is offered; nothing where the list is closed.
    pub(super) choices: RwSignal<Vec<Choice>>,
    /// The one that a key would take.
    pub(super) chosen: RwSignal<Option<usize>>,
    token: StoredValue<Option<Token>>,
    /// Where the token starts for which the person wants none.
    unwanted: StoredValue<Option<usize>>,
}

impl Suggestions {
    /// A closed list.
    pub(super) fn new() -> Self {
        Self {
            choices: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(None),
            token: StoredValue::new(None),
            unwanted: StoredValue::new(None),
        }
    }

    /// Whether something is offered.
    pub(super) fn are_shown(self) -> bool {
        !self.choices.with_untracked(Vec::is_empty)
    }

    /// Offers something for a token, unless the person wants nothing for it.
    pub(super) fn offer(self, token: Option<Token>, choices: impl FnOnce(&Token) -> Vec<Choice>) {
        let Some(token) = token else {
            self.unwanted.set_value(None);
            return self.close();
        };
        if self.unwanted.get_value() == Some(token.start) {
            return self.close();
        }
        self.unwanted.set_value(None);
        let choices = choices(&token);
        let is_same = self.token.with_value(|old| old.as_ref() == Some(&token));
        if is_same && self.choices.with_untracked(|old| *old == choices) {
            return;
        }
        let chosen = (token.takes_first() && !choices.is_empty()).then_some(0);
        if self.choices.with_untracked(|old| *old != choices) {
            self.choices.set(choices);
        }
        self.chosen.set(chosen);
        self.token.set_value(Some(token));
    }

    /// Offers nothing.
    pub(super) fn close(self) {
        if self.are_shown() {
            self.choices.set(Vec::new());
            self.chosen.set(None);
        }
        self.token.set_value(None);
    }

    /// Offers nothing more for this token.
    pub(super) fn dismiss(self) {
        self.unwanted.set_value(self.token.with_value(|token| token.as_ref().map(|token| token.start)));
        self.close();
    }

    /// Goes up or down, round at the ends.
    pub(super) fn step(self, down: bool) {
        let count = self.choices.with_untracked(Vec::len);
        if count > 0 {
            self.chosen.update(|chosen| {
                *chosen = Some(match (*chosen, down) {
                    (None, true) => 0,
                    (None, false) => count - 1,
                    (Some(at), true) => (at + 1) % count,
                    (Some(at), false) => (at + count - 1) % count,
                });
            });
        }
    }

    /// The choice at a place, with its token.
    pub(super) fn get(self, at: usize) -> Option<(Token, Choice)> {
        let choice = self.choices.with_untracked(|choices| choices.get(at).cloned());
        self.token.get_value().zip(choice)
    }

    /// The id of the chosen row, for `aria-activedescendant`.
    pub(super) fn active(self) -> Option<String> {
        self.chosen.get().map(row_id)
    }

    /// Draws the list; `take` is called with the place of what is clicked.
    pub(super) fn draw(self, take: impl Fn(usize) + Copy + Send + Sync + 'static) -> impl IntoView {
        let list = NodeRef::<html::Ul>::new();
        effect(move || {
            // By itself a list only follows the keyboard's focus, which stays in the field.
            if let Some(at) = self.chosen.get()
                && let Some(row) = list.get_untracked().and_then(|list| list.children().item(u32::try_from(at).ok()?))
            {
                page::reveal(&row);
            }
        });
        let row = move |(at, choice): (usize, Choice)| {
            let is_chosen = move || self.chosen.get() == Some(at);
            view! {
                <li
                    id=row_id(at)
                    class="suggestion"
                    class:chosen=is_chosen
                    role="option"
                    data-testid="suggestion"
                    aria-selected=move || is_chosen().to_string()
                    on:click=move |_| take(at)
                >
                    {choice.draw()}
                </li>
            }
        };
        let count = move || {
            let count = self.choices.with(Vec::len);
            (count > 0).then(|| tr!("composer-suggestions-count", count = count))
        };
        // A press must not take the keyboard out of the field.
        view! {
            <ul
                node_ref=list
                id=LIST
                class="suggestions"
                role="listbox"
                data-testid="suggestions"
                aria-label=move || tr!("composer-suggestions")
                hidden=move || self.choices.with(Vec::is_empty)
                on:mousedown=|event| event.prevent_default()
            >
                {move || self.choices.get().into_iter().enumerate().map(row).collect_view()}
            </ul>
            <span class="sr-only" role="status" data-testid="suggestions-count">
                {count}
            </span>
        }
    }
}

fn row_id(at: usize) -> String {
    format!("suggestion-{at}")
}
