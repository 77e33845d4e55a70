//! The real binary, against a server that follows a script.

#![cfg(test)]

mod chat;
mod datagram;
mod get;
mod raw;
mod scripted;
mod send;
mod tls;
mod unix;
mod web;
