//! The client's half of Partyline, sans-io: connection state, resume, pending sends, de-duplication, timelines.
//!
//! The page and the native client both run it, so that the two can't drift apart. It knows no socket, clock or
//! randomness: what happens is an [`Input`], what is to be done is an [`Output`], time is an argument, and
//! [`Engine::next_deadline`] says when to call with [`Input::Wake`].

mod act;
mod backoff;
mod clock;
mod engine;
mod history;
mod link;
mod listing;
mod members;
mod model;
mod outputs;
mod pending;
mod private;
mod reads;
mod receive;
mod room;
mod rooms;
mod saying;
mod timeline;
mod typing;
mod unsent;
mod window;

pub use clock::Clock;
pub use engine::{Action, Change, Engine, Input, Output, Settings, Unreachable};
pub use model::{Connection, Identity, Model};
pub use pending::{Pending, PendingState};
pub use room::{Loading, Room, TypingMember};
pub use saying::Saying;
pub use unsent::Unsent;
