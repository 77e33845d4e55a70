//! The bar over the timeline: where one is.

use leptos::prelude::*;

use crate::boxed::memo;
use crate::components::connection::ConnectionStatus;
use crate::components::icon::Icon;
use crate::driver::use_driver;
use crate::settings::use_settings;
use crate::view::{Drawer, RoomLine};
use crate::words::tr;

/// The way out of a drawer for whoever has no Escape key and can't touch what is beside it.
#[component]
pub(crate) fn CloseDrawer() -> impl IntoView {
    let view = use_driver().view;
    view! {
        <button
            class="icon-button narrow-only close-drawer"
            type="button"
            data-testid="close-drawer"
            aria-label=move || tr!("keys-close")
            on:click=move |_| view.drawer.set(None)
        >
            {Icon::Close.draw()}
        </button>
    }
}

/// The bar over the timeline.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let view = use_driver().view;
    let settings = use_settings();
    let toggle = move |drawer| {
        move |_| view.drawer.update(|open| *open = if *open == Some(drawer) { None } else { Some(drawer) })
    };
    let is_open = move |drawer| move || (view.drawer.get() == Some(drawer)).to_string();
    let private = memo(move || {
        let named = view.current.with(|name| name.starts_with('@'));
        view.room.with(|room| room.as_ref().map_or(named, |room| room.private))
    });
    let title = move || {
        let known = view.room.with(|room| room.as_ref().map(|room| room.title.clone()));
        // Nobody is called what a conversation is called on the wire.
        known.unwrap_or_else(|| if private.get() { String::new() } else { view.current.get() })
    };
    let elsewhere = memo(move || {
        let current = view.current.get();
        let unseen = |room: &RoomLine| room.unread > 0 && room.name != current && !settings.is_muted(&room.name);
        view.rooms.with(|rooms| rooms.iter().any(unseen))
    });
    let count = memo(move || view.room.with(|room| room.as_ref().map(|room| room.count)));
    view! {
        <header class="header">
            <button
                class="icon-button narrow-only"
                id="open-rooms"
                type="button"
                data-testid="open-rooms"
                aria-label=move || tr!("rooms-title")
                aria-controls="rooms"
                aria-expanded=is_open(Drawer::Rooms)
                on:click=toggle(Drawer::Rooms)
            >
                {Icon::Menu.draw()}
                <span class="dot" class:on=move || elsewhere.get() aria-hidden="true"></span>
            </button>
            <h1 class="room-title">
                <span class="room-mark" aria-hidden="true">
                    {move || {
                        let known = view.current.with(|name| !name.is_empty());
                        known.then(|| if private.get() { Icon::At.draw() } else { Icon::Hash.draw() })
                    }}
                </span>
                <bdi data-testid="room-title">{title}</bdi>
            </h1>
            <Mute />
            <ConnectionStatus />
            <button
                class="icon-button narrow-only"
                id="open-members"
                type="button"
                data-testid="open-members"
                aria-label=move || tr!("members-count", count = count.get().unwrap_or_default())
                aria-controls="members"
                aria-expanded=is_open(Drawer::Members)
                on:click=toggle(Drawer::Members)
            >
                {Icon::People.draw()}
            </button>
        </header>
    }
}

/// Makes the room that is shown quiet, or lets it be heard again.
#[component]
fn Mute() -> impl IntoView {
    let view = use_driver().view;
    let settings = use_settings();
    let known = memo(move || view.room.with(Option::is_some));
    let muted = memo(move || view.current.with(|room| settings.is_muted(room)));
    let name = move || if muted.get() { tr!("header-unmute") } else { tr!("header-mute") };
    let toggle = move |_| {
        view.current.with_untracked(|room| settings.set_muted(room, !muted.get_untracked()));
    };
    move || {
        known.get().then(|| {
            view! {
                <button
                    class="icon-button mute"
                    type="button"
                    data-testid="mute"
                    data-muted=move || muted.get().to_string()
                    aria-label=name
                    title=name
                    on:click=toggle
                >
                    {move || if muted.get() { Icon::BellOff.draw() } else { Icon::Bell.draw() }}
                </button>
            }
        })
    }
}
