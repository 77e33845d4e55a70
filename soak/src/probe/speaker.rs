//! Speaking when it is due.

use std::io::Write as _;
use std::net::TcpStream;
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// When each message is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    /// The first one's number.
    pub(super) first: u64,
    /// How many.
    pub(super) count: u64,
    /// When the first one is due.
    pub(super) start: Instant,
    /// How long after it the next one is.
    pub(super) every: Duration,
}

impl Schedule {
    /// The numbers of its messages.
    pub(super) fn numbers(&self) -> Range<u64> {
        self.first..self.first + self.count
    }

    /// When a message is due; `None` where it isn't one of these.
    pub(super) fn due(&self, number: u64) -> Option<Instant> {
        let at = number.checked_sub(self.first).filter(|&at| at < self.count)?;
        let after = self.every.as_nanos().saturating_mul(at.into());
        Some(self.start + Duration::from_nanos(u64::try_from(after).unwrap_or(u64::MAX)))
    }
}

/// Somebody who speaks, without waiting for any answer.
#[derive(Debug)]
pub(super) struct Speaker {
    /// Doesn't block: whoever takes nothing must not hold up the others.
    pub(super) socket: TcpStream,
    /// Where.
    pub(super) room: String,
}

/// Says everything that is due when it is due, the speakers in turn: message `n` is said by speaker `n` modulo their
/// number. Gives the speakers back.
pub(super) fn speak(mut speakers: Vec<Speaker>, schedule: Schedule, length: usize) -> Result<Vec<Speaker>> {
    let padding = "x".repeat(length);
    for number in schedule.numbers() {
        let due = schedule.due(number).context("a number that isn't in the schedule")?;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let at = usize::try_from(number)? % speakers.len();
        let Speaker { socket, room } = &mut speakers[at];
        let line = format!("{{\"type\":\"say\",\"room\":\"{room}\",\"text\":\"{number} {padding}\"}}\n");
        socket.write_all(line.as_bytes()).context("the server doesn't read what a speaker says")?;
    }
    Ok(speakers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_due_once_and_in_order() {
        let start = Instant::now();
        let schedule = Schedule { first: 10, count: 3, start, every: Duration::from_millis(10) };
        let due: Vec<_> = (9..14).map(|number| schedule.due(number).map(|due| due - start)).collect();
        let millis = |millis| Some(Duration::from_millis(millis));
        assert_eq!(due, [None, millis(0), millis(10), millis(20), None]);
        assert_eq!(schedule.numbers().count(), 3);
    }
}
