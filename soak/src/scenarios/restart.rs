//! A restart under a thousand clients: each of them sees one short "reconnecting", they don't all come at once, and nothing that
//! was said meanwhile is missing.

mod visitor;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Context;
use crate::latency::Latency;
use crate::report::Report;
use crate::server::Program;
use crate::wire::Lines;
use visitor::{Visit, Visitor};

const VISITORS: usize = 1000;
const ROOMS: usize = 10;

/// Messages in each room before the restart, and after it before anybody is back.
const MESSAGES: u64 = 5;

/// The server says to come back after 2 seconds, and clients add up to 2 more by chance; the rest is for a thousand of them
/// being let in.
const BACK_WITHIN: Duration = Duration::from_millis(5500);

/// Connections in a tenth of a second. Spread evenly over two seconds, that is 50.
const AT_ONCE: usize = 120;

/// How long all of them may take to come the first time.
const PATIENCE: Duration = Duration::from_mins(1);

/// The last number of each room, once nothing more will be said.
type Heads = Arc<BTreeMap<String, u64>>;

pub(super) async fn run(context: Context) -> Result<Report> {
    let mut report = Report::default();
    let folder = tempfile::tempdir()?;
    let program = Program::new(&context.program).with(&["--log-level", "error", "--per-second", "0"]);
    let server = program.start(folder.path(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let address = server.address();
    let (end, ending) = watch::channel(None::<Heads>);
    let (arrived, mut arrivals) = mpsc::unbounded_channel();
    let mut visits = JoinSet::new();
    for number in 0..VISITORS {
        let room = format!("hall{}", number % ROOMS);
        let visitor =
            Visitor { address, room, websocket: number / ROOMS % 2 == 1, entropy: context.seed ^ number as u64 };
        visits.spawn(visitor.stay(ending.clone(), arrived.clone()));
    }
    everybody(&mut arrivals, &mut visits).await?;
    speak(address, "before").await?;

    let told = Instant::now();
    let status = server.terminate().await?;
    ensure!(status.success(), "the server ended with {status}");
    let stopped = told.elapsed();
    let server = program.start(folder.path(), address).await?;
    let down = told.elapsed();
    let heads = speak(address, "meanwhile").await?;
    everybody(&mut arrivals, &mut visits).await?;
    end.send_replace(Some(Arc::new(heads)));
    let mut all = Vec::new();
    while let Some(visit) = timeout(PATIENCE, visits.join_next()).await.context("not everybody caught up")? {
        all.push(visit??);
    }
    server.terminate().await?;

    report.figure(format!(
        "stopped after {:.0} ms, listening again after {:.0} ms",
        stopped.as_secs_f64() * 1000.0,
        down.as_secs_f64() * 1000.0
    ));
    judge(&all, told, &mut report);
    Ok(report)
}

/// Waits until all of them are in their room.
async fn everybody(arrivals: &mut mpsc::UnboundedReceiver<()>, visits: &mut JoinSet<Result<Visit>>) -> Result<()> {
    for number in 0..VISITORS {
        tokio::select! {
            arrived = timeout(PATIENCE, arrivals.recv()) => {
                arrived.with_context(|| format!("only {number} of {VISITORS} came"))?;
            }
            Some(ended) = visits.join_next() => {
                ended??;
            }
        }
    }
    Ok(())
}

/// Says something in each room, and returns what number it was.
async fn speak(address: SocketAddr, text: &str) -> Result<BTreeMap<String, u64>> {
    let mut heads = BTreeMap::new();
    for room in (0..ROOMS).map(|room| format!("hall{room}")) {
        let mut lines = Lines::join(address, "host", &room).await?;
        for _ in 0..MESSAGES {
            lines.send(&json!({"type": "say", "room": room, "text": text})).await?;
            let seq = lines.event("sent").await?["seq"].as_u64().context("a message without a number")?;
            heads.insert(room.clone(), seq);
        }
        lines.send(&json!({"type": "quit"})).await?;
        lines.event("bye").await?;
    }
    Ok(heads)
}

fn judge(visits: &[Visit], told: Instant, report: &mut Report) {
    let mut away = Latency::new();
    let mut tenths: BTreeMap<u128, usize> = BTreeMap::new();
    let (mut waits, mut missing) = (BTreeMap::<usize, usize>::new(), 0);
    for visit in visits {
        *waits.entry(visit.waits.len()).or_default() += 1;
        missing += usize::from(!visit.whole);
        if let (Some(left), Some(back)) = (visit.waits.first(), visit.arrivals.last()) {
            away.record(back.saturating_duration_since(*left));
        }
        for opened in visit.opens.iter().filter(|opened| **opened > told) {
            *tenths.entry((*opened - told).as_millis() / 100).or_default() += 1;
        }
    }
    let most = tenths.values().max().copied().unwrap_or_default();
    let seconds = |part| away.quantile(part).as_secs_f64();
    report.figure(format!(
        "{} clients away for p50 {:.2} s, p99 {:.2} s, at most {:.2} s; at most {most} connected in a tenth of a second",
        visits.len(),
        seconds(0.5),
        seconds(0.99),
        seconds(1.0)
    ));
    let phases: Vec<_> = waits.iter().map(|(phases, clients)| format!("{clients} saw {phases}")).collect();
    report.figure(format!("phases of reconnecting: {}", phases.join(", ")));
    report.check(waits.len() == 1 && waits.contains_key(&1), || "not all of them saw just one".to_owned());
    report.check(missing == 0, || format!("{missing} clients have a gap"));
    report.check(away.quantile(1.0) <= BACK_WITHIN, || format!("somebody was away for longer than {BACK_WITHIN:?}"));
    report.check(most <= AT_ONCE, || format!("{most} connected in a tenth of a second, over {AT_ONCE}"));
}
