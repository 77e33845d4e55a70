//! The field with what belongs to it.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use partyline_engine::Action;
use partyline_shared::light::same_name;
use wasm_bindgen::JsCast;
use web_sys::InputEvent;

use super::choices::{self, choices};
use super::hint::{self, Hint};
use super::suggestions::Suggestions;
use super::{COMPOSER, focus};
use crate::boxed::{effect, effect_since};
use crate::completion::{self, Cycle};
use crate::driver::Driver;
use crate::emoji::Shelf;
use crate::ime;
use crate::page;
use crate::settings::use_settings;
use crate::storage;
use crate::words::tr;

mod editing;

use editing::grow;

/// The field with what belongs to it. Copies of it are the same one.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// Runs the page.
    pub(super) driver: Driver,
    /// The field.
    pub(super) field: NodeRef<html::Textarea>,
    /// Characters that would be said; 0 for nothing but white space.
    pub(super) length: RwSignal<usize>,
    /// What there is to say about the text.
    pub(super) hint: RwSignal<Option<Hint>>,
    /// The person wanted to send what can't be sent: what to tell them at once.
    pub(super) alarm: RwSignal<Option<String>>,
    /// What a screen reader is told that sees no change of the field.
    pub(super) completed: RwSignal<Option<String>>,
    /// What could be meant.
    pub(super) suggestions: Suggestions,
    /// The emoji.
    pub(super) shelf: Shelf,
    /// When an input method last finished a word.
    pub(super) composed_at: StoredValue<Option<f64>>,
    /// An input method is at work. Only a touch gets in between.
    composing: StoredValue<bool>,
    /// The room that what is in the field was typed in.
    room: StoredValue<String>,
    /// The nicks that Tab goes through.
    cycle: StoredValue<Option<Cycle>>,
    /// What was sent last.
    last: StoredValue<String>,
}

impl Desk {
    pub(super) fn new(driver: Driver) -> Self {
        Self {
            driver,
            field: NodeRef::new(),
            length: RwSignal::new(0),
            hint: RwSignal::new(None),
            alarm: RwSignal::new(None),
            completed: RwSignal::new(None),
            suggestions: Suggestions::new(),
            shelf: Shelf::new(),
            composed_at: StoredValue::new(None),
            composing: StoredValue::new(false),
            room: StoredValue::default(),
            cycle: StoredValue::new(None),
            last: StoredValue::default(),
        }
    }

    /// Puts the draft of a room into the field when that room is shown.
    pub(super) fn keep_drafts(self) {
        let view = self.driver.view;
        effect_since(move |before: Option<String>| {
            let current = view.current.get();
            let before = before.unwrap_or_default();
            if before != current {
                self.room.set_value(current.clone());
                // A text typed before it was known which room is shown, or how it is spelt, belongs to that one.
                let same = before.is_empty() || same_name(&before, &current);
                if same && !self.text().is_empty() {
                    self.keep_draft();
                } else {
                    self.put(&storage::draft(&current).unwrap_or_default());
                }
                focus();
            }
            current
        });
        effect(move || {
            if let Some(text) = view.prefill.get() {
                view.prefill.set(None);
                // Before what is there: nothing typed is lost.
                self.put(&format!("{text}{}", self.text()));
                page::focus(COMPOSER);
            }
        });
        effect(move || {
            if !view.first_visit.get() {
                // After the dialog has closed, which gives the keyboard back to where it was.
                request_animation_frame(focus);
            }
        });
        // The server's rooms are here: one of them may be meant.
        effect(move || {
            if view.listed.get() > 0 && page::has_focus(COMPOSER) {
                self.suggest();
            }
        });
        // The emoji are here: what was typed meanwhile may be one.
        effect(move || {
            if self.shelf.get().is_some() && page::has_focus(COMPOSER) && !self.emoji_typed() {
                self.suggest();
            }
        });
    }

    /// A key was pressed in the field.
    pub(super) fn key_pressed(self, event: &KeyboardEvent) {
        let press = ime::Press {
            composing: event.is_composing(),
            key_code: event.key_code(),
            since_composition: self.composed_at.get_value().map(|at| event.time_stamp() - at),
        };
        if press.is_of_input_method() {
            return;
        }
        let modified = event.ctrl_key() || event.alt_key() || event.meta_key();
        let plain = !modified && !event.shift_key();
        let key = event.key();
        let taken = match key.as_str() {
            "ArrowDown" | "ArrowUp" if plain && self.suggestions.are_shown() => {
                self.suggestions.step(key == "ArrowDown");
                true
            }
            "Tab" if plain && self.suggestions.are_shown() => {
                self.take(self.suggestions.chosen.get_untracked().unwrap_or(0));
                true
            }
            "Tab" if !modified => self.cycle(event.shift_key()),
            "Enter" if plain => {
                if !self.take_chosen() {
                    self.send();
                }
                true
            }
            "Escape" if plain && self.suggestions.are_shown() => {
                self.suggestions.dismiss();
                true
            }
            "Escape" => {
                // The next Tab leaves the field.
                self.cycle.set_value(None);
                false
            }
            "ArrowUp" if plain && self.text().is_empty() => self.recall(),
            _ => false,
        };
        if taken {
            event.prevent_default();
            // What took a key here is not for the page.
            event.stop_propagation();
        }
    }

    /// The text changed.
    pub(super) fn typed(self, event: &web_sys::Event) {
        let input = event.dyn_ref::<InputEvent>();
        let composing = input.is_some_and(InputEvent::is_composing);
        self.composing.set_value(composing);
        self.changed();
        self.tell_typing();
        let closes = input.and_then(InputEvent::data).is_some_and(|data| data.ends_with(':'));
        if !composing && closes {
            // Not within: changing the text is an event like this one.
            queue_microtask(move || {
                self.emoji_typed();
            });
        }
        // A phone's keyboard composes every word. There nothing is taken by a key, only by a touch.
        if composing && !page::is_touch() {
            self.suggestions.close();
        } else {
            self.suggest();
        }
    }

