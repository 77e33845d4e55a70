//! What is said, when: so many messages in flight, or by the clock.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::stamp::Stamp;
use crate::swarm::{Client, Counts, Swarm};
use crate::target::Target;

/// How long the last messages may take to arrive.
const DRAIN: Duration = Duration::from_mins(1);

/// One who speaks.
#[derive(Debug)]
pub struct Speaker {
    /// Its connection.
    pub client: Client,
    /// The rooms that it speaks in, one after the other.
    pub rooms: Vec<String>,
    in_a_row: u64,
    said: u64,
}

/// Keeps messages in flight: closed loop.
///
/// A message is in flight until every reader of its room has read it, and its sender has the receipt, where the server gives one. So the
/// same is asked of servers that acknowledge before they deliver, after, or not at all; and each gets the next messages together, as
/// many as may be in flight. Were it enough that some readers have a message, the next ones would come in portions that depend on how
/// promptly the generator reads, and how many of them a server can put into one write would depend on that.
#[derive(Debug)]
pub struct Closed {
    /// How many.
    pub in_flight: u64,
    /// Readers of each message.
    pub readers: u64,
}

impl Speaker {
    /// One who speaks in these rooms in turn. What it says is stamped with the room's place among them, so that readers can check
    /// the order of each room: rooms of several speakers aren't told apart.
    pub fn new(client: Client, rooms: Vec<String>) -> Self {
        Self { client, rooms, in_a_row: 1, said: 0 }
    }

    /// The same with so many messages in a room before it speaks in the next.
    #[must_use]
    pub fn in_a_row(self, messages: u64) -> Self {
        Self { in_a_row: messages.max(1), ..self }
    }

    /// Appends the next message, which is due at `due` of the swarm's clock, stamped with the room's place as its sender.
    pub fn say(&mut self, target: &dyn Target, out: &mut Vec<u8>, due: u64) {
        let rooms = self.rooms.len().max(1) as u64;
        let (turn, in_turn) = (self.said / self.in_a_row, self.said % self.in_a_row);
        let place = turn % rooms;
        let room = usize::try_from(place).ok().and_then(|place| self.rooms.get(place)).map_or("", String::as_str);
        // Fewer rooms than that.
        let sender = u32::try_from(place).unwrap_or(u32::MAX);
        let stamp = Stamp { sender, message: turn / rooms * self.in_a_row + in_turn, due };
        target.say(out, room, &stamp.text(), self.said);
        self.said += 1;
    }
}

impl Closed {
    /// Prepares a swarm in which all clients are in their rooms.
    pub fn prepare(&self, swarm: &mut Swarm, rooms: usize) {
        let in_flight = usize::try_from(self.in_flight).unwrap_or(usize::MAX);
        swarm.count_progress(rooms, in_flight);
    }

    /// Keeps messages in flight for `time`, then waits until every reader has all of them. Returns how many were said.
    ///
    /// # Errors
    /// Where one doesn't arrive in a minute, or a connection fails.
    pub fn run(&self, swarm: &mut Swarm, target: &dyn Target, speaker: &mut Speaker, time: Duration) -> Result<u64> {
        let start = swarm.counts();
        let receipts =
            |now: Counts, said: u64| if target.acknowledges() { now.receipts - start.receipts } else { said };
        let mut said = 0;
        let mut out = Vec::new();
        let until = Instant::now() + time;
        while Instant::now() < until {
            let now = swarm.counts();
            let read = if self.readers > 0 { now.done - start.done } else { said };
            let free = self.in_flight.saturating_sub(said - read.min(receipts(now, said)));
            if free > 0 {
                let now = swarm.now();
                for _ in 0..free {
                    speaker.say(target, &mut out, now);
                }
                said += free;
                swarm.send(speaker.client, &out)?;
                out.clear();
            }
            // Never asleep: to wake it would be the server's to pay for, and which server has to would depend on their pace.
            swarm.turn(Some(Duration::ZERO))?;
        }
        let last = Instant::now() + DRAIN;
        let all = said * self.readers;
        loop {
            let (now, left) = (swarm.counts(), last.saturating_duration_since(Instant::now()));
            let (deliveries, receipts) = (now.deliveries - start.deliveries, receipts(now, said));
            if deliveries >= all && receipts >= said {
                return Ok(said);
            }
            ensure!(!left.is_zero(), "{deliveries} of {all} deliveries came, and {receipts} of {said} receipts");
            swarm.turn(Some(left))?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::floor::{Floor, Writes};

    #[test]
    fn rooms_take_turns_and_each_has_an_order() {
        let floor = Floor::new(PathBuf::new(), Writes::Coalesced);
        let mut speaker = Speaker::new(Client::nobody(), vec!["one".into(), "two".into()]).in_a_row(2);
        let mut out = Vec::new();
        (0..6).for_each(|_| speaker.say(&floor, &mut out, 9));
        let said: Vec<_> = out.split_inclusive(|&byte| byte == b'\n').filter_map(Stamp::find).collect();
        let said: Vec<_> = said.iter().map(|stamp| (stamp.sender, stamp.message)).collect();
        assert_eq!(said, [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (0, 3)]);
    }
}
