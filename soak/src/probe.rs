//! Well-behaved people in rooms of their own, and how soon what one says is shown to the others.
//!
//! An open loop: what is said is said when it is due, whatever became of what was said before, and counts from when it
//! was due. A thread speaks, since a timer of tokio's is late by up to a millisecond, which is as long as the server
//! takes.

mod speaker;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use futures_util::future::try_join_all;
use socket2::SockRef;
use tokio::task::JoinSet;

use crate::frames::Frames;
use crate::latency::Latency;
use crate::wire::{LineReader, Lines};
use speaker::{Schedule, Speaker, speak};

/// What was said and isn't shown after so long is lost.
const LOST: Duration = Duration::from_secs(30);

/// How many there are, and what they say.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Rooms, with one speaker each, who take turns.
    pub rooms: usize,
    /// Who listens in each room: every other one over WebSocket, the others by JSON lines.
    pub listeners: usize,
    /// Messages a second, of all speakers together.
    pub per_second: u32,
    /// How long a message is, in bytes.
    pub length: usize,
}

/// Well-behaved people.
#[derive(Debug)]
pub struct Probe {
    shape: Shape,
    speakers: Vec<Speaker>,
    listeners: Vec<Listener>,
    /// Messages so far.
    said: u64,
    /// What speakers were told besides that it is sent.
    complaints: Arc<Mutex<Vec<String>>>,
    /// Readers of what the speakers are told.
    _drains: JoinSet<()>,
}

#[derive(Debug)]
struct Listener {
    room: u64,
    from: Hearing,
}

#[derive(Debug)]
enum Hearing {
    Lines(Box<Lines>),
    Frames(Box<Frames>),
}

impl Probe {
    /// Everybody enters. `name` starts the names of their rooms.
    ///
    /// # Errors
    /// The sockets', and where the server refuses.
    pub async fn enter(address: SocketAddr, name: &str, shape: Shape) -> Result<Self> {
        let (mut speakers, mut listeners, mut drains) = (Vec::new(), Vec::new(), JoinSet::new());
        let complaints = Arc::new(Mutex::new(Vec::new()));
        for room in 0..shape.rooms {
            let place = format!("{name}{room}");
            for listener in 0..shape.listeners {
                let nick = format!("{place}-{listener}");
                let from = if (room + listener) % 2 == 0 {
                    let lines = Lines::join(address, &nick, &place).await?;
                    Hearing::Lines(Box::new(lines))
                } else {
                    let mut frames = Frames::connect(address).await?;
                    frames.enter(&nick, &place).await?;
                    Hearing::Frames(Box::new(frames))
                };
                listeners.push(Listener { room: room as u64, from });
            }
            let Lines { reader, writer } = Lines::join(address, &format!("{place}-speaker"), &place).await?;
            let socket = SockRef::from(writer.as_ref()).try_clone()?.into();
            speakers.push(Speaker { socket, room: place });
            // Its write half lives on in the drain: dropped, it would shut the socket down for its clone too.
            let complaints = Arc::clone(&complaints);
            drains.spawn(async move {
                let _open = writer;
                drain(reader, &complaints).await;
            });
        }
        Ok(Self { shape, speakers, listeners, said: 0, complaints, _drains: drains })
    }

    /// Speaks for so long, and waits until all of it was shown to everybody it was for.
    ///
    /// # Errors
    /// The sockets', and where something is refused or not shown.
    pub async fn measure(&mut self, time: Duration) -> Result<Latency> {
        let count = time.as_millis() * u128::from(self.shape.per_second) / 1000;
        let schedule = Schedule {
            first: self.said,
            count: u64::try_from(count)?,
            // Everybody is listening by then.
            start: Instant::now() + Duration::from_millis(20),
            every: Duration::from_secs(1) / self.shape.per_second,
        };
        self.said += schedule.count;
        let length = self.shape.length;
        let speakers = std::mem::take(&mut self.speakers);
        let speaking = tokio::task::spawn_blocking(move || speak(speakers, schedule, length));
        let rooms = self.shape.rooms as u64;
        let hearing = try_join_all(self.listeners.iter_mut().map(|listener| listener.hear(schedule, rooms)));
        let heard = tokio::time::timeout(time + LOST, hearing).await;
        self.speakers = speaking.await??;
        let complaints = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(complaint) = complaints.first() {
            bail!("somebody well-behaved was told {complaint}");
        }
        drop(complaints);
        let heard = heard.with_context(|| format!("what was said was not shown within {LOST:?}"))??;
        let mut all = Latency::new();
        for latency in &heard {
            all.add(latency);
        }
        Ok(all)
    }
}

impl Listener {
    /// Hears all that the schedule has for its room.
    async fn hear(&mut self, schedule: Schedule, rooms: u64) -> Result<Latency> {
        let mut latency = Latency::new();
        let mut left = schedule.numbers().filter(|number| number % rooms == self.room).count();
        while left > 0 {
            let number = match &mut self.from {
                Hearing::Lines(lines) => number(lines.reader.line().await?.context("a listener was cut off")?)?,
                Hearing::Frames(frames) => number(frames.text().await?.context("a listener was cut off")?.as_bytes())?,
            };
            if let Some(due) = number.and_then(|number| schedule.due(number)) {
                latency.record(Instant::now().saturating_duration_since(due));
                left -= 1;
            }
        }
        Ok(latency)
    }
}

/// The number that a message's text starts with; `None` where the event isn't a message. Not parsed as JSON: with a
/// hundred listeners that would be most of what is measured.
fn number(event: &[u8]) -> Result<Option<u64>> {
    if !event.starts_with(br#"{"type":"message""#) {
        ensure!(!event.starts_with(br#"{"type":"bye""#), "a listener was told {}", String::from_utf8_lossy(event));
        return Ok(None);
    }
    let key = br#""text":""#;
    let at = event.windows(key.len()).position(|window| window == key).context("a message without a text")?;
    let digits = event[at + key.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    Ok(Some(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))))
}

async fn drain(mut reader: LineReader, complaints: &Mutex<Vec<String>>) {
    while let Ok(Some(line)) = reader.line().await {
        if line.starts_with(br#"{"type":"refused""#) || line.starts_with(br#"{"type":"bye""#) {
            let text = String::from_utf8_lossy(line).into_owned();
            complaints.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_s_number_is_what_its_text_starts_with() {
        let message = br#"{"type":"message","room":"a9","seq":3,"at":1,"from":{"id":"x","nick":"8"},"text":"417 xx","via":"json"}"#;
        assert_eq!(number(message).unwrap(), Some(417));
        assert_eq!(number(br#"{"type":"presence","room":"a"}"#).unwrap(), None);
        assert!(number(br#"{"type":"bye","reason":"too_slow"}"#).is_err());
    }
}
