//! `cargo xtask`: sets up, builds, runs and tests Partyline.
//!
//! One command takes a fresh machine to a running server, and one to a tested tree. Everything that they
//! need beyond a Rust toolchain they install themselves, saying first what and how long it takes.

mod autobahn;
mod bench;
mod compress;
mod files;
mod fuzz;
mod machine;
mod page;
mod purity;
mod run;
mod say;
mod setup;
mod soak;
mod stage;
mod stamp;
mod steps;
mod test;
mod tidy;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use lexopt::prelude::*;

use crate::fuzz::Until;
use crate::machine::Machine;
use crate::say::say;

const HELP: &str = "\
cargo xtask <command>

  run [-- <partylined's arguments>]
                  set up what is missing, build the page and the server, start the server
  test            set up what the tests need, then format, lints, purity, docs, page and all tests
  setup [--tests] set up only; with --tests also the browser and the programs that the tests drive
  page            build and compress the page, where anything that it is made of has changed
  purity          shared, hub and engine know no clock, randomness, file, socket or thread
  tidy            file sizes, dependencies between crates, lint tables, versions
  soak [--minutes N] [SCENARIO …]
                  put a real server through crashes, drops, floods and load for about N minutes (10), then fuzz;
                  `soak --list` says which
  fuzz [--minutes N | --executions N] [TARGET]
                  look for inputs that break a target of fuzz/, or each, for N minutes (1)
  bench [--quick] [--peers] [SCENARIO …]
                  measure a server beside the least that any could cost, and with --peers beside others, which are
                  installed into the user's cache; writes docs/BENCHMARKS.md, unless --quick; `bench --list` says which
  bench [--quick] page
                  measure the page in a real Chromium: what it loads, how fast it shows what, what it keeps in memory;
                  writes docs/BENCHMARKS.md, unless --quick
  screenshots [STATE …]
                  pictures of the page in all its states, at three sizes, in both themes and both languages, into
                  target/screenshots, with an index.html that shows them
  autobahn        the conformance cases of Autobahn|Testsuite against the server's WebSocket (needs Python 2.7)
  help            this text

Under CI=true builds are kept in the user's cache folder, unless CARGO_TARGET_DIR is set.";

/// What the command line asks for.
#[derive(Debug, PartialEq)]
enum Command {
    Run(Vec<OsString>),
    Test,
    Setup { tests: bool },
    Page,
    Purity,
    Tidy,
    Soak { minutes: u64, scenarios: Vec<String> },
    Fuzz { until: Until, target: Option<String> },
    Bench { quick: bool, peers: bool, scenarios: Vec<String> },
    BenchPage { quick: bool },
    Screenshots { states: Vec<String> },
    Autobahn,
    Help,
}

fn main() -> ExitCode {
    let command = match parse(lexopt::Parser::from_env()) {
        Ok(Command::Help) => {
            say!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(command) => command,
        Err(error) => {
            say!("{error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match obey(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut parser: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let Some(first) = parser.next()? else {
        return Err("no command given".into());
    };
    let mut command = match first {
        Long("help") | Short('h') => return Ok(Command::Help),
        Value(name) => match name.to_str() {
            Some("run") => Command::Run(Vec::new()),
            Some("test") => Command::Test,
            Some("setup") => Command::Setup { tests: false },
            Some("page") => Command::Page,
            Some("purity") => Command::Purity,
            Some("tidy") => Command::Tidy,
            Some("soak") => Command::Soak { minutes: 10, scenarios: Vec::new() },
            Some("fuzz") => Command::Fuzz { until: Until::Minutes(1), target: None },
            Some("bench") => Command::Bench { quick: false, peers: false, scenarios: Vec::new() },
            Some("screenshots") => Command::Screenshots { states: Vec::new() },
            Some("autobahn") => Command::Autobahn,
            Some("help") => return Ok(Command::Help),
            _ => return Err(format!("unknown command {}", name.display()).into()),
        },
        other => return Err(other.unexpected()),
    };
    if let Command::Run(for_server) = &mut command {
        let mut rest = parser.raw_args()?;
        match rest.next() {
            None => {}
            Some(dashes) if dashes == "--" => for_server.extend(rest),
            Some(other) => {
                let other = other.display();
                return Err(format!("{other}: the server's arguments come after `--`").into());
            }
        }
        return Ok(command);
    }
    while let Some(argument) = parser.next()? {
        match (&mut command, argument) {
            (Command::Setup { tests }, Long("tests")) => *tests = true,
            (Command::Soak { minutes, .. }, Long("minutes")) => *minutes = parser.value()?.parse()?,
            (Command::Soak { scenarios, .. } | Command::Bench { scenarios, .. }, Long("list")) => {
                scenarios.push("--list".into());
            }
            (Command::Bench { quick, peers: false, scenarios }, Value(name))
                if name == "page" && scenarios.is_empty() =>
            {
                command = Command::BenchPage { quick: *quick };
            }
            (
                Command::Soak { scenarios: names, .. }
                | Command::Bench { scenarios: names, .. }
                | Command::Screenshots { states: names },
                Value(name),
            ) => names.push(name.string()?),
            (Command::Bench { quick, .. } | Command::BenchPage { quick }, Long("quick")) => *quick = true,
            (Command::Bench { peers, .. }, Long("peers")) => *peers = true,
            (Command::Fuzz { until, .. }, Long("minutes")) => *until = Until::Minutes(parser.value()?.parse()?),
            (Command::Fuzz { until, .. }, Long("executions")) => *until = Until::Executions(parser.value()?.parse()?),
            (Command::Fuzz { target: target @ None, .. }, Value(name)) => *target = Some(name.string()?),
            (_, Long("help") | Short('h')) => return Ok(Command::Help),
            (_, other) => return Err(other.unexpected()),
        }
    }
    Ok(command)
}

fn obey(command: Command) -> Result<()> {
    let machine = Machine::find()?;
    match command {
        Command::Run(for_server) => run::run(&machine, &for_server),
        Command::Test => test::test(&machine),
        Command::Setup { tests: false } => setup::setup(&machine, setup::Purpose::Run),
        Command::Setup { tests: true } => setup::setup(&machine, setup::Purpose::Test),
        Command::Page => page::page(&machine),
        Command::Purity => purity::purity(&machine),
        Command::Tidy => tidy::tidy(&machine),
        Command::Soak { minutes, scenarios } => soak::soak(&machine, minutes, &scenarios),
        Command::Fuzz { until, target } => fuzz::fuzz(&machine, until, target.as_deref()),
        Command::Bench { quick, peers, scenarios } => bench::bench(&machine, quick, peers, &scenarios),
        Command::BenchPage { quick } => stage::bench(&machine, quick),
        Command::Screenshots { states } => stage::screenshots(&machine, &states),
        Command::Autobahn => autobahn::autobahn(&machine),
        Command::Help => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Command, lexopt::Error> {
        parse(lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn the_servers_arguments_come_after_two_dashes() {
        let arguments = ["run", "--", "--listen", "[::]:1", "--help"];
        let expected = arguments[2..].iter().map(Into::into).collect();
        assert_eq!(parsed(&arguments).unwrap(), Command::Run(expected));
        assert_eq!(parsed(&["run"]).unwrap(), Command::Run(Vec::new()));
        assert!(parsed(&["run", "--listen", "[::]:1"]).is_err());
    }

    #[test]
    fn only_what_is_known_is_accepted() {
        assert_eq!(parsed(&["setup", "--tests"]).unwrap(), Command::Setup { tests: true });
        assert_eq!(parsed(&["test", "-h"]).unwrap(), Command::Help);
        let fuzz = parsed(&["fuzz", "lines", "--minutes", "10"]).unwrap();
        assert_eq!(fuzz, Command::Fuzz { until: Until::Minutes(10), target: Some("lines".into()) });
        let soak = parsed(&["soak", "kills", "--minutes", "2", "drops"]).unwrap();
        assert_eq!(soak, Command::Soak { minutes: 2, scenarios: vec!["kills".into(), "drops".into()] });
        let bench = parsed(&["bench", "a", "--peers", "--quick", "a1"]).unwrap();
        assert_eq!(bench, Command::Bench { quick: true, peers: true, scenarios: vec!["a".into(), "a1".into()] });
        assert_eq!(parsed(&["bench", "page", "--quick"]).unwrap(), Command::BenchPage { quick: true });
        assert!(parsed(&["bench", "page", "--peers"]).is_err());
        let screenshots = Command::Screenshots { states: vec!["room".into()] };
        assert_eq!(parsed(&["screenshots", "room"]).unwrap(), screenshots);
        assert!(parsed(&["bench", "--minutes", "2"]).is_err());
        assert!(parsed(&["fuzz", "lines", "sniff"]).is_err());
        assert!(parsed(&["fuzz", "--minutes", "some"]).is_err());
        assert!(parsed(&[]).is_err());
        assert!(parsed(&["tests"]).is_err());
        assert!(parsed(&["test", "--tests"]).is_err());
    }
}
