//! The ways to talk over a stream, one a module, and what they have in common.

pub(crate) mod datagrams;
pub(crate) mod http;
pub(crate) mod json_lines;
mod liveness;
mod page;
pub(crate) mod plain;
mod websocket;

use std::time::Duration;

use crate::outbox::Outbox;

/// How long the last words may take to be written.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Once nothing more can be said to a reader, how long it gets to take what was said.
async fn overdue(outbox: &Outbox) {
    outbox.ended().await;
    // In a box: it is for the end of a connection's life.
    Box::pin(tokio::time::sleep(LAST_WORDS)).await;
}
