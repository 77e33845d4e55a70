//! How far all readers of a room have come, exactly, at the cost of one addition a delivery.

use anyhow::{Result, ensure};

/// For each message that is in flight, how many readers have it.
#[derive(Debug)]
pub(super) struct Progress {
    readers: u32,
    /// A ring: the message with number `n` at `n % length`. As long as the most messages that may be in flight.
    reached: Vec<u32>,
    done: u64,
}

impl Progress {
    pub(super) fn new(readers: u32, most_in_flight: usize) -> Self {
        Self { readers, reached: vec![0; most_in_flight.max(1)], done: 0 }
    }

    /// A reader that had `before` messages has `after` of them now. Returns how many more messages everybody has.
    pub(super) fn advance(&mut self, before: u64, after: u64) -> Result<u64> {
        let length = self.reached.len() as u64;
        ensure!(after <= self.done + length, "a reader got more messages than were sent");
        for number in before..after {
            self.reached[at(number, length)] += 1;
        }
        let done = self.done;
        while let Some(all) = self.reached.get_mut(at(self.done, length)).filter(|reached| **reached == self.readers) {
            *all = 0;
            self.done += 1;
        }
        Ok(self.done - done)
    }
}

fn at(number: u64, length: u64) -> usize {
    // Less than the length of a vector.
    usize::try_from(number % length).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_done_when_the_last_reader_has_it() {
        let mut progress = Progress::new(3, 2);
        assert_eq!(progress.advance(0, 2).unwrap(), 0);
        assert_eq!(progress.advance(0, 1).unwrap(), 0);
        assert_eq!(progress.advance(0, 2).unwrap(), 1);
        assert_eq!(progress.advance(1, 2).unwrap(), 1);
        assert_eq!(progress.advance(2, 4).unwrap(), 0);
        assert!(progress.advance(4, 5).is_err(), "more than may be in flight");
    }
}
