//! How many messages a second are acknowledged, and how soon.
//!
//! Each writer is in a room of its own: what is measured is the way to the disk and back, not the telling of others.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

use super::Context;
use crate::latency::Latency;
use crate::report::Report;
use crate::server::Program;
use crate::wire::{LineReader, Lines};

/// Writers, and messages that each has under way.
const LOADS: [(usize, usize); 5] = [(1, 1), (8, 1), (64, 1), (64, 16), (512, 1)];

/// Not counted: everybody gets going.
const WARM_UP: Duration = Duration::from_millis(500);

/// What must be reached by this load with durability `disk`.
const BOUND: (usize, usize) = (64, 16);
const PER_SECOND: f64 = 20_000.0;
const P99: Duration = Duration::from_millis(15);

pub(super) async fn run(context: Context) -> Result<Report> {
    let mut report = Report::default();
    let each =
        (context.time / (2 * u32::try_from(LOADS.len())?)).clamp(Duration::from_secs(1), Duration::from_secs(10));
    for durability in ["disk", "process"] {
        for (writers, under_way) in LOADS {
            let flags = ["--durability", durability, "--per-second", "0", "--read-bytes-per-second", "0"];
            let folder = tempfile::tempdir()?;
            let program = Program::new(&context.program).with(&flags).with(&["--log-level", "warn"]);
            let server = program.start(folder.path(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
            let (latency, took) = measure(server.address(), writers, under_way, each).await?;
            #[expect(clippy::cast_precision_loss, reason = "a count far below 2^53")]
            let per_second = latency.count() as f64 / took.as_secs_f64();
            report.figure(format!(
                "{durability:<7} {writers:>3} × {under_way:>2}: {per_second:>7.0} a second, {latency}"
            ));
            if durability == "disk" && (writers, under_way) == BOUND {
                report.check(per_second >= PER_SECOND, || format!("{per_second:.0} a second, not {PER_SECOND}"));
                let p99 = latency.quantile(0.99);
                report.check(p99 <= P99, || format!("p99 is {p99:?}, over {P99:?}"));
            }
        }
    }
    Ok(report)
}

/// So many writers, each with so many messages under way, for so long.
async fn measure(address: SocketAddr, writers: usize, under_way: usize, time: Duration) -> Result<(Latency, Duration)> {
    let mut tasks = JoinSet::new();
    let mut joined = Vec::new();
    for writer in 0..writers {
        joined.push(Lines::join(address, &format!("writer{writer}"), &format!("room{writer}")).await?);
    }
    let begin = Instant::now() + WARM_UP;
    for (writer, lines) in joined.into_iter().enumerate() {
        tasks.spawn(write(lines, writer, under_way, begin, begin + time));
    }
    let mut all = Latency::new();
    while let Some(latency) = tasks.join_next().await {
        all.add(&latency??);
    }
    Ok((all, time))
}

async fn write(mut lines: Lines, writer: usize, under_way: usize, begin: Instant, end: Instant) -> Result<Latency> {
    let mut latency = Latency::new();
    let text = "x".repeat(100);
    let mut sent = VecDeque::with_capacity(under_way);
    let (mut number, mut batch) = (0_u64, String::new());
    let mut free = under_way;
    loop {
        batch.clear();
        for _ in 0..free {
            number += 1;
            batch +=
                &format!("{{\"type\":\"say\",\"room\":\"room{writer}\",\"text\":\"{text}\",\"ref\":\"{number}\"}}\n");
            sent.push_back(Instant::now());
        }
        lines.writer.write_all(batch.as_bytes()).await?;
        free = 0;
        // Whatever has come is taken before more is sent.
        loop {
            acknowledgement(&mut lines.reader).await?;
            free += 1;
            let since = sent.pop_front().context("an acknowledgement of nothing")?;
            let now = Instant::now();
            if since >= begin && now < end {
                latency.record(now - since);
            }
            if now >= end {
                return Ok(latency);
            }
            if !lines.reader.has_line() {
                break;
            }
        }
    }
}

/// The next answer, which must be an acknowledgement. Not parsed: that would be most of what is measured.
async fn acknowledgement(reader: &mut LineReader) -> Result<()> {
    let line = reader.line().await?.context("the server closed the connection")?;
    ensure!(line.starts_with(br#"{"type":"sent""#), "{}", String::from_utf8_lossy(line));
    Ok(())
}
