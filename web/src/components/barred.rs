//! In the place of a room that the address leads to and that can't be entered: why, and what to do.

use leptos::prelude::*;
use partyline_engine::Action;
use partyline_shared::Code;

use crate::boxed::memo;
use crate::driver::{Step, use_driver};
use crate::view;
use crate::words::{tr, tr_view};

/// Why there is no room here.
#[component]
pub(crate) fn Barred(
    /// The room.
    barred: view::Barred,
) -> impl IntoView {
    let driver = use_driver();
    let view::Barred { room, code, text } = barred;
    let name = room.clone();
    let why = move || match code {
        Code::BadRoom => tr!("timeline-barred-name"),
        Code::TooManyRooms => tr!("timeline-barred-many"),
        _ => tr!("timeline-barred-other", why = text),
    };
    let again = (code != Code::BadRoom).then(|| {
        let room = room.clone();
        view! {
            <button
                class="button quiet"
                type="button"
                data-testid="barred-again"
                on:click=move |_| driver.act(Action::Join(room.clone()))
            >
                {move || tr!("timeline-barred-again")}
            </button>
        }
    });
    // Another room, if one is in any.
    let other = memo(move || driver.view.rooms.with(|rooms| rooms.first().map(|room| room.name.clone())));
    let elsewhere = move || {
        other.get().map(|other| {
            let to = other.clone();
            view! {
                <button
                    class="button primary"
                    type="button"
                    data-testid="barred-elsewhere"
                    on:click=move |_| driver.show(&to, Step::New)
                >
                    {move || tr!("timeline-barred-elsewhere", room = other)}
                </button>
            }
        })
    };
    view! {
        <div class="barred" role="alert" data-testid="barred">
            <h2 class="barred-title">
                {move || tr_view!("timeline-barred", room = view! { <bdi class="strong">"#" {name.clone()}</bdi> })}
            </h2>
            <p>{why}</p>
            <div class="barred-ways">{elsewhere} {again}</div>
        </div>
    }
}
