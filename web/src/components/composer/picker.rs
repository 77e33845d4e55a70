//! Choosing an emoji.

use leptos::ev::{self, KeyboardEvent};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Node};

use super::COMPOSER;
use crate::boxed::{effect, memo};
use crate::emoji::{self, Catalogue, Emoji, Shelf};
use crate::words::tr;
use crate::{page, storage};

/// The id of the button that opens it.
pub(super) const BUTTON: &str = "emoji-button";

const SEARCH: &str = "emoji-search";
const GRID: &str = "emoji-grid";

/// How many stand side by side; the style sheet knows it too.
const COLUMNS: usize = 8;

/// Most that a search shows.
const FOUND: usize = 96;

/// Which emoji are shown while nothing is searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Recent,
    Group(usize),
}

/// The box over the composer. The keyboard stays in its field to search; arrows go through the grid.
#[component]
pub(super) fn Picker(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// The emoji.
    shelf: Shelf,
    /// Takes what was chosen.
    choose: impl Fn(&str) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    effect(move || {
        if open.get() {
            shelf.want();
            request_animation_frame(|| page::focus(if page::is_touch() { "emoji-picker" } else { SEARCH }));
        }
    });
    let frame = NodeRef::<html::Div>::new();
    // A press anywhere else closes it.
    let elsewhere = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<Node>().ok());
        let inside = frame.get_untracked().is_some_and(|frame| frame.contains(target.as_ref()));
        let on_button = target
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest(&format!("#{BUTTON}")).ok())
            .flatten()
            .is_some();
        if !inside && !on_button {
            open.set(false);
        }
    });
    on_cleanup(move || elsewhere.remove());
    let left = move |event: ev::FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        // The button closes it by itself.
        let on_button = to.as_ref().and_then(|to| to.dyn_ref::<Element>()).is_some_and(|to| to.id() == BUTTON);
        if to.is_some() && !on_button && !frame.get_untracked().is_some_and(|frame| frame.contains(to.as_ref())) {
            open.set(false);
        }
    };
    let close = move || {
        open.set(false);
        page::focus(COMPOSER);
    };
    let key = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.prevent_default();
            event.stop_propagation();
            close();
        }
    };
    let take = move |emoji: Emoji| {
        storage::keep_recent_emoji(&emoji::recent_with(storage::recent_emoji(), emoji.glyph));
        close();
        choose(emoji.glyph);
    };
    let content = move || match shelf.get() {
        Some(catalogue) => view! { <Grid catalogue take /> }.into_any(),
        None if shelf.failed() => view! {
            <p class="picker-note" role="alert">
                {move || tr!("emoji-failed")}
            </p>
            <button class="button quiet" type="button" data-testid="emoji-retry" on:click=move |_| shelf.want()>
                {move || tr!("emoji-retry")}
            </button>
        }
        .into_any(),
        None => view! { <p class="picker-note">{move || tr!("emoji-coming")}</p> }.into_any(),
    };
    move || {
        open.get().then(|| {
            view! {
                <div
                    node_ref=frame
                    id="emoji-picker"
                    class="picker"
                    role="dialog"
                    tabindex="-1"
                    data-testid="emoji-picker"
                    aria-label=move || tr!("emoji-open")
                    on:keydown=key
                    on:focusout=left
                >
                    {content}
                </div>
            }
        })
    }
}

