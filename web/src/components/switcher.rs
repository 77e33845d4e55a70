//! The way to any place by its name: rooms, conversations, people, and rooms that there aren't yet.

use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::html;
use leptos::prelude::*;
use partyline_engine::Action;

use crate::boxed::{effect, memo};
use crate::components::avatar::avatar;
use crate::components::dialog::Dialog;
use crate::components::icon::Icon;
use crate::driver::{Driver, Step, use_driver};
use crate::places::{Choice, Place, find};
use crate::words::tr;
use crate::{focus, page};

/// The id of the list of places.
const LIST: &str = "places";

/// A dialog with a field and the places that are meant by what is typed into it: a combobox whose list is always open
/// (WAI-ARIA 1.2). The keyboard stays in the field; the arrows choose.
#[component]
pub(crate) fn Switcher() -> impl IntoView {
    let desk = Desk::new(use_driver());
    let open = desk.driver.view.switching;
    effect(move || {
        if open.get() {
            desk.typed.set(String::new());
            desk.chosen.set(0);
            if let Some(field) = desk.field.get_untracked() {
                field.set_value("");
            }
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        desk.go();
    };
    let active = move || (desk.count() > 0).then(|| option_id(desk.chosen.get()));
    view! {
        <Dialog open labelled_by="switcher-title" closable=true>
            <form class="switcher" on:submit=submit>
                <h2 id="switcher-title" class="sr-only">
                    {move || tr!("keys-switch")}
                </h2>
                <input
                    node_ref=desk.field
                    class="field"
                    type="text"
                    data-testid="switcher-input"
                    role="combobox"
                    aria-autocomplete="list"
                    aria-expanded="true"
                    aria-controls=LIST
                    aria-activedescendant=active
                    aria-label=move || tr!("keys-switcher-hint")
                    placeholder=move || tr!("keys-switcher-hint")
                    maxlength="65"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    enterkeyhint="go"
                    dir="auto"
                    on:input=move |event| desk.type_in(event_target_value(&event))
                    on:keydown=move |event| desk.key_pressed(&event)
                />
                <div class="places" id=LIST role="listbox" aria-label=move || tr!("keys-places")>
                    {move || {
                        let places = desk.places.get().into_iter().enumerate();
                        places.map(|(at, place)| desk.option(at, &place)).collect_view()
                    }}
                </div>
                <p class="places-none" role="status">
                    {move || (desk.count() == 0).then(|| tr!("keys-places-none"))}
                </p>
            </form>
        </Dialog>
    }
}

/// The field with what belongs to it. Copies of it are the same one.
#[derive(Clone, Copy)]
struct Desk {
    driver: Driver,
    field: NodeRef<html::Input>,
    typed: RwSignal<String>,
    places: Memo<Vec<Place>>,
    /// Which of them Enter goes to.
    chosen: RwSignal<usize>,
}

impl Desk {
    fn new(driver: Driver) -> Self {
        let view = driver.view;
        let typed = RwSignal::new(String::new());
        let places = memo(move || {
            if !view.switching.get() {
                return Vec::new();
            }
            let (rooms, members, current) = (view.rooms.get(), view.members.get(), view.current.get());
            let me = view.me.with(|me| me.as_ref().map(|me| me.id));
            find(&typed.read(), &Choice { rooms: &rooms, members: &members, me, current: &current })
        });
        Self { driver, field: NodeRef::new(), typed, places, chosen: RwSignal::new(0) }
    }

    fn count(self) -> usize {
        self.places.with(Vec::len)
    }

    fn type_in(self, text: String) {
        self.typed.set(text);
        self.chosen.set(0);
    }

    fn key_pressed(self, event: &KeyboardEvent) {
        if crate::ime::takes(event) || event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
            return;
        }
        let count = self.count().max(1);
        let chosen = self.chosen.get_untracked().min(count - 1);
        let to = match event.key().as_str() {
            "ArrowDown" => (chosen + 1) % count,
            "ArrowUp" => (chosen + count - 1) % count,
            "PageDown" => (chosen + 8).min(count - 1),
            "PageUp" => chosen.saturating_sub(8),
            _ => return,
        };
        event.prevent_default();
        self.choose(to);
    }

    fn choose(self, at: usize) {
        self.chosen.set(at);
        if let Some(option) = document().get_element_by_id(&option_id(at)) {
            page::reveal(&option);
        }
    }

    /// Goes to what is chosen.
    fn go(self) {
        let place = self.places.with_untracked(|places| places.get(self.chosen.get_untracked()).cloned());
        let Some(place) = place else { return };
        let view = self.driver.view;
        view.switching.set(false);
        view.drawer.set(None);
        match place {
            Place::Room(room) => self.driver.show(&room.name, Step::New),
            Place::Person(member) => view.prefill.set(Some(format!("/msg {} ", member.nick))),
            Place::New(name) => self.driver.act(Action::Join(name)),
        }
        focus::home_soon();
    }

    fn option(self, at: usize, place: &Place) -> impl IntoView + use<> {
        let chosen = move || self.chosen.get() == at;
        let (picture, name, note) = match place {
            Place::Room(room) if room.private => {
                (avatar(&room.title).into_any(), room.title.clone(), unread(room.unread))
            }
            Place::Room(room) => (mark().into_any(), room.title.clone(), unread(room.unread)),
            Place::Person(member) => (avatar(&member.nick).into_any(), member.nick.clone(), Some(tr!("keys-write-to"))),
            Place::New(name) => (mark().into_any(), name.clone(), Some(tr!("keys-join"))),
        };
        view! {
            <div
                class="item place"
                class:chosen=chosen
                id=option_id(at)
                role="option"
                data-testid="place"
                aria-selected=move || chosen().to_string()
                on:pointermove=move |_| {
                    if self.chosen.get_untracked() != at {
                        self.chosen.set(at);
                    }
                }
                on:click=move |_| {
                    self.chosen.set(at);
                    self.go();
                }
            >
                {picture}
                <span class="item-name">
                    <bdi>{name}</bdi>
                </span>
                {note.map(|note| view! { <span class="item-note">{note}</span> })}
            </div>
        }
    }
}

fn option_id(at: usize) -> String {
    format!("place-{at}")
}

fn mark() -> impl IntoView {
    view! { <span class="item-mark">{Icon::Hash.draw()}</span> }
}

fn unread(count: usize) -> Option<String> {
    (count > 0).then(|| tr!("keys-unread", count = count))
}
