//! Readers that stop reading: the others don't notice, and they lose their connection, no message.

pub(super) mod crowd;
mod reader;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::Context;
use crate::compare::Turns;
use crate::probe::{Probe, Shape};
use crate::report::Report;
use crate::server::Program;
use reader::Stalled;

/// A hundred readers, told 200 KB a second.
const ROOM: Shape = Shape { rooms: 1, listeners: 100, per_second: 100, length: 2000 };

/// How long a turn is. In that time the stalled one is told 1.2 MB: 0.5 to 0.8 MB (twice the bound, since what is being
/// written counts apart from what waits, and what the system buffers) is when it is dropped, 2 to 3 seconds before it reads
/// at last. After 5 seconds the server would no longer wait.
const TURN: Duration = Duration::from_secs(6);

/// The bound.
const RATIO: f64 = 1.2;

/// The p99 of a hundred readers with one more that reads nothing, and without.
pub(super) async fn run(context: Context) -> Result<Report> {
    let mut report = Report::default();
    let folder = tempfile::tempdir()?;
    let program = Program::new(&context.program).with(&["--per-second", "0", "--log-level", "error"]);
    let server = program.start(folder.path(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let mut probe = Probe::enter(server.address(), "room", ROOM).await?;
    // Not counted: everybody gets going.
    probe.measure(Duration::from_secs(1)).await?;
    let rounds = (context.time.as_secs() / (2 * TURN.as_secs() + 1)).clamp(3, 50);
    let mut turns = Turns::default();
    let (mut shown, mut caught_up) = (0, 0);
    for _ in 0..rounds {
        turns.without(probe.measure(TURN).await?.quantile(0.99));
        let stalled = Stalled::join(server.address(), "room0").await?;
        turns.with(probe.measure(TURN).await?.quantile(0.99));
        let dropped = stalled.read_at_last().await?;
        shown += dropped.seen();
        caught_up += dropped.catch_up(server.address(), "room0").await?;
        sleep(Duration::from_millis(200)).await;
    }
    report.figure(format!("100 readers, 1 that reads nothing, {rounds} rounds: {turns}"));
    report.figure(format!(
        "dropped as too slow each time, after {} messages of 2 kB on the average; {} more were caught up without a gap",
        shown / rounds,
        caught_up / rounds
    ));
    report.check(turns.ratio() <= RATIO, || format!("p99 is {:.2} times, over {RATIO}", turns.ratio()));
    Ok(report)
}
