//! The rows of the timeline.

use leptos::prelude::*;
use partyline_engine::{Action, Pending, PendingState};
use partyline_shared::{Kind, MemberRef, Message, Timestamp, Via};

use crate::components::avatar::avatar;
use crate::components::text;
use crate::driver::Driver;
use crate::rows::Row;
use crate::words::{sayings, tr};
use crate::{colour, route, time};

/// Draws a row. Nothing in it changes later: a row that changes has another key, and is drawn anew.
pub(crate) fn draw(row: &Row, driver: Driver) -> AnyView {
    match row {
        Row::Day { at, days_ago, .. } => view! {
            <div class="divider" role="separator">
                <span>{time::day_name(*at, *days_ago)}</span>
            </div>
        }
        .into_any(),
        Row::New => view! {
            <div class="divider new" role="separator" data-testid="new-divider">
                <span>{tr!("timeline-new")}</span>
            </div>
        }
        .into_any(),
        Row::Said { message, head } => said(message, *head, driver).into_any(),
        Row::Pending { pending, from, head } => on_its_way(pending, from, *head, driver).into_any(),
    }
}

fn said(message: &Message, head: bool, driver: Driver) -> impl IntoView + use<> {
    let action = message.kind == Kind::Action;
    let door = door(message.via);
    let name = door.as_ref().map(|door| door.name);
    let link = || Some(route::path_to(&message.room, Some(message.seq)));
    view! {
        <div
            class="message"
            class:head=head
            role="article"
            tabindex="-1"
            data-testid="message"
            data-seq=message.seq.to_string()
            data-from=message.from.nick.clone()
            data-via=name
        >
            {gutter(&message.from.nick, message.at, head, link())}
            <div class="body">
                {(head && !action).then(|| byline(&message.from.nick, message.at, link()))}
                {text(&message.from.nick, &message.text, action, (head && action).then(|| clock(message.at, link())), driver)}
            </div>
            {badge(door)}
        </div>
    }
}

fn on_its_way(pending: &Pending, from: &MemberRef, head: bool, driver: Driver) -> impl IntoView + use<> {
    let failed = match &pending.state {
        PendingState::Failed(why) => Some(sayings::say(why)),
        PendingState::Queued | PendingState::Sent | PendingState::RetryAt(_) => None,
    };
    let is_failed = failed.is_some();
    let waits = matches!(pending.state, PendingState::RetryAt(_));
    view! {
        <div class="message pending" role="article" tabindex="-1" class:head=head class:failed=is_failed data-testid="pending">
            {gutter(&from.nick, pending.at, head, None)}
            <div class="body">
                {(head && !pending.action).then(|| byline(&from.nick, pending.at, None))}
                {text(&from.nick, &pending.text, pending.action, (head && pending.action).then(|| clock(pending.at, None)), driver)}
                {failed.map(|why| failure(&why, pending, driver))}
            </div>
            {badge(if waits { Some(waiting()) } else { door(Via::Ws) })}
        </div>
    }
}

/// Why a message wasn't sent, and what can be done about it.
fn failure(why: &str, pending: &Pending, driver: Driver) -> impl IntoView + use<> {
    let reference = StoredValue::new(pending.reference.clone());
    let room = driver.view.current.get_untracked();
    let room = StoredValue::new(room);
    let retry = move |_| driver.act(Action::Retry { room: room.get_value(), reference: reference.get_value() });
    let discard = move |_| driver.act(Action::Discard { room: room.get_value(), reference: reference.get_value() });
    view! {
        <p class="failure" role="alert">
            <span>{tr!("timeline-not-sent", why = why)}</span>
            <button class="text-button" type="button" data-testid="retry" on:click=retry>
                {tr!("timeline-retry")}
            </button>
            <button class="text-button" type="button" data-testid="discard" on:click=discard>
                {tr!("timeline-discard")}
            </button>
        </p>
    }
}

/// The picture where a group starts; elsewhere the time, which shows when it is pointed at.
fn gutter(nick: &str, at: Timestamp, head: bool, link: Option<String>) -> impl IntoView + use<> {
    if head { avatar(nick).into_any() } else { view! { <span class="gutter">{clock(at, link)}</span> }.into_any() }
}

fn byline(nick: &str, at: Timestamp, link: Option<String>) -> impl IntoView + use<> {
    view! {
        <div class="byline">
            <bdi class=format!("nick {}", colour::class(nick))>{nick.to_owned()}</bdi>
            {clock(at, link)}
        </div>
    }
}

/// When it was said, and the way to it. The keyboard gets there by the message itself, not through each of its times.
fn clock(at: Timestamp, link: Option<String>) -> AnyView {
    let clock = view! {
        <time class="time" datetime=time::iso(at) title=time::full(at)>
            {time::hour_minute(at)}
        </time>
    };
    match link {
        Some(link) => view! {
            <a class="permalink" href=link tabindex="-1">
                {clock}
            </a>
        }
        .into_any(),
        None => clock.into_any(),
    }
}

/// What was said; what was done, after the name of who did it.
fn text(nick: &str, text: &str, action: bool, clock: Option<AnyView>, driver: Driver) -> AnyView {
    if !action {
        return text::said(text, driver);
    }
    view! {
        <div class="text action">
            <bdi class=format!("nick {}", colour::class(nick))>{nick.to_owned()}</bdi>
            " "
            <span dir="auto" data-testid="message-text">
                {text::done(text, driver)}
            </span>
            {clock.map(|clock| view! { " " {clock} })}
        </div>
    }
    .into_any()
}

/// A door, for the eye.
struct Door {
    /// As on the wire.
    name: &'static str,
    badge: String,
    hint: String,
}

/// In place of the door: the server takes only so many messages a second from one member.
fn waiting() -> Door {
    Door { name: "", badge: tr!("timeline-soon"), hint: tr!("timeline-soon-hint") }
}

fn badge(door: Option<Door>) -> impl IntoView {
    door.map(|door| {
        view! {
            <span class="via" title=door.hint>
                {door.badge}
            </span>
        }
    })
}

fn door(via: Via) -> Option<Door> {
    let (name, badge, hint) = match via {
        Via::Tcp => ("tcp", "tcp".to_owned(), tr!("timeline-via-tcp")),
        Via::Json => ("json", "json".to_owned(), tr!("timeline-via-json")),
        Via::Ws => ("ws", tr!("timeline-via-ws-badge"), tr!("timeline-via-ws")),
        Via::Unix => ("unix", "unix".to_owned(), tr!("timeline-via-unix")),
        Via::Udp => ("udp", "udp".to_owned(), tr!("timeline-via-udp")),
        Via::Unknown => return None,
    };
    Some(Door { name, badge, hint })
}
