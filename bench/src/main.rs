//! `partyline-bench`: measures a Partyline server, beside others and the floor.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};
use partyline_bench::cores::Cores;
use partyline_bench::floor::{Floor, Writes, program};
use partyline_bench::measure::FanOut;
use partyline_bench::partyline::{DEFAULT_ROOM, Dialect, Partyline};
use partyline_bench::target::Target;

/// Measures a Partyline server, beside others and beside the least that any could cost.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    only: Option<Only>,
    /// The server's program.
    #[arg(long, value_name = "PATH", default_value = "target/release/partylined")]
    server: PathBuf,
    /// Only these.
    scenarios: Vec<String>,
    #[arg(long, default_value_t = 1000)]
    readers: usize,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    #[arg(long, default_value_t = 2000)]
    ms: u64,
}

#[derive(Debug, Subcommand)]
enum Only {
    #[command(hide = true)]
    Floor { writes: Writes },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(Only::Floor { writes }) = arguments.only {
        return program::serve(writes, |address| say(&format!("listening on {address}\n")));
    }
    rlimit::increase_nofile_limit(u64::MAX)?;
    let me = std::env::current_exe()?;
    Cores::of_generator().take()?;
    let mut targets: Vec<Box<dyn Target>> =
        vec![Box::new(Floor::new(me.clone(), Writes::Coalesced)), Box::new(Floor::new(me, Writes::PerMessage))];
    for dialect in Dialect::ALL {
        targets.push(Box::new(Partyline::new(&arguments.server, dialect)));
    }
    for name in &arguments.scenarios {
        let in_flight = if name == "a" {
            64
        } else if name == "a1" {
            1
        } else {
            name.parse()?
        };
        for _ in 0..arguments.rounds {
            for target in &targets {
                let fan = FanOut {
                    readers: arguments.readers,
                    in_flight,
                    warm_up: Duration::from_millis(500),
                    time: Duration::from_millis(arguments.ms),
                };
                let cost = fan.run(target.as_ref(), DEFAULT_ROOM);
                match cost {
                    Ok(cost) => say(&format!(
                        "{name} {:40} {:>10.0}/s {:6.3} CPU s/M  p50 {:6.2} p99 {:6.2} ms  rss {:5.1} MB  gen {:4.2} s of {:4.2} wall, server {:4.2}  {:.1} messages a read\n",
                        target.name(),
                        cost.rate(),
                        cost.per_million(),
                        cost.latency.value_at_quantile(0.5) as f64 / 1e6,
                        cost.latency.value_at_quantile(0.99) as f64 / 1e6,
                        cost.resident as f64 / 1e6,
                        cost.generator.as_secs_f64(),
                        cost.wall.as_secs_f64(),
                        cost.processor.as_secs_f64(),
                        cost.deliveries as f64 / cost.reads as f64
                    )),
                    Err(error) => say(&format!("{name} {error:#}\n")),
                }
            }
        }
    }
    Ok(())
}

/// Whoever closed stdout doesn't want to know.
fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}