    /// An input method has finished a word.
    pub(super) fn composed(self, at: f64) {
        self.composed_at.set_value(Some(at));
        self.composing.set_value(false);
        self.changed();
        self.suggest();
    }

    /// The caret may be elsewhere now.
    pub(super) fn moved(self) {
        if self.suggestions.are_shown() {
            self.suggest();
        }
    }

    /// Puts what was chosen in the place of what was typed.
    pub(super) fn take(self, at: usize) {
        let Some((token, choice)) = self.suggestions.get(at) else { return };
        if self.composing.get_value()
            && let Some(field) = self.field.get_untracked()
        {
            // What the input method has so far is taken as it is.
            let _ = field.blur();
        }
        self.suggestions.close();
        let text = self.text();
        let spaced = text.get(token.end..).is_some_and(|rest| rest.starts_with(' '));
        let after = if spaced { "" } else { choice.after };
        self.replace(token.start, token.end, &format!("{}{after}", choice.with));
    }

    /// Sends what is in the field, or says why it can't be.
    pub(super) fn send(self) {
        let text = self.text();
        if text.trim().is_empty() {
            focus();
            return;
        }
        let limits = self.driver.with_engine(|engine| engine.model().limits.clone()).unwrap_or_default();
        let problem = Hint::of(&text, &limits, true).filter(Hint::is_problem);
        let problem = problem.or_else(|| (!self.driver.say(text.clone())).then_some(Hint::Nowhere));
        if let Some(problem) = problem {
            self.alarm.set(Some(problem.words()));
            self.hint.set(Some(problem));
            focus();
            return;
        }
        self.last.set_value(text);
        self.put("");
    }

    fn suggest(self) {
        let token = self.caret().and_then(|(text, caret)| completion::token(&text, caret));
        self.suggestions.offer(token, |token| choices(token, self.driver, self.shelf));
    }

    /// Takes what is chosen in the list. Returns whether that is all that the key means.
    fn take_chosen(self) -> bool {
        let Some(at) = self.suggestions.chosen.get_untracked() else { return false };
        let Some((token, choice)) = self.suggestions.get(at) else { return false };
        let text = self.text();
        if text.get(token.start..token.end).is_none_or(|typed| choice.is_complete(typed)) {
            self.suggestions.close();
            return false;
        }
        self.take(at);
        true
    }

    /// Makes the word before the caret a nick, or the nick another one.
    fn cycle(self, back: bool) -> bool {
        let Some((text, caret)) = self.caret() else { return false };
        let next = self.cycle.try_update_value(|cycle| cycle.as_mut()?.next(&text, caret, back)).flatten();
        let replacement = next.or_else(|| {
            let people = choices::likeliest(self.driver);
            let cycle = Cycle::start(&text, caret, people.iter().map(String::as_str)).filter(|_| !back);
            let first = cycle.as_ref().map(|cycle| cycle.first(caret));
            self.cycle.set_value(cycle);
            first
        });
        let Some(replacement) = replacement else { return false };
        self.replace(replacement.start, replacement.end, &replacement.with);
        self.cycle.with_value(|cycle| {
            if let Some((nick, place, count)) = cycle.as_ref().map(Cycle::current) {
                self.completed.set(Some(tr!("composer-completed", nick = nick, place = place, count = count)));
            }
        });
        true
    }

    /// Brings back what was sent last, to be said again or mended.
    fn recall(self) -> bool {
        let last = self.last.get_value();
        if !last.is_empty() {
            self.put(&last);
        }
        !last.is_empty()
    }

    /// The name of an emoji was finished: it becomes the emoji.
    fn emoji_typed(self) -> bool {
        let Some((text, caret)) = self.caret() else { return false };
        let Some((start, name)) = completion::finished_emoji(&text, caret) else { return false };
        self.shelf.want();
        let Some(emoji) = self.shelf.get_untracked().and_then(|catalogue| catalogue.named(name)) else { return false };
        self.suggestions.close();
        self.replace(start, caret, emoji.glyph);
        true
    }

    fn put(self, text: &str) {
        let Some(field) = self.field.get_untracked() else { return };
        field.set_value(text);
        self.suggestions.close();
        self.changed();
    }

    /// Takes notice of what is in the field now.
    fn changed(self) {
        let Some(field) = self.field.get_untracked() else { return };
        let text = field.value();
        grow(&field, &text);
        let length = if text.trim().is_empty() { 0 } else { hint::said_chars(&text) };
        let limits = self.driver.with_engine(|engine| engine.model().limits.clone()).unwrap_or_default();
        let hint = Hint::of(&text, &limits, false);
        set(self.length, length);
        set(self.hint, hint);
        set(self.alarm, None);
        self.keep_draft();
    }

    fn keep_draft(self) {
        let (room, text) = (self.room.get_value(), self.text());
        if !room.is_empty() {
            storage::keep_draft(&room, &text);
        }
    }

    /// Others are told that one types, if one wants them to. The engine sees to it that they aren't told at each key.
    fn tell_typing(self) {
        let text = self.text();
        let is_said = !text.starts_with('/') || text.starts_with("//") || text.starts_with("/me ");
        if is_said && !text.trim().is_empty() && use_settings().tell_typing.get_untracked() {
            self.driver.act(Action::Typing(self.driver.view.current.get_untracked()));
        }
    }
}

fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}
