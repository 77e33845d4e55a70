//! Bytes to commands and events to bytes, one dialect a module. A dialect knows no room.

pub mod datagram;
pub mod json;
pub mod lines;
pub mod plain;
mod sniff;
mod telnet;

pub use sniff::{Dialect, SNIFF_BYTES, sniff};