#[component]
fn Grid(catalogue: &'static Catalogue, take: impl Fn(Emoji) + Copy + Send + Sync + 'static) -> impl IntoView {
    let recent: Vec<_> = storage::recent_emoji().iter().filter_map(|glyph| catalogue.find(glyph)).collect();
    let has_recent = !recent.is_empty();
    let recent = StoredValue::new(recent);
    let shown = RwSignal::new(if has_recent { Shown::Recent } else { Shown::Group(0) });
    let typed = RwSignal::new(String::new());
    let active = RwSignal::new(None::<usize>);
    let cells = memo(move || {
        let typed = typed.get();
        match shown.get() {
            _ if !typed.trim().is_empty() => {
                catalogue.search(&typed, FOUND).into_iter().map(|(emoji, _)| emoji).collect::<Vec<_>>()
            }
            Shown::Recent => recent.get_value(),
            Shown::Group(group) => catalogue.emoji.iter().filter(|emoji| emoji.group == group).copied().collect(),
        }
    });
    let search = move |event: web_sys::Event| {
        typed.set(event_target_value(&event));
        // Enter takes the first one that is found.
        active.set((!typed.with_untracked(|typed| typed.trim().is_empty())).then_some(0));
    };
    let key = move |event: KeyboardEvent| {
        if event.is_composing() || event.key_code() == crate::ime::TAKEN {
            return;
        }
        let count = cells.with_untracked(Vec::len);
        let now = active.get_untracked().filter(|at| *at < count);
        let key = event.key();
        if key == "Enter" {
            event.prevent_default();
            if let Some(emoji) = now.and_then(|at| cells.with_untracked(|cells| cells.get(at).copied())) {
                take(emoji);
            }
        } else if let Some(next) = step(&key, now, count) {
            event.prevent_default();
            let next = if let Place::Cell(at) = next { Some(at) } else { None };
            active.set(next);
            if let Some(cell) = next.and_then(|at| document().get_element_by_id(&cell_id(at))) {
                page::reveal(&cell);
            }
        }
    };
    let group = move |which: Shown, glyph: &'static str, name: Signal<String>| {
        let pressed = move || (typed.with(|typed| typed.trim().is_empty()) && shown.get() == which).to_string();
        view! {
            <button
                class="picker-group"
                type="button"
                aria-label=name
                title=name
                aria-pressed=pressed
                on:click=move |_| {
                    shown.set(which);
                    typed.set(String::new());
                    active.set(None);
                }
            >
                <span aria-hidden="true">{glyph}</span>
            </button>
        }
    };
    let groups = move || {
        let recent = has_recent.then(|| group(Shown::Recent, "🕘", Signal::derive(|| tr!("emoji-recent"))));
        let others = catalogue.groups.iter().enumerate().map(|(at, name)| {
            let glyph = catalogue.emoji.iter().find(|emoji| emoji.group == at).map_or("", |emoji| emoji.glyph);
            group(Shown::Group(at), glyph, Signal::derive(move || group_name(name)))
        });
        (recent, others.collect_view())
    };
    let cell = move |at: usize, emoji: Emoji| {
        view! {
            <span
                id=cell_id(at)
                class="picker-cell"
                class:chosen=move || active.get() == Some(at)
                role="gridcell"
                data-testid="emoji-cell"
                aria-label=emoji.name()
                aria-selected=move || (active.get() == Some(at)).to_string()
                title=format!(":{}:", emoji.name())
                on:click=move |_| take(emoji)
            >
                {emoji.glyph}
            </span>
        }
    };
    let rows = move || {
        let cells = cells.get();
        let rows = cells.chunks(COLUMNS).enumerate().map(|(row, emoji)| {
            let cells = emoji.iter().enumerate().map(|(column, emoji)| cell(row * COLUMNS + column, *emoji));
            view! { <div role="row" class="picker-row">{cells.collect_view()}</div> }
        });
        rows.collect_view()
    };
    let name = move || {
        active.get().and_then(|at| cells.with(|cells| cells.get(at).map(|emoji| format!(":{}:", emoji.name()))))
    };
    let none = move || cells.with(Vec::is_empty).then(|| tr!("emoji-none"));
    view! {
        <input
            id=SEARCH
            class="field picker-search"
            type="text"
            role="combobox"
            data-testid="emoji-search"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            enterkeyhint="done"
            placeholder=move || tr!("emoji-search")
            aria-label=move || tr!("emoji-search")
            aria-expanded="true"
            aria-controls=GRID
            aria-haspopup="grid"
            aria-autocomplete="list"
            aria-activedescendant=move || active.get().map(cell_id)
            prop:value=typed
            on:input=search
            on:keydown=key
        />
        <div class="picker-groups" role="group" aria-label=move || tr!("emoji-groups")>
            {groups}
        </div>
        <div id=GRID class="picker-grid" role="grid" aria-label=move || tr!("emoji-grid")>
            {rows}
        </div>
        <p class="picker-name" role="status">
            {name}
            {none}
        </p>
    }
}

/// Where a key leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// To the field, which is above the first row.
    Field,
    /// To a cell of the grid.
    Cell(usize),
}

/// Where a key leads in the grid; `None` for a key that is of the field.
fn step(key: &str, now: Option<usize>, count: usize) -> Option<Place> {
    let last = count.checked_sub(1)?;
    Some(match (key, now) {
        ("ArrowDown", None) => Place::Cell(0),
        ("ArrowDown", Some(at)) => Place::Cell((at + COLUMNS).min(last)),
        ("ArrowUp", Some(at)) => at.checked_sub(COLUMNS).map_or(Place::Field, Place::Cell),
        ("ArrowRight", Some(at)) => Place::Cell((at + 1).min(last)),
        ("ArrowLeft", Some(at)) => Place::Cell(at.saturating_sub(1)),
        ("Home", Some(at)) => Place::Cell(at - at % COLUMNS),
        ("End", Some(at)) => Place::Cell((at - at % COLUMNS + COLUMNS - 1).min(last)),
        _ => return None,
    })
}

fn cell_id(at: usize) -> String {
    format!("emoji-{at}")
}

/// What a group of the list is called.
fn group_name(group: &str) -> String {
    match group {
        "smileys" => tr!("emoji-smileys"),
        "people" => tr!("emoji-people"),
        "nature" => tr!("emoji-nature"),
        "food" => tr!("emoji-food"),
        "travel" => tr!("emoji-travel"),
        "activities" => tr!("emoji-activities"),
        "objects" => tr!("emoji-objects"),
        "symbols" => tr!("emoji-symbols"),
        "flags" => tr!("emoji-flags"),
        // A list of a later version.
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_through_the_grid_and_out_at_its_top() {
        let cell = |at| Some(Place::Cell(at));
        assert_eq!(step("ArrowDown", None, 20), cell(0));
        assert_eq!(step("ArrowDown", Some(3), 20), cell(11));
        assert_eq!(step("ArrowDown", Some(15), 20), cell(19), "a short last row");
        assert_eq!(step("ArrowUp", Some(11), 20), cell(3));
        assert_eq!(step("ArrowUp", Some(3), 20), Some(Place::Field));
        assert_eq!(step("ArrowRight", Some(19), 20), cell(19));
        assert_eq!(step("Home", Some(13), 20), cell(8));
        assert_eq!(step("End", Some(17), 20), cell(19));
        assert_eq!(step("ArrowLeft", None, 20), None, "the caret of the field");
        assert_eq!(step("ArrowDown", None, 0), None);
        assert_eq!(step("a", Some(1), 20), None);
    }
}
