//! Faults that a test can give the server on purpose, to see that they are noticed: named by `PARTYLINE_FAULT`, and
//! in no build for users.

use std::sync::LazyLock;

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `no-dedup`: the log doesn't recognise what it has already.
    NoDedup,
    /// `deliver-first`: a message is shown before it is committed.
    DeliverFirst,
    /// `panic`: a client that asks for it makes its connection's task panic; one that says so in a room, the hub's.
    Panic,
}

/// What clients say to have [`Fault::Panic`], in plain text and in JSON.
const ASKS_FOR_PANIC: [&str; 2] = ["/panic", r#"{"type":"panic"}"#];

/// The fault of this process, if it has one.
///
/// # Panics
/// Where the variable names none: a test that thinks it broke the server, and didn't, would show nothing.
pub(crate) fn fault() -> Option<Fault> {
    static FAULT: LazyLock<Option<Fault>> = LazyLock::new(|| {
        let name = std::env::var("PARTYLINE_FAULT").ok()?;
        match name.as_str() {
            "no-dedup" => Some(Fault::NoDedup),
            "deliver-first" => Some(Fault::DeliverFirst),
            "panic" => Some(Fault::Panic),
            _ => unknown(&name),
        }
    });
    *FAULT
}

/// Panics where the server has [`Fault::Panic`] and a client asks for it.
pub(crate) fn panic_if_asked(said: &str) {
    assert!(fault() != Some(Fault::Panic) || !ASKS_FOR_PANIC.contains(&said), "asked for by {said}");
}

#[expect(clippy::panic, reason = "see `fault`")]
fn unknown(name: &str) -> ! {
    panic!("PARTYLINE_FAULT={name}: no such fault")
}
