//! The real server on a real port, spoken to with plain sockets: no client of ours is between.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects by failing, also in its helpers"
)]

mod bad_input;
mod crash;
mod datagrams;
mod habits;
mod http;
mod json_lines;
mod native_client;
mod one_room;
mod overload;
mod plain_text;
mod starting;
mod stopping;
mod support;
mod unix_sockets;
mod websocket;
