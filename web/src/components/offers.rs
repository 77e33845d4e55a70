//! What the page offers to do and never does by itself.

use leptos::prelude::*;

use crate::boxed::memo;
use crate::driver::use_driver;
use crate::words::tr;

/// The offers, over the composer: a new version, another name.
#[component]
pub(crate) fn Offers() -> impl IntoView {
    view! {
        <div class="offers" aria-live="polite">
            <UpdateOffer />
            <NameOffer />
        </div>
    }
}

/// What is typed stays as a draft, and what is on its way is still sent: a reload loses nothing.
#[component]
fn UpdateOffer() -> impl IntoView {
    let update = use_driver().view.update;
    let offer = move || {
        view! {
            <div class="offer" data-testid="update">
                <p class="offer-text">{move || tr!("status-update")}</p>
                <button
                    class="button small primary"
                    type="button"
                    data-testid="update-reload"
                    on:click=move |_| {
                        // It fails where the document is no longer the window's.
                        let _ = location().reload();
                    }
                >
                    {move || tr!("status-update-reload")}
                </button>
                <button class="button small" type="button" on:click=move |_| update.set(false)>
                    {move || tr!("status-later")}
                </button>
            </div>
        }
    };
    move || update.get().then(offer)
}

/// Whoever comes back after others have come may find their name taken.
#[component]
fn NameOffer() -> impl IntoView {
    let view = use_driver().view;
    let taken = view.taken;
    let words = move || {
        let nick = view.me.with(|me| me.as_ref().map(|me| me.nick.clone())).unwrap_or_default();
        taken.get().map(|wanted| tr!("status-taken", wanted = wanted, nick = nick))
    };
    let there = memo(move || taken.with(Option::is_some));
    let offer = move || {
        view! {
            <div class="offer" data-testid="taken">
                <p class="offer-text">{words}</p>
                <button
                    class="button small primary"
                    type="button"
                    data-testid="taken-choose"
                    on:click=move |_| {
                        taken.set(None);
                        view.renaming.set(true);
                    }
                >
                    {move || tr!("status-taken-choose")}
                </button>
                <button class="button small" type="button" on:click=move |_| taken.set(None)>
                    {move || tr!("status-later")}
                </button>
            </div>
        }
    };
    move || there.get().then(offer)
}
