//! Measures a Partyline server, beside others and beside the least that any could cost, in one run on one machine.

pub mod cores;
pub mod partyline;
pub mod peers;
pub mod server;
pub mod target;
pub mod wire;
