//! `partyline-stage`: stages a conversation on a real server, and shows the page of it in a real Chromium.

mod bench;
mod say;
mod screenshots;
mod script;
mod sheet;
mod states;
mod theatre;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Stages a conversation on a real server, and shows the page of it in a real Chromium.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The server's program.
    #[arg(long, value_name = "PATH", default_value = "target/debug/partylined", global = true)]
    server: PathBuf,
    #[command(subcommand)]
    job: Job,
}

#[derive(Debug, Subcommand)]
enum Job {
    /// Take pictures of the page in all its states, at three sizes, in both themes and both languages.
    Screenshots {
        /// The folder for them.
        #[arg(long, value_name = "FOLDER", default_value = "target/screenshots")]
        into: PathBuf,
        /// Only these states.
        states: Vec<String>,
    },
    /// Measure what the page costs: what it loads, how fast it shows what, what it keeps in memory.
    Bench {
        /// Fewer runs.
        #[arg(long)]
        quick: bool,
        /// Write what was found into this page, in the place of what was found before.
        #[arg(long, value_name = "FILE")]
        page: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // What panics is a wait for something that isn't shown; whoever waits says so, with what it was for.
    std::panic::set_hook(Box::new(|_| {}));
    let server = arguments.server;
    let done = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| match arguments.job {
        Job::Screenshots { into, states } => {
            runtime.block_on(screenshots::take(screenshots::Order { server, into, states }))
        }
        Job::Bench { quick, page } => runtime.block_on(bench::measure(bench::Order { server, quick, page })),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::say(&format!("partyline-stage: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}
