//! Measures a Partyline server, beside others and beside the least that any could cost, in one run on one machine.

pub mod cores;
pub mod floor;
pub mod load;
pub mod machine;
pub mod measure;
pub mod partyline;
pub mod peers;
pub mod plan;
pub mod plot;
pub mod report;
pub mod sample;
pub mod scenarios;
pub mod server;
pub mod stamp;
pub mod statistics;
pub mod swarm;
pub mod table;
pub mod target;
pub mod wire;
