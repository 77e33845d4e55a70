//! `partyline-bench`: measures a Partyline server, beside others and the floor.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, Subcommand};
use partyline_bench::cores::Cores;
use partyline_bench::floor::{Writes, program};
use partyline_bench::plan::{Plan, say};
use partyline_bench::scenarios::{SCENARIOS, Scenario};
use partyline_bench::target::Target;
use partyline_bench::{machine, peers, plot, report};

/// Measures a Partyline server, beside others and beside the least that any could cost.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    only: Option<Only>,
    /// The server's program.
    #[arg(long, value_name = "PATH", default_value = "target/release/partylined")]
    server: PathBuf,
    /// Shorter, smaller, and in under three minutes.
    #[arg(long)]
    quick: bool,
    /// Other servers as well. Those that this machine hasn't are installed, into the user's cache only.
    #[arg(long)]
    peers: bool,
    /// Of the other servers only those whose names contain this; repeatable.
    #[arg(long, value_name = "NAME")]
    peer: Vec<String>,
    /// How often each is measured.
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// How long each load lasts.
    #[arg(long, value_name = "MS")]
    milliseconds: Option<u64>,
    /// Where servers keep their logs while they are measured, and logs of many messages are kept from one run to the next: on a disk
    /// like that of a server, not in memory.
    #[arg(long, value_name = "FOLDER", default_value = "target/bench")]
    cache: PathBuf,
    /// Write what was found into this page, in the place of what was found before.
    #[arg(long, value_name = "FILE")]
    page: Option<PathBuf>,
    /// Draw the plot into this file, where all was measured that is in it.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// List the scenarios, and what each shows.
    #[arg(long)]
    list: bool,
    /// Only these.
    scenarios: Vec<String>,
}

/// What is done instead of scenarios.
#[derive(Debug, Subcommand)]
enum Only {
    /// Be the floor: the least that any server could cost.
    #[command(hide = true)]
    Floor {
        /// How it writes.
        writes: Writes,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("partyline-bench: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<bool> {
    // Ten thousand connections.
    rlimit::increase_nofile_limit(u64::MAX).context("raising the bound of open files")?;
    if let Some(Only::Floor { writes }) = arguments.only {
        program::serve(writes, |address| say(&format!("listening on {address}\n")))?;
        return Ok(true);
    }
    if arguments.list {
        for Scenario { name, shows, .. } in SCENARIOS {
            say(&format!("{name:<12} {shows}\n"));
        }
        return Ok(true);
    }
    let chosen = chosen(&arguments.scenarios)?;
    ensure!(arguments.server.exists(), "{} isn't there: build it, or name it by --server", arguments.server.display());
    fs::create_dir_all(&arguments.cache).with_context(|| format!("making {}", arguments.cache.display()))?;
    // The system's own folder for what is temporary may be in memory, where a commit costs nothing.
    tempfile::env::override_temp_dir(&fs::canonicalize(&arguments.cache)?).ok();
    let machine = machine::describe();
    let begun = Instant::now();
    let milliseconds = arguments.milliseconds.unwrap_or(if arguments.quick { 700 } else { 3000 });
    let plan = Plan {
        server: arguments.server,
        this: std::env::current_exe()?,
        peers: if arguments.peers || !arguments.peer.is_empty() { found_peers(&arguments.peer)? } else { Vec::new() },
        quick: arguments.quick,
        rounds: arguments.rounds.unwrap_or(if arguments.quick { 1 } else { 3 }),
        time: Duration::from_millis(milliseconds),
        cache: arguments.cache,
    };
    Cores::of_generator().take()?;
    say(&format!(
        "{machine}\nservers on one core, the generator on another, {} rounds of {milliseconds} ms\n",
        plan.rounds
    ));
    let mut passed = true;
    let mut blocks = vec![("machine", format!("Measured on: {machine}."))];
    let (mut bars, mut curves) = (Vec::new(), Vec::new());
    for Scenario { name, shows, run } in chosen {
        say(&format!("\n{name}: {shows}\n"));
        let section = run(&plan);
        say(&section.text());
        passed &= section.failures.is_empty();
        blocks.push((*name, section.markdown()));
        bars.extend(section.bars);
        curves.extend(section.curves);
    }
    if let Some(page) = arguments.page {
        let before = if page.exists() { fs::read_to_string(&page)? } else { "# Benchmarks\n".to_owned() };
        fs::write(&page, report::into_page(&before, &blocks)).with_context(|| format!("writing {}", page.display()))?;
    }
    if let Some(file) = arguments.plot {
        if bars.is_empty() || curves.is_empty() {
            say("\nThe plot is left as it is: not all was measured that is in it.\n");
        } else {
            fs::write(&file, plot::draw(&bars, &curves)?).with_context(|| format!("writing {}", file.display()))?;
        }
    }
    say(&format!("\n{} s in all.\n", begun.elapsed().as_secs()));
    Ok(passed)
}

/// The peers that are there, of those that are asked for; says which are not there, and why.
fn found_peers(names: &[String]) -> Result<Vec<Box<dyn Target>>> {
    let peers = peers::all(&peers::Store::of_user()?.installing());
    for (name, why) in &peers.missing {
        say(&format!("without {name}: {why}\n"));
    }
    let mut found = peers.found;
    found.retain(|peer| names.is_empty() || names.iter().any(|name| peer.name().contains(name.as_str())));
    Ok(found)
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
