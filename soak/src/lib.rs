//! Loads and breaks a Partyline server, and checks what its clients saw.
//!
//! The server is a program to it, which it starts, speaks to over real sockets, and kills.

pub mod client;
pub mod compare;
pub mod frames;
pub mod history;
pub mod latency;
pub mod metrics;
pub mod probe;
pub mod proxy;
pub mod report;
pub mod scenarios;
pub mod server;
pub mod wire;
