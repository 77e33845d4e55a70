//! The rooms, at the left, and who one is.

use leptos::ev::{Event, MouseEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use partyline_engine::Action;
use partyline_shared::InvalidName;
use partyline_shared::light::check_name;
use wasm_bindgen::JsCast;
use web_sys::InputEvent;

use crate::boxed::{Entry, list, memo};
use crate::components::avatar::avatar;
use crate::components::header::CloseDrawer;
use crate::components::icon::Icon;
use crate::driver::{Step, use_driver};
use crate::keyboard::{self, Command, hint};
use crate::settings::use_settings;
use crate::view::Drawer;
use crate::words::{problems, tr};
use crate::{focus, route};

/// The rooms and conversations, the way into others, and who one is.
#[component]
pub(crate) fn Rooms() -> impl IntoView {
    let view = use_driver().view;
    let names = move |private: bool| {
        memo(move || {
            let lines = view.rooms.get().into_iter().filter(|room| room.private == private);
            lines.map(|room| room.name).collect::<Vec<_>>()
        })
    };
    let (rooms, conversations) = (names(false), names(true));
    view! {
        <nav
            class="panel rooms"
            id="rooms"
            tabindex="-1"
            aria-label=move || tr!("rooms-title")
            inert=move || view.drawer.get() == Some(Drawer::Members)
        >
            <div class="brand">
                <span class="mark" aria-hidden="true"></span>
                <span class="brand-name">"Partyline"</span>
                <button
                    class="icon-button"
                    type="button"
                    data-testid="open-switcher"
                    aria-label=move || tr!("keys-switch")
                    aria-haspopup="dialog"
                    title=move || hint(Command::Switch, tr!("keys-switch"))
                    aria-keyshortcuts=keyboard::aria(Command::Switch)
                    on:click=move |_| view.switching.set(true)
                >
                    {Icon::Search.draw()}
                </button>
                <button
                    class="icon-button wide-only"
                    type="button"
                    data-testid="open-shortcuts"
                    aria-label=move || tr!("keys-open")
                    aria-haspopup="dialog"
                    title=move || hint(Command::Help, tr!("keys-open"))
                    aria-keyshortcuts=keyboard::aria(Command::Help)
                    on:click=move |_| view.helping.set(true)
                >
                    {Icon::Keyboard.draw()}
                </button>
                <CloseDrawer />
            </div>
            <div class="panel-scroll">
                <h2 class="section-title">{move || tr!("rooms-title")}</h2>
                <ul class="list" role="list">
                    {items(rooms)}
                </ul>
                // It stands below the rooms: until they are known it would be pushed away under the pointer.
                <div class:waits=move || rooms.with(Vec::is_empty) && view.current.with(|room| !room.is_empty())>
                    <JoinForm />
                </div>
                {move || {
                    (!conversations.with(Vec::is_empty))
                        .then(|| {
                            view! {
                                <h2 class="section-title">{move || tr!("rooms-private")}</h2>
                                <ul class="list" role="list">
                                    {items(conversations)}
                                </ul>
                            }
                        })
                }}
            </div>
            <Me />
        </nav>
    }
}

fn items(names: Memo<Vec<String>>) -> AnyView {
    let item = |name: String| Entry::new(name.clone(), move || view! { <RoomItem name /> }.into_any());
    list(move || names.get().into_iter().map(item).collect())
}

/// A room in the list. It is a link, so that it opens in another tab the way links do.
#[component]
fn RoomItem(name: String) -> impl IntoView {
    let driver = use_driver();
    let view = driver.view;
    let settings = use_settings();
    let name = StoredValue::new(name);
    let line = memo(move || {
        view.rooms.with(|rooms| rooms.iter().find(|room| name.with_value(|name| room.name == *name)).cloned())
    });
    let title = move || line.with(|line| line.as_ref().map(|line| line.title.clone()).unwrap_or_default());
    let unread = memo(move || line.with(|line| line.as_ref().map_or(0, |line| line.unread)));
    let private = name.with_value(|name| name.starts_with('@'));
    let is_current = memo(move || view.current.with(|current| name.with_value(|name| name == current)));
    let go = move |event: MouseEvent| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0 {
            return;
        }
        event.prevent_default();
        driver.show(&name.get_value(), Step::New);
    };
    let leave = move |_| {
        // The button goes with the room: the keyboard stays in the list.
        focus::leave_item(&name.get_value());
        driver.act(Action::Part(name.get_value()));
    };
    let mentions = memo(move || line.with(|line| line.as_ref().map_or(0, |line| line.mentions)));
    let muted = memo(move || name.with_value(|name| settings.is_muted(name)));
    let has_unread = move || unread.get() > 0 && !muted.get();
    let badge = move || match unread.get() {
        0 => None,
        count => {
            let shown = if count > 99 { "99+".to_owned() } else { count.to_string() };
            let meant = move || mentions.get() > 0 && !muted.get();
            Some(view! {
                <span class="unread" class:meant=meant data-testid="unread">
                    {shown}
                </span>
                <span class="sr-only">
                    " " {move || tr!("rooms-unread")} " "
                    {move || (meant() && !private).then(|| tr!("rooms-mentions", count = mentions.get()))}
                </span>
            })
        }
    };
    view! {
        <li class="room-item" class:current=is_current class:has-unread=has_unread>
            <a
                class="item"
                href=name.with_value(|name| route::path_of(name))
                data-testid="room-link"
                data-room=name.get_value()
                aria-current=move || is_current.get().then_some("page")
                on:click=go
            >
                {if private {
                    (move || avatar(&title())).into_any()
                } else {
                    view! { <span class="item-mark">{Icon::Hash.draw()}</span> }.into_any()
                }}
                <span class="item-name">
                    <bdi>{title}</bdi>
                </span>
                {move || {
                    muted
                        .get()
                        .then(|| {
                            view! {
                                <span class="item-muted" title=move || tr!("rooms-muted")>
                                    {Icon::BellOff.draw()}
                                    <span class="sr-only">{move || tr!("rooms-muted")}</span>
                                </span>
                            }
                        })
                }}
                {badge}
            </a>
            <button
                class="icon-button small leave"
                type="button"
                aria-label=move || if private { tr!("rooms-close", nick = title()) } else { tr!("rooms-leave", room = title()) }
                on:click=leave
            >
                {Icon::Close.draw()}
            </button>
        </li>
    }
}

