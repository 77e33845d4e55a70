//! A Chromium, and what a person does with Partyline's page in it: for tests, and for programs that stage the page.
//!
//! It is no library for a server: what isn't shown in time ends the run with what was waited for.

#![expect(
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects by failing, also in its helpers; a panic here ends a test or a tool at the desk"
)]

mod browser;

pub use browser::{Browser, Locale};
