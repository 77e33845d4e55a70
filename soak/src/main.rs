//! `partyline-soak`: puts a server through scenarios, and says what it found.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, Subcommand};
use partyline_soak::history;
use partyline_soak::scenarios::{Context, SCENARIOS, Scenario};

/// Loads and breaks a Partyline server, and checks what its clients saw.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    only: Option<Only>,
    /// The server's program.
    #[arg(long, value_name = "PATH", default_value = "target/release/partylined")]
    server: PathBuf,
    /// How long all of it takes, about.
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u64,
    /// What chances are drawn from; a run that failed says its own.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// List the scenarios, and what each shows.
    #[arg(long)]
    list: bool,
    /// Only these.
    scenarios: Vec<String>,
}

/// What is done instead of scenarios.
#[derive(Debug, Subcommand)]
enum Only {
    /// Check the journals of a folder: what clients wrote down against the history.
    Check {
        /// The folder.
        folder: PathBuf,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("partyline-soak: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<bool> {
    if let Some(Only::Check { folder }) = arguments.only {
        let findings = history::check(&folder)?;
        say(&findings.to_string());
        return Ok(findings.violations().is_empty());
    }
    if arguments.list {
        for Scenario { name, shows, .. } in SCENARIOS {
            say(&format!("{name:<18} {shows}\n"));
        }
        return Ok(true);
    }
    let chosen = chosen(&arguments.scenarios)?;
    ensure!(arguments.server.exists(), "{} isn't there: build it, or name it by --server", arguments.server.display());
    // Ten thousand connections have two ends.
    rlimit::increase_nofile_limit(u64::MAX).context("raising the bound of open files")?;
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => getrandom::u64()?,
    };
    say(&format!("seed {seed}\n"));
    let time = Duration::from_secs(arguments.minutes.saturating_mul(60)) / u32::try_from(chosen.len())?;
    let mut passed = true;
    for Scenario { name, shows, run } in chosen {
        say(&format!("\n{name}: {shows}\n"));
        let program = arguments.server.clone();
        match run(Context { program, time, seed }).await {
            Ok(report) => {
                passed &= report.passed();
                say(&report.to_string());
            }
            Err(error) => {
                passed = false;
                say(&format!("  FAILED: {error:#}\n"));
            }
        }
    }
    say(if passed { "\nAll of it held.\n" } else { "\nNot all of it held.\n" });
    Ok(passed)
}

fn chosen(names: &[String]) -> Result<Vec<&'static Scenario>> {
    if names.is_empty() {
        return Ok(SCENARIOS.iter().collect());
    }
    let find = |name: &String| {
        let found = SCENARIOS.iter().find(|scenario| scenario.name == name);
        found.with_context(|| format!("there is no scenario {name}; --list shows them"))
    };
    names.iter().map(find).collect()
}

/// Whoever closed stdout doesn't want to know.
fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}
