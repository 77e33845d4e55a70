//! What people say, drawn node by node: nothing of it is ever taken for markup.

use leptos::ev::MouseEvent;
use leptos::html;
use leptos::prelude::*;
use partyline_engine::Action;
use partyline_shared::format::{Block, Inline, Item, calls, is_only_emoji, parse};
use web_sys::Event;

use crate::boxed::effect_since;
use crate::components::code;
use crate::driver::Driver;
use crate::words::tr;
use crate::{address, route};

/// A message of more lines than this is folded.
const LINES: usize = 20;

/// A message of more characters than this is folded.
const CHARS: usize = 1500;

/// Draws a message, on lines of its own.
pub(crate) fn said(text: &str, driver: Driver) -> AnyView {
    let blocks = parse(text);
    let is_long = text.lines().nth(LINES).is_some() || text.chars().nth(CHARS).is_some();
    if !is_long && let [Block::Text(nodes)] = blocks.as_slice() {
        return view! {
            <div class="text" class:emoji=is_only_emoji(text) dir="auto" data-testid="message-text">
                {draw_nodes(nodes, driver)}
            </div>
        }
        .into_any();
    }
    let drawn = draw_blocks(&blocks, driver);
    if is_long {
        folded(drawn).into_any()
    } else {
        view! { <div class="text" data-testid="message-text">{drawn}</div> }.into_any()
    }
}

/// Draws what somebody does, after their name: the marks in the line, and no blocks.
pub(crate) fn done(text: &str, driver: Driver) -> AnyView {
    match parse(text).as_slice() {
        [Block::Text(nodes)] => draw_nodes(nodes, driver).into_any(),
        _ => text.to_owned().into_any(),
    }
}

/// A long message. It unfolds when it is asked to, and when the keyboard goes to something in it.
fn folded(drawn: Vec<AnyView>) -> impl IntoView {
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Div>::new();
    effect_since(move |before: Option<bool>| {
        let now = open.get();
        if before.is_some_and(|before| before != now) {
            request_animation_frame(move || look_again(node));
        }
        now
    });
    view! {
        <div
            node_ref=node
            class="text"
            class:folded=move || !open.get()
            data-testid="message-text"
            on:focusin=move |_| open.set(true)
        >
            {drawn}
        </div>
        <button
            class="text-button fold"
            type="button"
            data-testid="fold"
            aria-expanded=move || open.get().to_string()
            on:click=move |_| open.update(|open| *open = !*open)
        >
            {move || if open.get() { tr!("text-show-less") } else { tr!("text-show-more") }}
        </button>
    }
}

/// The timeline keeps its end in view while that is there. Whoever unfolds the last message wants to read it from its start,
/// so the timeline is told, before it sees that something has grown, that its end is elsewhere now. It takes only what moves for
/// somebody's scrolling.
fn look_again(node: NodeRef<html::Div>) {
    let scroller = node.get_untracked().and_then(|node| node.closest(".scroller").ok().flatten());
    if let (Some(scroller), Ok(event)) = (scroller, Event::new("scroll")) {
        scroller.set_scroll_top(scroller.scroll_top() - 1);
        let _ = scroller.dispatch_event(&event);
    }
}

fn draw_blocks(blocks: &[Block], driver: Driver) -> Vec<AnyView> {
    blocks.iter().map(|block| draw_block(block, driver)).collect()
}

fn draw_block(block: &Block, driver: Driver) -> AnyView {
    match block {
        Block::Text(nodes) => view! { <p dir="auto">{draw_nodes(nodes, driver)}</p> }.into_any(),
        Block::Code { language, text } => code::draw(language.clone(), text.clone()),
        Block::Quote(blocks) => view! { <blockquote>{draw_blocks(blocks, driver)}</blockquote> }.into_any(),
        Block::List(items) => {
            let is_numbered = items.first().is_some_and(|item| item.number.is_some());
            let drawn: Vec<_> = items.iter().map(|item| draw_item(item, driver)).collect();
            if is_numbered { view! { <ol>{drawn}</ol> }.into_any() } else { view! { <ul>{drawn}</ul> }.into_any() }
        }
    }
}

/// With the number that was typed, which counts only where others do.
fn draw_item(item: &Item, driver: Driver) -> AnyView {
    view! { <li value=item.number.map(|number| number.to_string())>{draw_blocks(&item.blocks, driver)}</li> }.into_any()
}

fn draw_nodes(nodes: &[Inline], driver: Driver) -> Vec<AnyView> {
    nodes.iter().map(|node| draw_node(node, driver)).collect()
}

fn draw_node(node: &Inline, driver: Driver) -> AnyView {
    match node {
        Inline::Text(text) => text.clone().into_any(),
        Inline::Bold(nodes) => view! { <strong>{draw_nodes(nodes, driver)}</strong> }.into_any(),
        Inline::Italic(nodes) => view! { <em>{draw_nodes(nodes, driver)}</em> }.into_any(),
        Inline::Strike(nodes) => view! { <s>{draw_nodes(nodes, driver)}</s> }.into_any(),
        Inline::Code(code) => view! { <code dir="ltr">{code.clone()}</code> }.into_any(),
        Inline::Link { address, title } => draw_link(address, title.as_deref(), driver),
        Inline::Mention(name) => draw_mention(name.clone(), driver),
        Inline::Room(name) => draw_room(name.clone(), driver),
    }
}

/// A link, and beside it where it leads, unless it says that by itself. What the browser can't read stays text.
fn draw_link(address: &str, title: Option<&[Inline]>, driver: Driver) -> AnyView {
    let destination = address::destination(address);
    let shown = match title {
        Some(nodes) => draw_nodes(nodes, driver),
        None => vec![address.to_owned().into_any()],
    };
    let Some(destination) = destination else {
        return match title {
            Some(_) => view! { "[" {shown} "](" {address.to_owned()} ")" }.into_any(),
            None => shown.into_any(),
        };
    };
    // An address is read from left to right whatever its letters, or its parts could seem to stand in another order.
    let direction = if title.is_some() { "auto" } else { "ltr" };
    let beside = (title.is_some() || !address::is_plain(address, &destination)).then_some(destination);
    view! {
        <a class="link" href=address.to_owned() dir=direction target="_blank" rel="noopener noreferrer">
            {shown}
        </a>
        {beside.map(|destination| view! { " " <bdi class="destination" dir="ltr">"(" {destination} ")"</bdi> })}
    }
    .into_any()
}

fn draw_mention(name: String, driver: Driver) -> AnyView {
    let shown = format!("@{name}");
    let is_me = move || driver.view.me.with(|me| me.as_ref().is_some_and(|me| calls(&name, &me.nick)));
    view! { <bdi class="mention" class:calls-me=is_me>{shown}</bdi> }.into_any()
}

/// A link, so that it opens in another tab the way links do.
fn draw_room(name: String, driver: Driver) -> AnyView {
    let shown = format!("#{name}");
    let path = route::path_of(&name);
    let go = move |event: MouseEvent| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.button() != 0 {
            return;
        }
        event.prevent_default();
        driver.act(Action::Join(name.clone()));
    };
    view! {
        <a class="link room-name" href=path dir="auto" on:click=go>
            {shown}
        </a>
    }
    .into_any()
}
