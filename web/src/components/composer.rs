//! Where one types.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::boxed::memo;
use crate::components::icon::Icon;
use crate::components::typing::Typing;
use crate::driver::use_driver;
use crate::page;
use crate::words::tr;

mod choices;
mod desk;
mod hint;
mod picker;
mod suggestions;

use desk::Desk;
use hint::Hint;
use picker::Picker;
use suggestions::LIST;

/// The id of the field.
pub(crate) const COMPOSER: &str = "composer";

/// The id of what is said about the text.
const HINT: &str = "composer-hint";

/// From so few characters left on, the person is told how many.
const WARN_AT: i64 = 200;

/// So often a screen reader is told how many are left, counted in characters: at each one it would read nothing else.
const TELL_EVERY: i64 = 50;

/// The field, the buttons to choose an emoji and to send, and the line under them. The field's text lives in the field:
/// an input method composes in it, and would be disturbed by whoever writes it back.
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
    let left = memo(move || {
        let most = i64::try_from(view.message_chars.get()).unwrap_or(i64::MAX);
        most.saturating_sub(i64::try_from(desk.length.get()).unwrap_or(i64::MAX))
    });
    let counter = move || (left.get() <= WARN_AT).then(|| left.get());
    let picking = RwSignal::new(false);
    let too_long =
        move || desk.hint.with(|hint| hint.as_ref().filter(|hint| matches!(hint, Hint::TooLong(_))).map(Hint::words));
    let cant_send = move || desk.length.get() == 0 || too_long().is_some();
    view! {
        <div class="composer-frame">
            {desk.suggestions.draw(move |at| desk.take(at))}
            <Picker open=picking shelf=desk.shelf choose=move |glyph: &str| desk.insert(glyph) />
            <form class="composer" on:submit=submit>
                {field(desk)}
                <span class="counter" class:over=move || { left.get() < 0 } data-testid="counter" aria-hidden="true">
                    {counter}
                </span>
                <button
                    id=picker::BUTTON
                    class="icon-button composer-button"
                    type="button"
                    data-testid="emoji"
                    aria-label=move || tr!("emoji-open")
                    title=move || tr!("emoji-open")
                    aria-haspopup="dialog"
                    aria-expanded=move || picking.get().to_string()
                    on:click=move |_| picking.update(|open| *open = !*open)
                >
                    {Icon::Smile.draw()}
                </button>
                <button
                    class="send"
                    type="submit"
                    data-testid="send"
                    aria-label=move || tr!("composer-send")
                    title=move || too_long().unwrap_or_else(|| tr!("composer-send-hint"))
                    aria-describedby=HINT
                    aria-disabled=move || cant_send().to_string()
                >
                    {Icon::Send.draw()}
                </button>
            </form>
        </div>
        {underline(desk, left)}
    }
}

/// The field itself.
fn field(desk: Desk) -> impl IntoView {
    let view = desk.driver.view;
    let placeholder = move || {
        let current = view.current.get();
        view.room.with(|room| match room {
            Some(room) if room.private => tr!("composer-to-person", nick = room.title),
            Some(room) => tr!("composer-to-room", room = room.title),
            None if current.is_empty() || current.starts_with('@') => tr!("composer-placeholder"),
            None => tr!("composer-to-room", room = current),
        })
    };
    let offers = memo(move || desk.suggestions.choices.with(|choices| !choices.is_empty()));
    // Only then is the field something else than one to type in: ARIA in HTML knows no list of a field of many lines.
    let while_offering = move |value: &'static str| move || offers.get().then_some(value);
    view! {
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
            aria-describedby=HINT
            aria-autocomplete="list"
            aria-controls=LIST
            aria-invalid=move || desk.hint.with(|hint| hint.as_ref().is_some_and(Hint::is_problem)).to_string()
            role=while_offering("combobox")
            aria-expanded=while_offering("true")
            aria-haspopup=while_offering("listbox")
            aria-activedescendant=move || desk.suggestions.active()
            on:input=move |event| desk.typed(&event)
            on:keydown=move |event| desk.key_pressed(&event)
            on:keyup=move |_| desk.moved()
            on:click=move |_| desk.moved()
            on:blur=move |_| desk.suggestions.close()
            on:compositionend=move |event| desk.composed(event.time_stamp())
        ></textarea>
    }
}

/// The line under the composer: what there is to say about the text, or who is typing.
fn underline(desk: Desk, left: Memo<i64>) -> impl IntoView {
    let told = memo(move || {
        (0..=WARN_AT).contains(&left.get()).then(|| (left.get() + TELL_EVERY - 1) / TELL_EVERY * TELL_EVERY)
    });
    view! {
        <p class="underline">
            <span
                id=HINT
                class="hint"
                class:problem=move || desk.hint.with(|hint| hint.as_ref().is_some_and(Hint::is_problem))
                role="status"
                data-testid="hint"
            >
                {move || desk.hint.with(|hint| hint.as_ref().map(Hint::words))}
            </span>
            <span class="sr-only" role="status">
                {move || told.get().map(|left| tr!("composer-left", left = left))}
                {move || desk.completed.get()}
            </span>
            <span class="sr-only" role="alert">
                {move || desk.alarm.get()}
            </span>
            <Typing />
        </p>
    }
}

/// Leads the keyboard here, where that doesn't bring a screen keyboard up that nobody asked for.
fn focus() {
    if !page::is_touch() {
        page::focus(COMPOSER);
    }
}
