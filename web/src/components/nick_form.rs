//! What the dialogs that ask for a nick have in common.

use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;
use partyline_shared::light::check_name;
use partyline_shared::{Code, InvalidName, Limits};
use wasm_bindgen::JsCast;
use web_sys::InputEvent;

use crate::driver::{Driver, use_driver};
use crate::people;
use crate::words::{problems, tr};

/// A field for a nick, which says at once what can't be one.
#[derive(Clone, Copy)]
pub(crate) struct NickField {
    driver: Driver,
    /// The field.
    node: NodeRef<html::Input>,
    problem: RwSignal<Option<Problem>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    /// It can't be a name.
    Invalid(InvalidName),
    /// There is a space in it.
    Spaced,
    /// Somebody else has it. This one may be free.
    Taken(String, Option<String>),
    /// The server doesn't allow it.
    Refused(String),
    /// There was no answer.
    Unanswered,
}

impl Problem {
    fn words(&self) -> String {
        match self {
            Self::Invalid(InvalidName::Empty) => tr!("nick-empty"),
            Self::Invalid(wrong) => tr!("nick-invalid", why = problems::name(wrong)),
            Self::Spaced => tr!("nick-spaced"),
            Self::Taken(nick, _) => tr!("nick-taken", nick = nick),
            Self::Refused(nick) => tr!("nick-refused", nick = nick),
            Self::Unanswered => tr!("nick-unanswered"),
        }
    }
}

impl NickField {
    /// An empty field.
    pub(crate) fn new() -> Self {
        Self { driver: use_driver(), node: NodeRef::new(), problem: RwSignal::new(None) }
    }

    /// The nick in it, if it is one; otherwise the person is told why not.
    pub(crate) fn take(self) -> Option<String> {
        let typed = self.typed();
        let problem = self.problem_of(&typed);
        if problem.is_some()
            && let Some(input) = self.node.get_untracked()
        {
            let _ = input.focus();
        }
        let fine = problem.is_none();
        self.problem.set(problem);
        fine.then_some(typed)
    }

    /// Puts a nick into it.
    pub(crate) fn fill(self, nick: &str) {
        self.problem.set(None);
        if let Some(input) = self.node.get_untracked() {
            input.set_value(nick);
            input.select();
        }
    }

    /// What was wrong no longer is.
    pub(crate) fn forget(self) {
        self.problem.set(None);
    }

    /// Something is wrong with what is in it.
    pub(crate) fn has_problem(self) -> bool {
        self.problem.with_untracked(Option::is_some)
    }

    /// The server doesn't let the person be called what they asked for. What they typed stays.
    pub(crate) fn refused(self, nick: &str, code: Code) {
        let limits = self.limits();
        let known = self.driver.with_engine(|engine| {
            let rooms = engine.model().rooms.values();
            rooms.flat_map(|room| &room.members).map(|member| member.nick.clone()).collect::<Vec<_>>()
        });
        let problem = match code {
            Code::NickTaken => {
                Problem::Taken(nick.to_owned(), people::like(nick, limits.nick_chars, &known.unwrap_or_default()))
            }
            _ => Problem::Refused(nick.to_owned()),
        };
        self.complain(nick, problem);
    }

    /// The server didn't say whether the person may be called that.
    pub(crate) fn unanswered(self, nick: &str) {
        self.complain(nick, Problem::Unanswered);
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
        let free = move || {
            problem.with(|problem| match problem {
                Some(Problem::Taken(_, free)) => free.clone(),
                _ => None,
            })
        };
        let offer = move || {
            let nick = free()?;
            let (shown, filled) = (nick.clone(), nick);
            Some(view! {
                <button class="text-button" type="button" data-testid="free-nick" on:click=move |_| self.fill(&filled)>
                    {move || tr!("nick-free", nick = shown)}
                </button>
            })
        };
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
                on:input=move |event| self.changed(&event)
                on:compositionend=move |_| self.look()
            />
            <p class="problem" id=problem_id aria-live="polite" data-testid="nick-problem">
                {move || problem.with(|problem| problem.as_ref().map(Problem::words))}
                " "
                {offer}
            </p>
        }
    }

    fn changed(self, event: &Event) {
        // What an input method has so far is no name yet.
        if !event.dyn_ref::<InputEvent>().is_some_and(InputEvent::is_composing) {
            self.look();
        }
    }

    /// Says what is wrong with what is typed. Nothing typed yet is no mistake.
    fn look(self) {
        let typed = self.typed();
        self.problem.set(if typed.is_empty() { None } else { self.problem_of(&typed) });
    }

    fn complain(self, nick: &str, problem: Problem) {
        if let Some(input) = self.node.get_untracked() {
            input.set_value(nick);
            input.select();
            let _ = input.focus();
        }
        self.problem.set(Some(problem));
    }

    fn typed(self) -> String {
        self.node.get_untracked().map(|input| input.value().trim().to_owned()).unwrap_or_default()
    }

    fn problem_of(self, typed: &str) -> Option<Problem> {
        let wrong = check_name(typed, self.limits().nick_chars).err()?;
        let spaced = matches!(wrong, InvalidName::BadChar(_)) && typed.contains(char::is_whitespace);
        Some(if spaced { Problem::Spaced } else { Problem::Invalid(wrong) })
    }

    fn limits(self) -> Limits {
        self.driver.with_engine(|engine| engine.model().limits.clone()).unwrap_or_default()
    }
}
