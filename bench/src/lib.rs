//! Measures a Partyline server, beside others and beside the least that any could cost, in one run on one machine.

pub mod cores;
pub mod floor;
pub mod load;
pub mod measure;
pub mod partyline;
pub mod peers;
pub mod sample;
pub mod server;
pub mod stamp;
pub mod swarm;
pub mod target;
pub mod wire;
