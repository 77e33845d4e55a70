//! The server, killed, ended and cut off under load: what its clients wrote down is held against the history.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test says what it expects by failing")]

#[cfg(feature = "test-build")]
mod mutilated;
mod unharmed;

use std::io::Write as _;

use partyline_soak::server::Program;

/// What chances are drawn from: `PARTYLINE_SEED`, or anew each time, and said so that a failure can be repeated.
fn seed() -> u64 {
    let seed = std::env::var("PARTYLINE_SEED").ok().map(|seed| seed.parse().expect("PARTYLINE_SEED is a number"));
    let seed = seed.unwrap_or_else(|| getrandom::u64().unwrap());
    // What is written to stdout is shown where the test fails.
    let _ = writeln!(std::io::stdout(), "PARTYLINE_SEED={seed}");
    seed
}

fn server() -> Program {
    Program::new(env!("CARGO_BIN_EXE_partylined"))
}
