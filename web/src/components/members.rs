//! Who is in the room, at the right.

use leptos::prelude::*;
use partyline_shared::MemberRef;

use crate::boxed::{Entry, list, memo};
use crate::components::avatar::avatar;
use crate::components::header::CloseDrawer;
use crate::driver::{Step, use_driver};
use crate::view::Drawer;
use crate::words::{tr, tr_view};

/// The members of the room that is shown.
#[component]
pub(crate) fn Members() -> impl IntoView {
    let view = use_driver().view;
    let private = memo(move || view.room.with(|room| room.as_ref().is_some_and(|room| room.private)));
    let known = memo(move || view.room.with(|room| room.as_ref().is_some_and(|room| room.private || room.count > 0)));
    let count = memo(move || view.room.with(|room| room.as_ref().map_or(0, |room| room.count)));
    let unlisted = move || count.get().saturating_sub(view.members.with(Vec::len));
    let entry = |member: MemberRef| {
        let key = format!("{} {}", member.id, member.nick);
        Entry::new(key, move || view! { <li><Member member /></li> }.into_any())
    };
    let room = move || {
        view! {
            <h2 class="section-title">{move || tr!("members-here")} " " <span class="count" data-testid="member-count">{count}</span></h2>
            <ul class="list" role="list">
                {list(move || view.members.get().into_iter().map(entry).collect())}
            </ul>
            {move || (unlisted() > 0).then(|| view! { <p class="panel-note">{tr!("members-more", count = unlisted())}</p> })}
        }
    };
    let pair = move || {
        let title = view.room.with(|room| room.as_ref().map(|room| room.title.clone()));
        view! {
            <h2 class="section-title">{move || tr!("members-private")}</h2>
            <p class="panel-note">{move || tr_view!("members-private-note", nick = view! { <bdi class="strong">{title.clone()}</bdi> })}</p>
        }
    };
    view! {
        <aside
            class="panel members"
            id="members"
            tabindex="-1"
            aria-label=move || tr!("members-title")
            inert=move || view.drawer.get() == Some(Drawer::Rooms)
        >
            <CloseDrawer />
            <div class="panel-scroll">
                {move || match (known.get(), private.get()) {
                    (false, _) => ().into_any(),
                    (true, true) => pair().into_any(),
                    (true, false) => room().into_any(),
                }}
            </div>
        </aside>
    }
}

/// A member. Choosing them opens the private conversation with them, or prepares one.
#[component]
fn Member(member: MemberRef) -> impl IntoView {
    let driver = use_driver();
    let view = driver.view;
    let id = member.id;
    let is_me = memo(move || view.me.with(|me| me.as_ref().is_some_and(|me| me.id == id)));
    let nick = member.nick.clone();
    let choose = move |_| {
        let conversation = format!("@{id}");
        if is_me.get_untracked() {
            view.renaming.set(true);
        } else if view.rooms.with_untracked(|rooms| rooms.iter().any(|room| room.name == conversation)) {
            driver.show(&conversation, Step::New);
        } else {
            view.prefill.set(Some(format!("/msg {nick} ")));
            if view.drawer.get_untracked() == Some(Drawer::Members) {
                view.drawer.set(None);
            }
        }
    };
    let nick = member.nick.clone();
    let hint = move || if is_me.get() { tr!("rename-title") } else { tr!("members-write", nick = nick) };
    view! {
        <button class="item" type="button" data-testid="member" data-nick=member.nick.clone() title=hint on:click=choose>
            {avatar(&member.nick)}
            <span class="item-name">
                <bdi>{member.nick.clone()}</bdi>
            </span>
            {move || is_me.get().then(|| view! { <span class="item-note">{tr!("members-you")}</span> })}
        </button>
    }
}
