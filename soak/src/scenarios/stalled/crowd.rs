//! A thousand readers that stop reading, all at once: what they cost is bounded, and given back.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use tokio::time::sleep;

use super::reader::slow_socket;
use crate::frames::Frames;
use crate::report::Report;
use crate::scenarios::Context;
use crate::server::{Program, Server};
use crate::wire::Lines;

/// How many.
const READERS: usize = 1000;

/// What each may cost the server at the peak. Far below the 256 KiB that may wait for it: what waits is shared by all who
/// wait for it, and each has but its place in it; over WebSocket, besides, a copy of what is being written.
const EACH: u64 = 128 * 1024;

/// What may be left of it once they are gone, besides what there was before.
const LEFT: u64 = 16 << 20;

/// What is said: this many bytes, this often.
const LENGTH: usize = 1000;
const EVERY: Duration = Duration::from_millis(5);

/// How long it may take until all of them are gone: the queues fill in seconds, the last words get five.
const PATIENCE: Duration = Duration::from_mins(1);

enum Quiet {
    Lines(#[expect(dead_code, reason = "held open, and not read: that is what it is for")] Lines),
    Frames(#[expect(dead_code, reason = "as above")] Box<Frames>),
}

/// Half of them by JSON lines and half over WebSocket; each kind by itself.
pub(in crate::scenarios) async fn run(context: Context) -> Result<Report> {
    let mut report = Report::default();
    for (kind, websocket) in [("JSON lines", false), ("WebSocket", true)] {
        let folder = tempfile::tempdir()?;
        let program = Program::new(&context.program).with(&["--per-second", "0", "--log-level", "error"]);
        let server = program.start(folder.path(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        stall(&server, kind, websocket, &mut report).await?;
    }
    Ok(report)
}

async fn stall(server: &Server, kind: &str, websocket: bool, report: &mut Report) -> Result<()> {
    let address = server.address();
    let mut speaker = Lines::join(address, "speaker", "crowd").await?;
    let before = server.resident()?;
    let system_before = system_buffers()?;
    let readers: Vec<Quiet> =
        stream::iter(0..READERS).map(|_| join(address, websocket)).buffer_unordered(50).try_collect().await?;
    let joined = server.resident()?;
    let mut peak = joined;
    let mut system_peak = 0;
    let begin = Instant::now();
    let text = "x".repeat(LENGTH);
    let mut said = 0;
    loop {
        for _ in 0..20 {
            speaker.send(&json!({"type": "say", "room": "crowd", "text": text})).await?;
            said += 1;
            sleep(EVERY).await;
        }
        peak = peak.max(server.resident()?);
        system_peak = system_peak.max(system_buffers()?);
        if present(&mut speaker).await? == 1 {
            break;
        }
        ensure!(begin.elapsed() < PATIENCE, "after {PATIENCE:?} some are still there");
    }
    let gone = begin.elapsed();
    drop(readers);
    // What they had is freed where their tasks end, a moment after they left the room.
    let mut after = server.resident()?;
    for _ in 0..50 {
        sleep(Duration::from_millis(100)).await;
        after = after.min(server.resident()?);
    }
    let cost = peak.saturating_sub(before) / READERS as u64;
    report.figure(format!(
        "{kind}: {READERS} readers, {said} messages of 1 kB, all of them dropped after {:.1} s",
        gone.as_secs_f64()
    ));
    report.figure(format!(
        "{kind}: server's memory before {}, all there {}, peak {} ({} kB each), after {}; the system's buffers {} at the peak",
        megabytes(before),
        megabytes(joined),
        megabytes(peak),
        cost >> 10,
        megabytes(after),
        megabytes(system_peak.saturating_sub(system_before)),
    ));
    report.check(cost <= EACH, || format!("{kind}: {} kB for each, over {}", cost >> 10, EACH >> 10));
    let allowed = before + before / 2 + LEFT;
    report.check(after <= allowed, || format!("{kind}: {} are kept, over {}", megabytes(after), megabytes(allowed)));
    Ok(())
}

async fn join(address: SocketAddr, websocket: bool) -> Result<Quiet> {
    let stream = slow_socket(address)?.connect(address).await?;
    if websocket {
        let mut frames = Frames::over(stream).await?;
        frames.send(&json!({"type": "hello"})).await?;
        frames.send(&json!({"type": "join", "room": "crowd"})).await?;
        frames.event("joined").await?;
        return Ok(Quiet::Frames(Box::new(frames)));
    }
    let mut lines = Lines::over(stream)?;
    lines.send(&json!({"type": "hello"})).await?;
    lines.send(&json!({"type": "join", "room": "crowd"})).await?;
    lines.event("joined").await?;
    Ok(Quiet::Lines(lines))
}

/// How many are in the room.
async fn present(speaker: &mut Lines) -> Result<u64> {
    speaker.send(&json!({"type": "who", "room": "crowd"})).await?;
    let members = speaker.event("members").await?;
    members["count"].as_u64().context("a list without a count")
}

/// What TCP holds in the system's buffers, both ends of each connection, of whatever program (`mem` of sockstat, in
/// pages of 4 KiB).
fn system_buffers() -> Result<u64> {
    let stat = std::fs::read_to_string("/proc/net/sockstat")?;
    let tcp = stat.lines().find_map(|line| line.strip_prefix("TCP:")).context("no TCP in sockstat")?;
    let pages: u64 = tcp.rsplit(' ').next().context("no mem in sockstat")?.parse()?;
    Ok(pages * 4096)
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}
