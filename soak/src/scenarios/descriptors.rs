//! A server that may open only a few hundred files, under a thousand connections: whoever is in talks on, and when the others have
//! gone, new ones come in again.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::Context;
use crate::report::Report;
use crate::server::Program;
use crate::wire::Lines;

/// Files that the server may open.
const FILES: u32 = 256;

/// Connections that are tried.
const CONNECTIONS: usize = 1000;

/// How long it may take to be let in once there is room again.
const RECOVERS_WITHIN: Duration = Duration::from_secs(5);

pub(super) async fn run(context: Context) -> Result<Report> {
    let mut report = Report::default();
    let folder = tempfile::tempdir()?;
    let program = Program::new(&context.program).with(&["--log-level", "off"]).with_files(FILES);
    let server = program.start(folder.path(), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let mut inside = Lines::join(server.address(), "inside", "lobby").await?;
    // The system takes connections that the server hasn't accepted: those wait, and the rest is refused.
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS {
        let Ok(Ok(stream)) = timeout(Duration::from_secs(1), TcpStream::connect(server.address())).await else { break };
        held.push(stream);
    }
    let begin = Instant::now();
    inside.send(&json!({"type": "say", "room": "lobby", "text": "is anybody there"})).await?;
    timeout(RECOVERS_WITHIN, inside.event("sent")).await.context("whoever is in can't talk any more")??;
    let talked = begin.elapsed();
    let tried = held.len();
    drop(held);
    let begin = Instant::now();
    let newcomer = timeout(RECOVERS_WITHIN, Lines::join(server.address(), "newcomer", "lobby")).await;
    let recovered = begin.elapsed();
    report.check(matches!(newcomer, Ok(Ok(_))), || format!("nobody is let in {RECOVERS_WITHIN:?} after there is room"));
    report.figure(format!(
        "{FILES} files, {tried} connections: who is in is answered after {:.1} ms; once there is room, a newcomer is in after \
         {:.0} ms",
        talked.as_secs_f64() * 1000.0,
        recovered.as_secs_f64() * 1000.0
    ));
    server.terminate().await?;
    Ok(report)
}
