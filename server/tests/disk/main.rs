//! A disk that fails: power cuts, a full disk, a read-only one, an fsync that fails or takes its time. The server is the
//! program that users run, over real sockets; between it and the system stands a shim in C (`shim.c`, loaded with
//! `LD_PRELOAD`), which notes what is written and fails when a test tells it to. It is not a file system of SQLite's
//! kind (a VFS): that would be in another program than the one that users run, and would need `unsafe` code.
//!
//! What a power cut leaves is modelled in `image.rs`, which says what is assumed.
//!
//! Linux with glibc only, where `LD_PRELOAD` is.

#![cfg(all(target_os = "linux", target_env = "gnu"))]
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test says what it expects by failing, and by which seed, also in its helpers"
)]

mod failing;
mod history;
mod image;
mod journal;
mod locked;
mod machine;
mod power;
mod slow;
#[path = "../integration/support.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
mod support;
mod writers;
