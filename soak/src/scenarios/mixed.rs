//! A usual evening, sped up: people of all dialects come and go, talk in rooms and in private, read what was said before. Nothing
//! is refused that shouldn't be, and the server doesn't grow.

mod guest;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::interval;

use super::Context;
use crate::report::Report;
use crate::server::Program;
use guest::{Evening, Guest};

const GUESTS: u64 = 60;

/// Shorter than that shows nothing.
const LEAST: Duration = Duration::from_secs(30);

/// How much more the server may have resident in the last quarter than in the second one: a tenth, for what differs from one
/// moment to the next, and what an allocator keeps.
const GROWTH: (u64, u64) = (10, 4 << 20);

pub(super) async fn run(context: Context) -> Result<Report> {
    let mut report = Report::default();
    let folder = tempfile::tempdir()?;
    let program = Program::new(&context.program).with(&["--log-level", "error"]);
    let server = program.start(folder.path(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let (evening, over) = (Arc::new(Evening::default()), Arc::new(AtomicBool::new(false)));
    let mut guests = JoinSet::new();
    for number in 0..GUESTS {
        let guest = Guest::new(server.address(), number, context.seed, Arc::clone(&evening));
        guests.spawn(guest.live(Arc::clone(&over)));
    }
    let end = Instant::now() + context.time.max(LEAST);
    let (mut resident, mut ticks) = (Vec::new(), interval(Duration::from_millis(500)));
    while Instant::now() < end {
        ticks.tick().await;
        resident.push(server.resident()?);
    }
    over.store(true, Ordering::Relaxed);
    while let Some(ended) = guests.join_next().await {
        ended??;
    }
    report.figure(evening.to_string());
    let quarter = resident.len() / 4;
    let early = median(&resident[quarter..2 * quarter]);
    let late = median(&resident[3 * quarter..]);
    report.figure(format!(
        "memory at the start {} MB, in the second quarter {:.1} MB, in the last {:.1} MB",
        resident.first().copied().unwrap_or_default() >> 20,
        megabytes(early),
        megabytes(late)
    ));
    let allowed = early + early / GROWTH.0 + GROWTH.1;
    report.check(late <= allowed, || format!("it grew from {:.1} to {:.1} MB", megabytes(early), megabytes(late)));
    for unexpected in evening.unexpected() {
        report.failure(format!("somebody was told {unexpected}"));
    }
    server.terminate().await?;
    Ok(report)
}

/// The one in the middle; 0 of nothing.
fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "a size far below 2^53")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
