//! The chat itself, sans-io: who is there, what is allowed, who is told.
//!
//! [`Hub::handle`] takes what happened and the time, and returns what is to be done. The hub knows no socket,
//! file, thread, clock or randomness, so that a simulation can drive it through years of mishaps in seconds.
//!
//! Nothing is said until it has a number: a message leaves the hub as [`Effect::Append`], and only when
//! [`Input::Committed`] comes back is its sender told and everybody else shown it. Between the two, time passes.

mod bucket;
mod effect;
mod entry;
mod few;
mod hub;
mod input;
mod joining;
mod leaving;
mod load;
mod looks;
mod marks;
mod members;
mod naming;
mod posting;
mod presence;
mod reading;
mod requests;
mod rooms;
mod sessions;
mod speaking;

pub use bucket::Bucket;
pub use effect::{AppendId, Effect, ReadId, RoomId};
pub use entry::{Committed, ConversationHead, Entry, LogError, NewEntry, Outcome, Page, Query, RoomHead, Stream};
pub use hub::{Hub, Settings};
pub use input::{Input, PostId, SessionId};
pub use load::Load;
