//! Somebody who comes, talks, and goes, again and again.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use oorandom::Rand64;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::time::{Instant, sleep_until};

use crate::frames::Frames;
use crate::wire::Lines;

const ROOMS: u64 = 8;

/// Most unexpected answers that are kept: one is as good as a thousand.
const KEPT: usize = 10;

/// What happened to all of them.
#[derive(Debug, Default)]
pub(super) struct Evening {
    counts: Mutex<BTreeMap<String, u64>>,
    unexpected: Mutex<Vec<String>>,
}

/// Somebody.
#[derive(Debug)]
pub(super) struct Guest {
    address: SocketAddr,
    number: u64,
    random: Rand64,
    evening: Arc<Evening>,
}

/// How somebody speaks.
enum Voice {
    Plain(Box<Lines>),
    Lines(Box<Lines>),
    Frames(Box<Frames>),
}

impl Evening {
    /// What nobody should have been told.
    pub(super) fn unexpected(&self) -> Vec<String> {
        lock(&self.unexpected).clone()
    }

    fn count(&self, what: &str) {
        let mut counts = lock(&self.counts);
        if let Some(count) = counts.get_mut(what) {
            *count += 1;
        } else {
            counts.insert(what.to_owned(), 1);
        }
    }

    /// Somebody was told this.
    fn heard(&self, event: &str) {
        if event.starts_with("-- error") {
            self.wonder(event);
        }
        let Some(kind) = event.strip_prefix(r#"{"type":""#) else { return self.count("lines of plain text") };
        let kind = kind.split('"').next().unwrap_or_default();
        self.count(kind);
        // Whom one tells something may just have left.
        if kind == "bye" && !event.contains(r#""reason":"quit""#)
            || kind == "refused" && !event.contains(r#""code":"no_such_member""#)
        {
            self.wonder(event);
        }
    }

    fn wonder(&self, event: &str) {
        let mut unexpected = lock(&self.unexpected);
        if unexpected.len() < KEPT {
            unexpected.push(event.to_owned());
        }
    }
}

impl fmt::Display for Evening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<_> = lock(&self.counts).iter().map(|(what, times)| format!("{what} {times}")).collect();
        f.write_str(&shown.join(", "))
    }
}

impl Guest {
    /// One of many, whose chances are its own.
    pub(super) fn new(address: SocketAddr, number: u64, seed: u64, evening: Arc<Evening>) -> Self {
        let random = Rand64::new((u128::from(seed) << 64) | u128::from(number));
        Self { address, number, random, evening }
    }

    /// Comes and goes until it is over.
    ///
    /// # Errors
    /// The sockets'.
    pub(super) async fn live(mut self, over: Arc<AtomicBool>) -> Result<()> {
        let mut visit = 0;
        while !over.load(Ordering::Relaxed) {
            visit += 1;
            let nick = format!("g{}-{visit}", self.number);
            let stay = self.stay(&nick, &over).await;
            stay.with_context(|| format!("{nick} could not stay"))?;
            self.evening.count("visits");
        }
        Ok(())
    }

    async fn stay(&mut self, nick: &str, over: &AtomicBool) -> Result<()> {
        let mut voice = Voice::connect(self.address, self.random.rand_range(0..3)).await?;
        let mut room = self.room();
        voice.say(&json!({"type": "hello", "nick": nick}), &format!("/nick {nick}")).await?;
        voice.say(&json!({"type": "join", "room": room}), &format!("/join {room}")).await?;
        let leaves = Instant::now() + Duration::from_millis(self.random.rand_range(1000..15_000));
        let mut acts = Instant::now();
        while Instant::now() < leaves && !over.load(Ordering::Relaxed) {
            acts += Duration::from_millis(self.random.rand_range(550..2000));
            self.listen(&mut voice, acts).await?;
            self.act(&mut voice, &mut room).await?;
        }
        // Everybody else just hangs up.
        if self.random.rand_range(0..2) == 0 {
            voice.say(&json!({"type": "quit"}), "/quit").await?;
            while let Some(event) = voice.next().await? {
                self.evening.heard(&event);
            }
        }
        Ok(())
    }

    async fn listen(&self, voice: &mut Voice, until: Instant) -> Result<()> {
        loop {
            tokio::select! {
                event = voice.next() => self.evening.heard(&event?.context("the server hung up")?),
                () = sleep_until(until) => return Ok(()),
            }
        }
    }

    async fn act(&mut self, voice: &mut Voice, room: &mut String) -> Result<()> {
        match self.random.rand_range(0..20) {
            0 => {
                let next = self.room();
                if next != *room {
                    voice.say(&json!({"type": "part", "room": *room}), "").await?;
                    voice.say(&json!({"type": "join", "room": next}), &format!("/join {next}")).await?;
                    *room = next;
                }
                Ok(())
            }
            1 => voice.say(&json!({"type": "history", "room": *room, "limit": 50}), "/history 50").await,
            2 => voice.say(&json!({"type": "who", "room": *room}), "/who").await,
            3 => voice.say(&json!({"type": "rooms"}), "/rooms").await,
            4..=6 => voice.say(&json!({"type": "typing", "room": *room}), "").await,
            7 | 8 => {
                let to = format!("g{}-{}", self.random.rand_range(0..60), self.random.rand_range(1..4));
                // In plain text it would be an error, which can't be told from others.
                voice.say(&json!({"type": "tell", "to": to, "text": "psst"}), "").await
            }
            _ => {
                let text = "lorem ipsum ".repeat(usize::try_from(self.random.rand_range(1..20))?);
                voice.say(&json!({"type": "say", "room": *room, "text": text}), &text).await
            }
        }
    }

    fn room(&mut self) -> String {
        format!("room{}", self.random.rand_range(0..ROOMS))
    }
}

impl Voice {
    async fn connect(address: SocketAddr, dialect: u64) -> Result<Self> {
        Ok(match dialect {
            0 => Self::Plain(Box::new(Lines::connect(address).await?)),
            1 => Self::Lines(Box::new(Lines::connect(address).await?)),
            _ => Self::Frames(Box::new(Frames::connect(address).await?)),
        })
    }

    /// Says the one or the other, as its dialect has it; nothing where there is no such thing in plain text.
    async fn say(&mut self, command: &Value, plain: &str) -> Result<()> {
        match self {
            Self::Plain(_) if plain.is_empty() => Ok(()),
            Self::Plain(lines) => Ok(lines.writer.write_all(format!("{plain}\n").as_bytes()).await?),
            Self::Lines(lines) => lines.send(command).await,
            Self::Frames(frames) => frames.send(command).await,
        }
    }

    async fn next(&mut self) -> Result<Option<String>> {
        Ok(match self {
            Self::Plain(lines) | Self::Lines(lines) => {
                lines.reader.line().await?.map(|line| String::from_utf8_lossy(line).into_owned())
            }
            Self::Frames(frames) => frames.text().await?.map(|text| text.to_string()),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What a panic leaves is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
