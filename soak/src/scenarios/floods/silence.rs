//! Ten thousand connections that say nothing. Only so many are kept (`silent-connections`), the oldest goes first.

use std::collections::VecDeque;
use std::io;
use std::time::Duration;

use anyhow::Result;
use tokio::net::TcpStream;
use tokio::time::{interval, sleep};

use super::{Context, Flood, Target};
use crate::report::Report;

/// How many.
const CONNECTIONS: usize = 10_000;

/// How soon: 5,000 a second.
const A_TICK: usize = 50;
const TICK: Duration = Duration::from_millis(10);

/// The setting's default.
const KEPT: u64 = 1024;

pub(in crate::scenarios) async fn run(context: Context) -> Result<Report> {
    let mut flood = Flood::new(|target| Box::pin(attack(target)));
    flood.counted = Some(r#"partyline_connections_turned_away_total{reason="silent_evicted"}"#);
    let mut flooded = flood.run(&context).await?;
    let kept = flooded.tally.get("most kept");
    // One that is being dropped may not have noticed.
    flooded.report.check((KEPT / 2..=KEPT + 8).contains(&kept), || format!("{kept} are kept, not {KEPT}"));
    let each = flooded.peak.saturating_sub(flooded.before) / KEPT;
    flooded.report.figure(format!("{each} bytes for each silent connection that is kept"));
    Ok(flooded.report)
}

async fn attack(target: Target) -> Result<()> {
    let mut open = VecDeque::with_capacity(CONNECTIONS);
    let mut ticks = interval(TICK);
    loop {
        ticks.tick().await;
        for _ in 0..A_TICK {
            open.push_back(TcpStream::connect(target.address).await?);
        }
        target.tally.add("opened", A_TICK as u64);
        if open.len() == CONNECTIONS {
            // What the server has closed is known once the driver has looked.
            sleep(Duration::from_millis(50)).await;
            let kept = open.iter().filter(|stream| is_open(stream)).count();
            target.tally.most("most kept", kept as u64);
            // And it goes on, so that there is always an oldest to be dropped.
            open.drain(..CONNECTIONS / 10);
        }
    }
}

fn is_open(stream: &TcpStream) -> bool {
    stream.try_read(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}
