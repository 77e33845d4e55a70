//! A member who asks for more than there is.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::tally::Tally;
use crate::wire::Lines;

/// Somebody who has said hello, and reads the answers.
#[derive(Debug)]
pub(super) struct Member {
    lines: Lines,
}

/// What an event is, for the tally.
const KINDS: [(&str, &str); 9] = [
    ("joined", "joined"),
    ("sent", "accepted"),
    ("history", "pages"),
    ("presence", "presence"),
    ("count", "presence"),
    ("typing", "typing"),
    ("message", "messages"),
    ("members", "lists"),
    ("pong", "pongs"),
];

impl Member {
    /// Comes in.
    pub(super) async fn connect(address: SocketAddr) -> Result<Self> {
        let mut lines = Lines::connect(address).await?;
        lines.send(&json!({"type": "hello"})).await?;
        lines.event("welcome").await?;
        Ok(Self { lines })
    }

    /// Asks for all of this at once: a command a line.
    pub(super) async fn ask(&mut self, commands: &str) -> Result<()> {
        Ok(self.lines.writer.write_all(commands.as_bytes()).await?)
    }

    /// The next event, counted; returns what it is.
    pub(super) async fn next(&mut self, tally: &Tally) -> Result<&'static str> {
        let line = self.lines.reader.line().await?.context("a member was cut off")?;
        let kind = line.strip_prefix(br#"{"type":""#).unwrap_or_default();
        let what = KINDS.iter().find(|(name, _)| kind.starts_with(name.as_bytes()));
        let what = what.map_or_else(|| refusal(line), |&(_, what)| what);
        tally.add(what, 1);
        if what == ODD {
            tally.wrong(|| format!("a member was told {}", String::from_utf8_lossy(line)));
        }
        Ok(what)
    }

    /// Asks for all of this, and counts everything that comes until it is answered.
    pub(super) async fn ask_and_wait(&mut self, commands: &str, tally: &Tally) -> Result<()> {
        self.ask(&format!("{commands}{{\"type\":\"ping\"}}\n")).await?;
        // What is asked of the log comes later; but who waits to be let into a room isn't heard before.
        while self.next(tally).await? != "pongs" {}
        Ok(())
    }
}

/// Refused how. Whoever asks for too much must be told when to ask again.
fn refusal(line: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(line);
    let when = text.contains(r#""retry_after_ms":"#);
    match () {
        () if text.contains(r#""code":"rate_limited""#) && when => RATE_LIMITED,
        () if text.contains(r#""code":"busy""#) && when => "refused as busy",
        // Whoever wasn't let in can't leave.
        () if text.contains(r#""code":"not_in_room""#) => "refused as not in the room",
        () => ODD,
    }
}

/// Refused because it was too much, with when to try again.
pub(super) const RATE_LIMITED: &str = "refused as too fast";

/// Neither done nor refused as it should be.
pub(super) const ODD: &str = "answered oddly";
