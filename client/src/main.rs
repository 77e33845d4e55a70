//! `partyline`: the native client of Partyline.

use std::process::ExitCode;

use clap::Parser;
use partyline_client::{Args, run};

fn main() -> ExitCode {
    run(Args::parse())
}
