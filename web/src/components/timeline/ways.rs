//! The ways from where one reads: to the end, and to what is new.

use leptos::prelude::*;

use super::watch::Watch;
use crate::boxed::memo;
use crate::components::icon::Icon;
use crate::scroll::Side;
use crate::time;
use crate::words::tr;

/// The way back to the end for whoever has scrolled up, and to the first of what came meanwhile.
#[component]
pub(super) fn WayDown(watch: Watch) -> impl IntoView {
    let view = watch.driver.view;
    let unread = memo(move || view.room.with(|room| room.as_ref().map_or(0, |room| room.unread)));
    let words = move || match unread.get() {
        0 => tr!("timeline-latest"),
        count => tr!("timeline-new-messages", count = count),
    };
    let is_below = memo(move || unread.get() > 0 && watch.new_at.get() == Some(Side::Below));
    move || {
        (!view.at_end.get() && view.room.with(Option::is_some)).then(|| {
            view! {
                <div class="way down" class:quiet=move || unread.get() == 0>
                    {move || {
                        is_below
                            .get()
                            .then(|| {
                                view! {
                                    <button
                                        class="way-part"
                                        type="button"
                                        data-testid="jump-new"
                                        on:click=move |_| watch.driver.go_to_new()
                                    >
                                        {move || tr!("timeline-first-unread")}
                                    </button>
                                }
                            })
                    }}
                    <button class="way-part" type="button" data-testid="jump" on:click=move |_| watch.go_to_end()>
                        {words}
                        {Icon::Down.draw()}
                    </button>
                </div>
            }
        })
    }
}

/// What is new and lies further up: how much, since when, and the way there.
#[component]
pub(super) fn WayUp(watch: Watch) -> impl IntoView {
    let view = watch.driver.view;
    let shown = memo(move || {
        let above = watch.new_at.get() == Some(Side::Above);
        view.fresh.get().filter(|fresh| above && !fresh.seen)
    });
    move || {
        shown.get().map(|fresh| {
            let words = move || match fresh.since {
                Some(since) => tr!("timeline-new-since", count = fresh.count, time = time::hour_minute(since)),
                None => tr!("timeline-new-messages", count = fresh.count),
            };
            view! {
                <div class="way up" role="group" aria-label=words data-testid="unread-bar">
                    <span class="way-words">{words}</span>
                    <button
                        class="way-part"
                        type="button"
                        data-testid="unread-jump"
                        on:click=move |_| watch.driver.go_to_new()
                    >
                        {move || tr!("timeline-jump")}
                    </button>
                    <button
                        class="way-part"
                        type="button"
                        data-testid="mark-read"
                        on:click=move |_| watch.driver.mark_all_read()
                    >
                        {move || tr!("timeline-mark-read")}
                    </button>
                </div>
            }
        })
    }
}
