//! Partyline's page: the chat in a browser.
//!
//! `engine` holds all state, this crate shows it: `driver` feeds the engine with what the socket, the clock and
//! the person do, `view` carries what it says into signals, `components` draw those.

#![expect(unreachable_pub, reason = "what `#[component]` writes is `pub`, whatever the function is")]

mod address;
mod announce;
mod app;
mod boxed;
mod clipboard;
mod colour;
mod commands;
mod completion;
mod components;
mod driver;
mod emoji;
mod focus;
mod ime;
mod kept;
mod keyboard;
mod mentions;
mod notify;
mod page;
mod people;
mod places;
mod route;
mod rows;
mod scroll;
mod seen;
mod settings;
mod socket;
mod storage;
mod tab;
mod tabs;
mod time;
mod update;
mod view;
mod words;

fn main() {
    page::show_panics();
    page::remove_boot_notice();
    leptos::mount::mount_to_body(app::App);
}
