//! Where one types.

use std::collections::HashMap;

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use partyline_engine::Action;
use web_sys::HtmlTextAreaElement;

use crate::components::icon::Icon;
use crate::driver::{Driver, use_driver};
use crate::ime::Enter;
use crate::page;
use crate::settings::{Settings, use_settings};
use crate::words::tr;

/// The id of the field.
pub(crate) const COMPOSER: &str = "composer";

/// From so few characters left on, the person is told how many.
const WARN_AT: i64 = 200;

/// The field and the button to send. The field's text lives in the field: an input method composes in it, and
/// would be disturbed by whoever writes it back.
#[component]
pub(crate) fn Composer() -> impl IntoView {
    let driver = use_driver();
    let view = driver.view;
    let desk = Desk::new(driver);
    desk.keep_drafts();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        desk.send();
    };
    let placeholder = move || {
        let current = view.current.get();
        view.room.with(|room| match room {
            Some(room) if room.private => tr!("composer-to-person", nick = room.title),
            Some(room) => tr!("composer-to-room", room = room.title),
            None if current.is_empty() || current.starts_with('@') => tr!("composer-placeholder"),
            None => tr!("composer-to-room", room = current),
        })
    };
    let left = Memo::new(move |_| {
        let most = i64::try_from(view.message_chars.get()).unwrap_or(i64::MAX);
        most.saturating_sub(i64::try_from(desk.length.get()).unwrap_or(i64::MAX))
    });
    let counter = move || (left.get() <= WARN_AT).then(|| left.get());
    view! {
        <form class="composer" on:submit=submit>
            <textarea
                node_ref=desk.field
                id=COMPOSER
                class="composer-field"
                data-testid="composer"
                rows="1"
                dir="auto"
                enterkeyhint="send"
                autocomplete="off"
                placeholder=placeholder
                aria-label=placeholder
                on:input=move |_| desk.typed()
                on:keydown=move |event| desk.key_pressed(&event)
                on:compositionend=move |event| desk.composed_at.set_value(Some(event.time_stamp()))
            ></textarea>
            <span class="counter" class:over=move || left.get() < 0 aria-live="polite">
                {counter}
            </span>
            <button
                class="send"
                type="submit"
                data-testid="send"
                aria-label=move || tr!("composer-send")
                title=move || tr!("composer-send-hint")
                disabled=move || desk.length.get() == 0 || left.get() < 0
            >
                {Icon::Send.draw()}
            </button>
        </form>
    }
}

/// The field with what belongs to it. Copies of it are the same one.
#[derive(Clone, Copy)]
struct Desk {
    driver: Driver,
    settings: Settings,
    field: NodeRef<html::Textarea>,
    /// Characters in the field; 0 for nothing but white space.
    length: RwSignal<usize>,
    /// When an input method last finished a word.
    composed_at: StoredValue<Option<f64>>,
    /// What was typed in other rooms and not sent.
    drafts: StoredValue<HashMap<String, String>>,
}

impl Desk {
    fn new(driver: Driver) -> Self {
        Self {
            driver,
            settings: use_settings(),
            field: NodeRef::new(),
            length: RwSignal::new(0),
            composed_at: StoredValue::new(None),
            drafts: StoredValue::default(),
        }
    }

    /// Puts the draft away when another room is shown, and the one of that room into the field.
    fn keep_drafts(self) {
        let view = self.driver.view;
        Effect::new(move |before: Option<String>| {
            let current = view.current.get();
            if let Some(before) = before.filter(|before| *before != current) {
                let text = self.field.get_untracked().map(|field| field.value()).unwrap_or_default();
                // A text typed before it was known which room is shown belongs to the first one.
                if !before.is_empty() {
                    let exchange = |drafts: &mut HashMap<_, _>| {
                        drafts.insert(before, text);
                        drafts.remove(&current)
                    };
                    let draft = self.drafts.try_update_value(exchange).flatten();
                    self.put(&draft.unwrap_or_default());
                }
                focus();
            }
            current
        });
        Effect::new(move |_| {
            if let Some(text) = view.prefill.get() {
                view.prefill.set(None);
                self.put(&text);
                page::focus(COMPOSER);
            }
        });
        Effect::new(move |_| {
            if !view.first_visit.get() {
                // After the dialog has closed, which gives the keyboard back to where it was.
                request_animation_frame(focus);
            }
        });
    }

    fn key_pressed(self, event: &KeyboardEvent) {
        if event.key() != "Enter" {
            return;
        }
        let enter = Enter {
            modified: event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key(),
            composing: event.is_composing(),
            key_code: event.key_code(),
            since_composition: self.composed_at.get_value().map(|at| event.time_stamp() - at),
        };
        if enter.sends() {
            event.prevent_default();
            self.send();
        }
    }

    fn typed(self) {
        let Some(field) = self.field.get_untracked() else { return };
        let text = field.value();
        self.measure(&field, &text);
        let told = self.settings.tell_typing.get_untracked();
        if told && !text.trim().is_empty() && !text.starts_with('/') {
            self.driver.act(Action::Typing(self.driver.view.current.get_untracked()));
        }
    }

    fn send(self) {
        let Some(text) = self.field.get_untracked().map(|field| field.value()) else { return };
        let too_long = text.chars().count() > self.driver.view.message_chars.get_untracked();
        if !text.trim().is_empty() && !too_long && self.driver.say(text) {
            self.put("");
        }
    }

    fn put(self, text: &str) {
        let Some(field) = self.field.get_untracked() else { return };
        field.set_value(text);
        self.measure(&field, text);
    }

    /// As high as its text; the style sheet says how high at most.
    fn measure(self, field: &HtmlTextAreaElement, text: &str) {
        let length = if text.trim().is_empty() { 0 } else { text.chars().count() };
        if self.length.get_untracked() != length {
            self.length.set(length);
        }
        // Through the object model, which a strict content policy allows, unlike a `style` attribute.
        let style = web_sys::HtmlElement::style(field);
        let _ = style.set_property("height", "auto");
        if !text.is_empty() {
            let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
        }
    }
}

/// Leads the keyboard here, where that doesn't bring a screen keyboard up that nobody asked for.
fn focus() {
    if !page::is_touch() {
        page::focus(COMPOSER);
    }
}
