//! A reader that joins, and reads nothing until much later.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use socket2::SockRef;
use tokio::net::TcpSocket;

use crate::wire::Lines;

/// The receive buffer: small, so that what isn't read soon waits on the server's side.
const BUFFER: u32 = 4096;

/// The largest segment: as over Ethernet. Over loopback the system would take two megabytes from the server before
/// it has to queue anything.
const SEGMENT: u32 = 1400;

/// Somebody who doesn't read.
#[derive(Debug)]
pub(super) struct Stalled {
    lines: Lines,
    token: Value,
    epoch: Value,
    /// The room's last number when it came.
    head: u64,
}

/// The same once it was dropped.
#[derive(Debug)]
pub(super) struct Dropped {
    token: Value,
    epoch: Value,
    first: u64,
    last: u64,
}

impl Stalled {
    /// Comes in, and reads nothing any more.
    ///
    /// # Errors
    /// The socket's.
    pub(super) async fn join(address: SocketAddr, room: &str) -> Result<Self> {
        let mut lines = Lines::over(slow_socket(address)?.connect(address).await?)?;
        lines.send(&json!({"type": "hello"})).await?;
        let welcome = lines.event("welcome").await?;
        lines.send(&json!({"type": "join", "room": room})).await?;
        let head = number(&lines.event("joined").await?["head"])?;
        Ok(Self { lines, token: welcome["token"].clone(), epoch: welcome["epoch"].clone(), head })
    }

    /// Reads what has waited, which must be followed by the good-bye of who was too slow, and the end.
    ///
    /// # Errors
    /// The socket's, and where that isn't what comes.
    pub(super) async fn read_at_last(mut self) -> Result<Dropped> {
        let mut last = self.head;
        let bye = loop {
            let line = self.lines.reader.line().await?.context("the connection ended without a word")?;
            let event: Value = serde_json::from_slice(line)?;
            match event["type"].as_str() {
                Some("message") => {
                    let seq = number(&event["seq"])?;
                    ensure!(seq == last + 1, "message {seq} came after {last}");
                    last = seq;
                }
                Some("bye") => break event,
                _ => {}
            }
        };
        ensure!(bye["reason"] == "too_slow", "it is told {bye}");
        ensure!(bye["return_after_ms"].is_u64(), "it isn't told when to come back: {bye}");
        ensure!(self.lines.reader.line().await?.is_none(), "something came after the good-bye");
        Ok(Dropped { token: self.token, epoch: self.epoch, first: self.head, last })
    }
}

impl Dropped {
    /// How many messages it was shown.
    pub(super) fn seen(&self) -> u64 {
        self.last - self.first
    }

    /// Comes back and fetches what it missed; how much that was.
    ///
    /// # Errors
    /// The socket's, and where something is missing.
    pub(super) async fn catch_up(self, address: SocketAddr, room: &str) -> Result<u64> {
        let mut lines = Lines::connect(address).await?;
        let Self { token, epoch, last, .. } = self;
        let resume = json!([{"room": room, "seq": last}]);
        lines.send(&json!({"type": "hello", "token": token, "epoch": epoch, "resume": resume})).await?;
        let joined = lines.event("joined").await?;
        ensure!(joined["afresh"].as_bool() != Some(true), "it has to start afresh");
        let head = number(&joined["head"])?;
        let mut have = last;
        let first = joined["messages"][0]["seq"].as_u64().unwrap_or(head + 1);
        while have + 1 < first {
            lines.send(&json!({"type": "history", "room": room, "after": have})).await?;
            let page = lines.event("history").await?;
            let before = have;
            have = follow(&page["messages"], have)?;
            ensure!(have > before, "history has nothing after {have}, and the head is {head}");
        }
        let recent: Vec<Value> = serde_json::from_value(joined["messages"].clone())?;
        let rest: Vec<Value> = recent.into_iter().filter(|message| message["seq"].as_u64() > Some(have)).collect();
        have = follow(&Value::Array(rest), have)?;
        ensure!(have == head, "it has caught up to {have} of {head}");
        lines.send(&json!({"type": "quit"})).await?;
        Ok(head - last)
    }
}

/// A socket that takes little before it is read.
///
/// # Errors
/// The system's.
pub(super) fn slow_socket(address: SocketAddr) -> Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_recv_buffer_size(BUFFER)?;
    SockRef::from(&socket).set_tcp_mss(SEGMENT)?;
    Ok(socket)
}

/// The number of the last of these messages, each of which must follow on the one before.
fn follow(messages: &Value, mut have: u64) -> Result<u64> {
    for message in messages.as_array().context("no messages")? {
        let seq = number(&message["seq"])?;
        ensure!(seq == have + 1, "message {seq} comes after {have}");
        have = seq;
    }
    Ok(have)
}

fn number(value: &Value) -> Result<u64> {
    value.as_u64().with_context(|| format!("{value} is no number"))
}
