//! The real binary, against a server that follows a script.

#![cfg(test)]

mod chat;
mod scripted;
mod send;
