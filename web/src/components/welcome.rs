//! The first visit: what this is, and what to call the person.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::components::dialog::Dialog;
use crate::components::nick_form::NickField;
use crate::driver::use_driver;
use crate::route;
use crate::words::{tr, tr_view};

/// The card that greets a newcomer. Nobody is connected before they have answered it.
#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let driver = use_driver();
    let field = NickField::new();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(nick) = field.take() {
            driver.view.asked_nick.set(Some(nick.clone()));
            driver.start(Some(nick), None);
        }
    };
    let host = location().host().unwrap_or_default();
    let place = route::current().filter(|place| !place.room.starts_with('@')).map(|place| format!("#{}", place.room));
    view! {
        <Dialog open=driver.view.first_visit labelled_by="welcome-title">
            <form class="card" on:submit=submit>
                <span class="mark" aria-hidden="true"></span>
                <h2 id="welcome-title" class="card-title">
                    {move || match place.clone() {
                        Some(room) => tr_view!("welcome-title-room", room = view! { <bdi>{room}</bdi> }).into_any(),
                        None => tr!("welcome-title").into_any(),
                    }}
                </h2>
                <p class="card-text">
                    {move || tr_view!("welcome-text", host = view! { <bdi class="strong">{host.clone()}</bdi> })}
                </p>
                {field.draw("welcome-nick", || tr!("welcome-label"), "nick-input")}
                <button class="button primary wide" type="submit" data-testid="nick-submit">
                    {move || tr!("welcome-join")}
                </button>
                <button
                    class="button quiet wide"
                    type="button"
                    data-testid="guest-submit"
                    on:click=move |_| driver.start(None, None)
                >
                    {move || tr!("welcome-guest")}
                </button>
                <p class="card-note">{move || tr!("welcome-note")}</p>
            </form>
        </Dialog>
    }
}
