//! Growth with the messages in the log: starting up, entering a room, delivering.

mod fill;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hdrhistogram::Histogram;

use crate::cores::Cores;
use crate::measure::Cost;
use crate::partyline::Dialect;
use crate::plan::{Case, Plan, failures, say};
use crate::report::{Curve, Section};
use crate::server::Launch;
use crate::statistics::{count, figure};
use crate::table::Table;

const MESSAGES: [usize; 3] = [1_000, 100_000, 10_000_000];

/// Logs of so many messages are used where they lie. Copying one would take longer than all that is done with it, and what a round adds
/// is little beside it.
const USED_IN_PLACE: usize = 1_000_000;

/// What is in the log.
const ROOM: &str = "hall";

const READERS: usize = 1000;

/// Clients that enter, one after the other.
const JOINS: usize = 500;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

const ALONG: &str = "messages in the log";

struct Found {
    start_up: f64,
    join_p50: f64,
    join_p99: f64,
    cost: Cost,
}

pub(super) fn run(plan: &Plan) -> Section {
    let own = plan.partyline(Dialect::WebSocket);
    let mut section = Section {
        title: "Growth with the messages in the log".to_owned(),
        about: format!(
            "All of them in one room, written by an import. Start-up is from the start of the process until it listens; a join is answered with \
             the last 50, to one client after another, {JOINS} of them; then A with {READERS} WebSocket readers in that room."
        ),
        ..Section::default()
    };
    let mut table =
        Table::new(&["messages", "start-up ms", "join p50 ms", "join p99 ms", "CPU s per million", "memory MB"]);
    let sizes = MESSAGES.into_iter().filter(|messages| !plan.quick || *messages < USED_IN_PLACE);
    // Before any round, so that all of them find the same.
    for messages in sizes.clone() {
        if let Err(error) = fill::filled(&plan.server, &plan.cache, ROOM, messages) {
            section.failures.push(format!("filling a log with {messages} messages: {error:#}"));
            return section;
        }
    }
    let cases =
        sizes.map(|messages| Case { target: &own, name: format!("{} messages", count(messages)), size: messages });
    let all = plan.interleaved("log", cases, |case| {
        let found = round(plan, case)?;
        let line = format!(
            "listening after {} ms, join p99 {} ms, {} CPU s per million",
            figure(found.start_up),
            figure(found.join_p99),
            figure(found.cost.per_million())
        );
        Ok((found, line))
    });
    section.failures = failures(&all);
    let mut points = Vec::new();
    for rounds in &all {
        #[expect(clippy::cast_precision_loss, reason = "ten million at most")]
        let messages = rounds.case.size as f64;
        points.extend(rounds.spread(|found| found.cost.per_million()).map(|cost| (messages, cost.median)));
        table.row([
            count(rounds.case.size),
            rounds.text(|found| found.start_up),
            rounds.text(|found| found.join_p50),
            rounds.text(|found| found.join_p99),
            rounds.text(|found| found.cost.per_million()),
            rounds.text(|found| found.cost.megabytes()),
        ]);
    }
    section.curves.push(Curve { along: ALONG, name: "64 in flight".to_owned(), points });
    section.tables.push(table);
    section
}

fn round(plan: &Plan, case: &Case<'_>) -> Result<Found> {
    let filled = fill::filled(&plan.server, &plan.cache, ROOM, case.size)?;
    let copy = tempfile::tempdir()?;
    let folder = if case.size >= USED_IN_PLACE {
        filled
    } else {
        copy_folder(&filled.join("log"), &copy.path().join("log"))?;
        copy.path().to_owned()
    };
    let target = case.target;
    let server = target.start(&Launch { folder, cores: Cores::of_server() })?;
    let joins = joins(server.address())?;
    #[expect(clippy::cast_precision_loss, reason = "a minute at most")]
    let milliseconds = |part| joins.value_at_quantile(part) as f64 / 1e6;
    let (join_p50, join_p99) = (milliseconds(0.5), milliseconds(0.99));
    let cost = plan.fan_out(READERS, 64).on(target, &server, ROOM)?;
    let start_up = server.start_up().as_secs_f64() * 1e3;
    // The next round finds no more to mend than this one did.
    server.end()?;
    Ok(Found { start_up, join_p50, join_p99, cost })
}

/// How long it takes from asking to enter the room until the last 50 are there, one client at a time.
fn joins(server: SocketAddr) -> Result<Histogram<u64>> {
    let mut times = Histogram::new_with_bounds(1_000, 60_000_000_000, 3)?;
    let mut line = String::new();
    for _ in 0..JOINS {
        let mut socket = TcpStream::connect(server)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut answers = BufReader::new(socket.try_clone()?);
        socket.write_all(b"{\"type\":\"hello\"}\n")?;
        line.clear();
        answers.read_line(&mut line)?;
        let asked = Instant::now();
        socket.write_all(format!("{{\"type\":\"join\",\"room\":\"{ROOM}\"}}\n").as_bytes())?;
        line.clear();
        answers.read_line(&mut line).context("no answer to a join")?;
        times.saturating_record(u64::try_from(asked.elapsed().as_nanos())?);
        ensure!(line.matches("\"seq\":").count() == 50, "it doesn't bring the last 50: {line}");
    }
    Ok(times)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        // Sockets and locks of a server that ran are not there: none ran on it.
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Says that something takes long.
fn announce(messages: usize, minutes: usize) {
    say(&format!("  filling a log with {} messages, once: about {minutes} min\n", count(messages)));
}
