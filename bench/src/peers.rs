//! Other servers, measured in the same run (`--peers`).
//!
//! To add one: a file in `peers/` with a type that implements [`Target`] (see [`crate::partyline`] for an example, [`crate::wire`]
//! for framings, and `Server`/`Launch` in [`crate::server`] for starting a process: `announced` or `at_port`), its `mod` below, and a
//! line in [`all`]. The type's constructor looks whether the server is there and says how to get it where it isn't. Nothing else needs
//! to be known: rooms are lower-case letters and digits, texts are ASCII without anything that an encoding escapes, and everything is
//! run by the same scenarios. A wire of its own is a type without state that implements [`crate::wire::Wire`]: `unit` tells the length of the unit that
//! some bytes begin with, `kind` tells a message from the rest, by its first bytes if at all possible, since it is asked for each delivery.

use anyhow::Result;

use crate::target::Target;

/// All that this machine has, in the order of the report. Those that are missing are named with what to do about it, and left out.
///
/// # Errors
/// Where something that is there can't be prepared.
pub fn all() -> Result<Peers> {
    Ok(Peers { found: Vec::new(), missing: Vec::new() })
}

/// What there is to compare with.
pub struct Peers {
    /// Ready to be started.
    pub found: Vec<Box<dyn Target>>,
    /// Each with why, in a line.
    pub missing: Vec<(String, String)>,
}
