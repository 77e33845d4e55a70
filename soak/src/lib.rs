//! Loads and breaks a Partyline server, and checks what its clients saw.
//!
//! The server is a program to it, which it starts, speaks to over real sockets, and kills.

pub mod latency;
pub mod report;
pub mod scenarios;
pub mod server;
pub mod wire;
