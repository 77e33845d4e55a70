//! Tells the person of what is meant for them, where they have asked for that and aren't looking.

use leptos::prelude::*;

use crate::driver::{Driver, Step};
use crate::mentions::News;
use crate::settings::use_settings;
use crate::words::tr;
use crate::{notify, page, route};

/// Notifies of news while the page is out of sight, and plays a sound, as the settings say. Muted rooms are quiet.
pub(crate) fn announce(driver: Driver, news: Vec<News>) {
    let settings = use_settings();
    let muted = settings.muted.read_untracked();
    let news: Vec<_> = news.into_iter().filter(|news| !muted.contains(&news.room)).collect();
    if news.is_empty() {
        return;
    }
    if settings.sounds.get_untracked() {
        notify::chime();
    }
    if page::is_visible() || !settings.notify.get_untracked() {
        return;
    }
    for News { room, title, private, from, text } in news {
        let title = if private { from } else { tr!("notify-title", nick = from, room = title) };
        let (tag, path) = (room.clone(), route::path_of(&room));
        notify::show(&title, &text, &tag, &path, move || driver.show(&room, Step::New));
    }
}