#[component]
fn JoinForm() -> impl IntoView {
    let driver = use_driver();
    let field = NodeRef::<html::Input>::new();
    let problem = RwSignal::new(None::<InvalidName>);
    let named = |typed: &str| typed.trim().trim_start_matches('#').to_owned();
    // Says what is wrong with a name, and whether anything is. Nothing typed yet is no mistake.
    let look = move |room: &str| {
        let limits = driver.with_engine(|engine| engine.model().limits.clone()).unwrap_or_default();
        let wrong = check_name(room, limits.room_chars).err().filter(|_| !room.is_empty());
        problem.set(wrong.clone());
        wrong.is_some()
    };
    let typed = move || {
        if let Some(input) = field.get_untracked() {
            look(&named(&input.value()));
        }
    };
    let changed = move |event: Event| {
        // What an input method has so far is no name yet.
        if !event.dyn_ref::<InputEvent>().is_some_and(InputEvent::is_composing) {
            typed();
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input) = field.get_untracked() else { return };
        let room = named(&input.value());
        if room.is_empty() || look(&room) {
            let _ = input.focus();
            return;
        }
        input.set_value("");
        driver.view.drawer.set(None);
        driver.act(Action::Join(room));
    };
    view! {
        <form class="join" on:submit=submit>
            <input
                node_ref=field
                class="field"
                type="text"
                data-testid="join-input"
                aria-label=move || tr!("rooms-join-label")
                placeholder=move || tr!("rooms-join-placeholder")
                maxlength="128"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="go"
                dir="auto"
                aria-describedby="join-problem"
                aria-invalid=move || problem.with(Option::is_some).to_string()
                on:input=changed
                on:compositionend=move |_| typed()
            />
            <button class="icon-button" type="submit" aria-label=move || tr!("rooms-join") data-testid="join-submit">
                {Icon::Plus.draw()}
            </button>
        </form>
        <p class="problem join-problem" id="join-problem" aria-live="polite" data-testid="join-problem">
            {move || problem.with(|wrong| wrong.as_ref().map(|wrong| tr!("rooms-invalid", why = problems::name(wrong))))}
        </p>
    }
}

/// Who one is, and the way to be called something else.
#[component]
fn Me() -> impl IntoView {
    let view = use_driver().view;
    view! {
        <div class="me">
            {move || {
                view.name
                    .get()
                    .map(|nick| {
                        view! {
                            {avatar(&nick)}
                            <div class="me-names">
                                <bdi class="me-nick" data-testid="me">
                                    {nick}
                                </bdi>
                                <span class="me-server">{move || view.server.get()}</span>
                            </div>
                            <button
                                class="icon-button"
                                type="button"
                                data-testid="rename"
                                aria-label=move || tr!("rename-title")
                                title=move || tr!("rename-title")
                                on:click=move |_| view.renaming.set(true)
                            >
                                {Icon::Pencil.draw()}
                            </button>
                            <button
                                class="icon-button"
                                type="button"
                                data-testid="settings"
                                aria-label=move || tr!("settings-title")
                                title=move || tr!("settings-title")
                                on:click=move |_| view.settings_open.set(true)
                            >
                                {Icon::Settings.draw()}
                            </button>
                        }
                    })
            }}
        </div>
    }
}
