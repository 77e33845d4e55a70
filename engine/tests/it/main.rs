//! The engine, seen from outside: what goes in, what comes out, what is to be shown.

#![cfg(test)]

mod client;
mod connection;
mod kept;
mod rooms;
mod sends;
mod simulation;
mod timeline;
mod window;
