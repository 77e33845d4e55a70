//! The settings dialog. What is chosen holds at once: there is nothing to save.

use leptos::prelude::*;

use crate::boxed::effect;
use crate::components::dialog::Dialog;
use crate::components::icon::Icon;
use crate::driver::use_driver;
use crate::notify::{self, Permission};
use crate::settings::{Choice, Clock, Density, Theme, use_settings};
use crate::words::{Language, tr};

/// The settings dialog.
#[component]
pub(crate) fn SettingsDialog() -> impl IntoView {
    let view = use_driver().view;
    let settings = use_settings();
    let nick = move || view.name.get().unwrap_or_default();
    let rename = move |_| {
        view.settings_open.set(false);
        view.renaming.set(true);
    };
    view! {
        <Dialog open=view.settings_open labelled_by="settings-title" class="settings" closable=true>
            <div class="settings-head">
                <h2 id="settings-title" class="card-title">
                    {move || tr!("settings-title")}
                </h2>
                <button
                    class="icon-button"
                    type="button"
                    data-testid="settings-close"
                    aria-label=move || tr!("dialog-close")
                    on:click=move |_| view.settings_open.set(false)
                >
                    {Icon::Close.draw()}
                </button>
            </div>
            <div class="settings-body">
                <section class="settings-group">
                    <div class="setting">
                        <span class="setting-name">
                            {move || tr!("settings-nick")} " " <bdi class="strong" data-testid="settings-nick">{nick}</bdi>
                        </span>
                        <button class="text-button" type="button" data-testid="settings-rename" on:click=rename>
                            {move || tr!("settings-nick-change")}
                        </button>
                    </div>
                </section>
                <section class="settings-group">
                    {segments("language", settings.language, || tr!("settings-language"), |language| match language {
                        None => tr!("settings-language-browser"),
                        Some(language) => language.name().to_owned(),
                    })}
                    {segments("theme", settings.theme, || tr!("settings-theme"), |theme| match theme {
                        Theme::System => tr!("settings-theme-system"),
                        Theme::Light => tr!("settings-theme-light"),
                        Theme::Dark => tr!("settings-theme-dark"),
                    })}
                    {segments("clock", settings.clock, || tr!("settings-clock"), |clock| match clock {
                        Clock::Auto => tr!("settings-clock-auto"),
                        Clock::TwentyFour => tr!("settings-clock-24"),
                        Clock::Twelve => tr!("settings-clock-12"),
                    })}
                    {segments("density", settings.density, || tr!("settings-density"), |density| match density {
                        Density::Comfortable => tr!("settings-density-comfortable"),
                        Density::Compact => tr!("settings-density-compact"),
                    })}
                </section>
                <section class="settings-group">
                    <NotifySwitch />
                    {switch("sounds", settings.sounds, || tr!("settings-sounds"), |on| {
                        if on {
                            notify::chime();
                        }
                    })}
                </section>
                <section class="settings-group">
                    {switch("tell-typing", settings.tell_typing, || tr!("settings-tell-typing"), |_| {})}
                </section>
            </div>
        </Dialog>
    }
}

/// A choice among a few, all of them in sight.
fn segments<T: Choice>(
    name: &'static str,
    signal: RwSignal<T>,
    label: impl Fn() -> String + Send + 'static,
    word: impl Fn(T) -> String + Copy + Send + 'static,
) -> impl IntoView {
    let segment = move |choice: T| {
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name=name
                    value=choice.name()
                    prop:checked=move || signal.get() == choice
                    on:change=move |_| signal.set(choice)
                />
                <span lang=language_of(choice.name())>{move || word(choice)}</span>
            </label>
        }
    };
    view! {
        <fieldset class="setting" data-testid=format!("settings-{name}")>
            <legend class="setting-name">{label}</legend>
            <div class="segments">{T::ALL.iter().copied().map(segment).collect_view()}</div>
        </fieldset>
    }
}

/// A language is named in itself, which whoever reads it out has to know.
fn language_of(choice: &'static str) -> Option<&'static str> {
    Language::ALL.iter().map(|language| language.tag()).find(|tag| *tag == choice)
}

/// Something that is on or off. `then` follows a change that the person made.
fn switch(
    name: &'static str,
    signal: RwSignal<bool>,
    label: impl Fn() -> String + Send + 'static,
    then: impl Fn(bool) + Send + 'static,
) -> impl IntoView {
    let id = format!("settings-{name}");
    view! {
        <div class="setting">
            <label class="setting-name" for=id.clone()>
                {label}
            </label>
            <input
                class="switch"
                type="checkbox"
                role="switch"
                id=id.clone()
                data-testid=id
                prop:checked=move || signal.get()
                on:change=move |_| {
                    let on = !signal.get_untracked();
                    signal.set(on);
                    then(on);
                }
            />
        </div>
    }
}

/// Whether the person is notified. Switching it on is what asks the browser for leave; nothing else does.
#[component]
fn NotifySwitch() -> impl IntoView {
    let settings = use_settings();
    let permission = RwSignal::new(notify::permission());
    let open = use_driver().view.settings_open;
    effect(move || {
        // It may have been changed in the browser's own settings since.
        if open.get() {
            permission.set(notify::permission());
        }
    });
    let change = move |_| {
        if settings.notify.get_untracked() {
            settings.notify.set(false);
            return;
        }
        notify::ask(move |answer| {
            permission.set(answer);
            settings.notify.set(answer == Permission::Granted);
        });
    };
    let on = move || settings.notify.get() && permission.get() == Permission::Granted;
    let possible = move || matches!(permission.get(), Permission::Granted | Permission::NotAsked);
    let note = move || match permission.get() {
        Permission::Denied => tr!("settings-notify-denied"),
        Permission::Insecure => tr!("settings-notify-insecure"),
        Permission::Unsupported => tr!("settings-notify-unsupported"),
        Permission::Granted | Permission::NotAsked => tr!("settings-notify-note"),
    };
    view! {
        <div class="setting">
            <label class="setting-name" for="settings-notify">
                {move || tr!("settings-notify")}
            </label>
            <input
                class="switch"
                type="checkbox"
                role="switch"
                id="settings-notify"
                data-testid="settings-notify"
                aria-describedby="settings-notify-note"
                disabled=move || !possible()
                prop:checked=on
                on:change=change
            />
        </div>
        <p
            class="setting-note"
            class:problem=move || !possible()
            id="settings-notify-note"
            data-testid="settings-notify-note"
            aria-live="polite"
        >
            {note}
        </p>
    }
}
