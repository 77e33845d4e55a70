//! Somebody's picture: their initial on their colour.

use leptos::prelude::*;

use crate::colour;

/// The picture of a member. It says nothing that their name beside it doesn't.
pub(crate) fn avatar(nick: &str) -> impl IntoView + use<> {
    view! {
        <span class=format!("avatar {}", colour::class(nick)) aria-hidden="true">
            {colour::initial(nick)}
        </span>
    }
}
