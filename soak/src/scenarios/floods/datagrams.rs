//! Datagrams in a loop.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Result;
use tokio::net::UdpSocket;
use tokio::time::interval;

use super::{Context, Flood, Target};
use crate::report::Report;

/// Datagrams every other millisecond.
const AT_ONCE: u64 = 40;

pub(in crate::scenarios) async fn run(context: Context) -> Result<Report> {
    // Its number must be known before the server says it: whatever is free now will be in a moment.
    let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?.port();
    let mut flood = Flood::new(|target| Box::pin(attack(target)));
    flood.flags = ["--listen".to_owned(), format!("udp:127.0.0.1:{port}")].into();
    flood.datagrams = Some(port);
    Ok(flood.run(&context).await?.report)
}

async fn attack(target: Target) -> Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, target.datagrams.unwrap_or_default()))).await?;
    let mut ticks = interval(Duration::from_millis(2));
    let mut answer = [0; 1024];
    loop {
        tokio::select! {
            received = socket.recv(&mut answer) => {
                let refused = received.is_ok_and(|count| answer[..count].starts_with(b"-- error"));
                target.tally.add(if refused { "refused" } else { "said" }, 1);
            }
            _ = ticks.tick() => {
                for _ in 0..AT_ONCE {
                    // What the system has no room for is lost, as datagrams are.
                    let sent = socket.try_send(b"temperature in the cellar, again and again and again: 21.5").is_ok();
                    target.tally.add("sent", u64::from(sent));
                }
            }
        }
    }
}
