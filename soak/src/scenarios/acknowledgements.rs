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

/// Writers, and messages that each has under way: as soon as one is acknowledged it says the next.
const LOADS: [(usize, usize); 6] = [(1, 1), (8, 1), (64, 1), (64, 4), (64, 16), (512, 1)];

/// Not counted: everybody gets going.
const WARM_UP: Duration = Duration::from_millis(500);

/// What must be borne with durability `disk`: so many writers who together say so many a second by the clock, however
/// long the answers take. Times count from when a message was due.
const BORNE_WRITERS: usize = 64;
const BORNE_PER_SECOND: u32 = 20_000;
const BORNE_P99: Duration = Duration::from_millis(15);

/// How often that is measured; the round in the middle counts. A disk that others use too has bad moments.
const ROUNDS: usize = 3;

pub(super) async fn run(context: Context) -> Result<Report> {
    let mut report = Report::default();
    let loads = 2 * (LOADS.len() + ROUNDS);
    let each = (context.time / u32::try_from(loads)?).clamp(Duration::from_secs(1), Duration::from_secs(10));
    for durability in ["disk", "process"] {
        for (writers, under_way) in LOADS {
            let latency = measure(&context, durability, writers, Pace::UnderWay(under_way), each).await?;
            let per_second = per_second(&latency, each);
            report.figure(format!(
                "{durability:<7} {writers:>3} × {under_way:>2}: {per_second:>7.0} a second, {latency}"
            ));
        }
        let pace = Pace::Every(Duration::from_secs(1) * u32::try_from(BORNE_WRITERS)? / BORNE_PER_SECOND);
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let latency = measure(&context, durability, BORNE_WRITERS, pace, each).await?;
            report.figure(format!(
                "{durability:<7} {BORNE_WRITERS:>3} by the clock: {:.0} a second, {latency}",
                per_second(&latency, each)
            ));
            rounds.push((latency.quantile(0.99), per_second(&latency, each)));
        }
        rounds.sort_by_key(|(p99, _)| *p99);
        let (p99, borne) = rounds[ROUNDS / 2];
        if durability == "disk" {
            // Those due at the very end are still on their way.
            report
                .check(borne >= 0.99 * f64::from(BORNE_PER_SECOND), || format!("only {borne:.0} a second were borne"));
            report.check(p99 <= BORNE_P99, || format!("p99 is {p99:?}, over {BORNE_P99:?}"));
        }
    }
    Ok(report)
}

/// When a writer says the next message.
#[derive(Clone, Copy, Debug)]
enum Pace {
    /// While fewer than so many are under way.
    UnderWay(usize),
    /// So often.
    Every(Duration),
}

fn per_second(latency: &Latency, time: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a count far below 2^53")]
    let count = latency.count() as f64;
    count / time.as_secs_f64()
}

/// So many writers at this pace, for so long, on a new log.
async fn measure(context: &Context, durability: &str, writers: usize, pace: Pace, time: Duration) -> Result<Latency> {
    let flags =
        ["--durability", durability, "--per-second", "0", "--read-bytes-per-second", "0", "--log-level", "error"];
    let folder = tempfile::tempdir()?;
    let program = Program::new(&context.program).with(&flags);
    let server = program.start(folder.path(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let mut joined = Vec::new();
    for writer in 0..writers {
        joined.push(Lines::join(server.address(), &format!("writer{writer}"), &format!("room{writer}")).await?);
    }
    let begin = Instant::now() + WARM_UP;
    let mut tasks = JoinSet::new();
    for (number, lines) in joined.into_iter().enumerate() {
        let writer = Writer::new(lines, number, begin, begin + time);
        match pace {
            Pace::UnderWay(under_way) => tasks.spawn(writer.keep_under_way(under_way)),
            Pace::Every(interval) => tasks.spawn(writer.say_every(interval)),
        };
    }
    let mut all = Latency::new();
    while let Some(latency) = tasks.join_next().await {
        all.add(&latency??);
    }
    Ok(all)
}

/// A writer in its room.
struct Writer {
    lines: Lines,
    number: usize,
    text: String,
    said: u64,
    /// When those that are under way were said, or were to be said.
    under_way: VecDeque<Instant>,
    latency: Latency,
    begin: Instant,
    end: Instant,
}

impl Writer {
    fn new(lines: Lines, number: usize, begin: Instant, end: Instant) -> Self {
        let (text, under_way, latency) = ("x".repeat(100), VecDeque::new(), Latency::new());
        Self { lines, number, text, said: 0, under_way, latency, begin, end }
    }

    async fn keep_under_way(mut self, count: usize) -> Result<Latency> {
        loop {
            let now = Instant::now();
            self.say(std::iter::repeat_n(now, count - self.under_way.len())).await?;
            // Whatever has come is taken before more is said.
            loop {
                acknowledgement(&mut self.lines.reader).await?;
                if self.acknowledged()? >= self.end {
                    return Ok(self.latency);
                }
                if !self.lines.reader.has_line() {
                    break;
                }
            }
        }
    }

    async fn say_every(mut self, interval: Duration) -> Result<Latency> {
        // Not all at the same moment.
        let mut due = Instant::now() + interval * u32::try_from(self.number)? / 64;
        while due < self.end {
            tokio::select! {
                // What it has read of a line before it is dropped stays in the buffer.
                came = acknowledgement(&mut self.lines.reader) => {
                    came?;
                    self.acknowledged()?;
                }
                () = tokio::time::sleep_until(due.into()) => {
                    let mut now_due = Vec::new();
                    while due <= Instant::now() {
                        now_due.push(due);
                        due += interval;
                    }
                    self.say(now_due).await?;
                }
            }
        }
        while !self.under_way.is_empty() {
            acknowledgement(&mut self.lines.reader).await?;
            self.acknowledged()?;
        }
        Ok(self.latency)
    }

    /// Says a message for each of these moments, all at once.
    async fn say(&mut self, moments: impl IntoIterator<Item = Instant>) -> Result<()> {
        let mut batch = String::new();
        for moment in moments {
            self.said += 1;
            let Self { number, text, said, .. } = self;
            batch +=
                &format!("{{\"type\":\"say\",\"room\":\"room{number}\",\"text\":\"{text}\",\"ref\":\"{said}\"}}\n");
            self.under_way.push_back(moment);
        }
        Ok(self.lines.writer.write_all(batch.as_bytes()).await?)
    }

    /// The oldest that was under way is acknowledged; returns when that was.
    fn acknowledged(&mut self) -> Result<Instant> {
        let since = self.under_way.pop_front().context("an acknowledgement of nothing")?;
        let now = Instant::now();
        if since >= self.begin && since < self.end {
            self.latency.record(now - since);
        }
        Ok(now)
    }
}

/// The next answer, which must be an acknowledgement. Not parsed: that would be most of what is measured.
async fn acknowledgement(reader: &mut LineReader) -> Result<()> {
    let line = reader.line().await?.context("the server closed the connection")?;
    ensure!(line.starts_with(br#"{"type":"sent""#), "{}", String::from_utf8_lossy(line));
    Ok(())
}
