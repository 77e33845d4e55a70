//! One address that opens a thousand connections: it gets as many as `connections-per-address` says.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use anyhow::Result;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Context, Flood, Target};
use crate::report::Report;
use crate::wire::Lines;

/// How many.
const CONNECTIONS: usize = 1000;

/// The setting's default.
const ALLOWED: u64 = 64;

pub(in crate::scenarios) async fn run(context: Context) -> Result<Report> {
    let Some(from) = address()? else {
        let mut report = Report::default();
        report.figure("left out: this machine has no address but loopback's, which is exempt");
        return Ok(report);
    };
    let mut flood = Flood::new(|target| Box::pin(attack(target)));
    (flood.listen, flood.from) = (Ipv4Addr::UNSPECIFIED, Some(from));
    flood.counted = Some(r#"partyline_connections_turned_away_total{reason="address_full"}"#);
    let mut flooded = flood.run(&context).await?;
    let most = flooded.tally.get("most let in at a time");
    flooded.report.check(most == ALLOWED, || format!("{most} are let in at a time, not {ALLOWED}"));
    Ok(flooded.report)
}

/// An address of this machine's own: whoever connects to it comes from it.
fn address() -> io::Result<Option<Ipv4Addr>> {
    let addresses = if_addrs::get_if_addrs()?.into_iter().filter(|interface| !interface.is_loopback());
    Ok(addresses.map(|interface| interface.ip()).find_map(|ip| match ip {
        IpAddr::V4(ip) => Some(ip),
        IpAddr::V6(_) => None,
    }))
}

async fn attack(target: Target) -> Result<()> {
    loop {
        let mut tasks = JoinSet::new();
        for at in 0..CONNECTIONS {
            let address = target.address;
            tasks.spawn(async move {
                // A thousand in a second.
                sleep(Duration::from_millis(at as u64)).await;
                let mut lines = Lines::connect(address).await.ok()?;
                lines.send(&json!({"type": "hello"})).await.ok()?;
                let line = timeout(Duration::from_secs(5), lines.reader.line()).await.ok()?.ok()??;
                let welcome = line.starts_with(br#"{"type":"welcome""#);
                welcome.then_some(lines)
            });
        }
        // Whoever is let in stays until everybody has tried.
        let mut held = Vec::new();
        while let Some(tried) = tasks.join_next().await {
            match tried? {
                Some(lines) => held.push(lines),
                None => target.tally.add("hung up on", 1),
            }
        }
        target.tally.most("most let in at a time", held.len() as u64);
        target.tally.add("tried", CONNECTIONS as u64);
    }
}
