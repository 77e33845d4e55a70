//! What is offered for what is being typed.

use leptos::prelude::*;
use partyline_engine::Action;
use partyline_shared::{Argument, CommandForm};

use crate::completion::{self, Kind, MOST, Token};
use crate::components::avatar::avatar;
use crate::driver::Driver;
use crate::emoji::{Emoji, Shelf};
use crate::people;
use crate::words::sayings;

/// Something that a token could become.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    /// What the token becomes.
    pub(super) with: String,
    /// What follows it, unless a space is there.
    pub(super) after: &'static str,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Member(String),
    Room(String),
    Command(&'static CommandForm),
    Emoji(Emoji, &'static str),
    Word(&'static str),
}

impl Choice {
    /// Whether Enter has nothing to add to a text that is this already.
    pub(super) fn is_complete(&self, typed: &str) -> bool {
        let more_is_needed = matches!(self.what, What::Command(form) if !form.stands_alone());
        typed == self.with && !more_is_needed
    }

    /// Draws what is in its row.
    pub(super) fn draw(&self) -> AnyView {
        match &self.what {
            What::Member(nick) => view! { {avatar(nick)} <bdi class="suggestion-name">{nick.clone()}</bdi> }.into_any(),
            What::Room(room) => view! {
                <span class="suggestion-mark" aria-hidden="true">
                    "#"
                </span>
                <bdi class="suggestion-name">{room.clone()}</bdi>
            }
            .into_any(),
            What::Command(form) => view! {
                <span class="suggestion-name">{form.usage}</span>
                <span class="suggestion-note">{sayings::command(form.verb)}</span>
            }
            .into_any(),
            What::Emoji(emoji, name) => view! {
                <span class="suggestion-glyph" aria-hidden="true">
                    {emoji.glyph}
                </span>
                <span class="suggestion-name">":" {*name} ":"</span>
            }
            .into_any(),
            What::Word(word) => view! { <span class="suggestion-name">{*word}</span> }.into_any(),
        }
    }
}

/// What a token could become, the likeliest first; a list of bounded length.
pub(super) fn choices(token: &Token, driver: Driver, shelf: Shelf) -> Vec<Choice> {
    let typed = token.typed.as_str();
    let choice = |what, with: &str, after| Choice { with: format!("{}{with}", token.sign()), after, what };
    match token.kind {
        Kind::Member | Kind::Argument(Argument::Member) => {
            let people = likeliest(driver);
            let fitting = completion::fitting(typed, people.iter().map(String::as_str));
            fitting.into_iter().map(|nick| choice(What::Member(nick.to_owned()), nick, " ")).collect()
        }
        Kind::Room | Kind::Argument(Argument::Room) => {
            let rooms = rooms(driver);
            let fitting = completion::fitting(typed, rooms.iter().map(String::as_str));
            fitting.into_iter().map(|room| choice(What::Room(room.to_owned()), room, " ")).collect()
        }
        // The table itself bounds them.
        Kind::Command => completion::commands(typed)
            .map(|form| {
                let after = if form.argument == Argument::None { "" } else { " " };
                choice(What::Command(form), form.name, after)
            })
            .collect(),
        Kind::Emoji => {
            shelf.want();
            let found = shelf.get_untracked().map(|catalogue| catalogue.search(typed, MOST)).unwrap_or_default();
            found.into_iter().map(|(emoji, name)| choice(What::Emoji(emoji, name), emoji.glyph, "")).collect()
        }
        Kind::Argument(Argument::OneOf(words)) => {
            let fitting = words.iter().filter(|word| word.starts_with(typed));
            fitting.map(|word| choice(What::Word(word), word, "")).collect()
        }
        Kind::Argument(_) => Vec::new(),
    }
}

/// The people of the room that is shown.
pub(super) fn likeliest(driver: Driver) -> Vec<String> {
    let view = driver.view;
    let me = view.me.with_untracked(|me| me.as_ref().map(|me| me.nick.clone()));
    let current = view.current.get_untracked();
    let people = driver.with_engine(|engine| {
        let room = engine.model().rooms.get(&current)?;
        let spoke = room.messages.iter().rev().map(|message| message.from.nick.as_str());
        let other = room.private.then_some(room.title.as_str());
        let members = room.members.iter().map(|member| member.nick.as_str()).chain(other);
        Some(people::likeliest(spoke, members, me.as_deref()))
    });
    people.flatten().unwrap_or_default()
}

/// The rooms that one is in, the one that is shown after them since people speak of others, then the server's.
fn rooms(driver: Driver) -> Vec<String> {
    driver.act(Action::FindRooms);
    let current = driver.view.current.get_untracked();
    let (mut rooms, here): (Vec<_>, Vec<_>) = driver.view.rooms.with_untracked(|rooms| {
        let rooms = rooms.iter().filter(|room| !room.private);
        rooms.map(|room| room.name.clone()).partition(|room| *room != current)
    });
    rooms.extend(here);
    let listed = driver.with_engine(|engine| engine.model().listed.clone()).unwrap_or_default();
    let others: Vec<_> = listed.into_iter().filter(|listed| !rooms.contains(listed)).collect();
    rooms.extend(others);
    rooms
}
