//! The real server on a real port, spoken to with plain sockets: no client of ours is between.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects by failing, also in its helpers"
)]

mod bad_input;
mod datagrams;
mod descriptors;
mod floods;
mod frames;
mod habits;
mod half_open;
mod http;
mod json_lines;
mod keeping;
mod native_client;
mod one_room;
mod overload;
#[cfg(feature = "test-build")]
mod panics;
mod plain_text;
mod request;
mod server_log;
mod slow;
mod starting;
mod stopping;
mod support;
mod unix_sockets;
mod watching;
mod websocket;
