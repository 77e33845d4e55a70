//! How far the readers of a room have come, exactly, at the cost of one addition a delivery.

use anyhow::{Result, ensure};

/// For each message that not all readers have yet, how many have it.
#[derive(Debug)]
pub(super) struct Progress {
    readers: u32,
    /// So many make a message done.
    quorum: u32,
    /// A ring: the message with number `n` at `n % length`. As long as the fastest reader may be ahead of the slowest.
    reached: Vec<u32>,
    /// Messages that all of them have.
    everywhere: u64,
}

impl Progress {
    /// `most_apart` is how many messages a reader may be ahead of another; more is an error.
    pub(super) fn new(readers: u32, quorum: u32, most_apart: usize) -> Self {
        Self { readers, quorum, reached: vec![0; most_apart.max(1)], everywhere: 0 }
    }

    /// A reader that had `before` messages has `after` of them now. Returns how many more messages are done.
    pub(super) fn advance(&mut self, before: u64, after: u64) -> Result<u64> {
        let length = self.reached.len() as u64;
        ensure!(
            after <= self.everywhere + length,
            "a reader has {} messages more than another: more than were sent, or than is counted",
            after - self.everywhere
        );
        let mut done = 0;
        for number in before..after {
            let reached = &mut self.reached[at(number, length)];
            *reached += 1;
            // In order: nobody has a message without those before it.
            done += u64::from(*reached == self.quorum);
            if *reached == self.readers {
                *reached = 0;
                self.everywhere += 1;
            }
        }
        Ok(done)
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
        let mut progress = Progress::new(3, 3, 2);
        assert_eq!(progress.advance(0, 2).unwrap(), 0);
        assert_eq!(progress.advance(0, 1).unwrap(), 0);
        assert_eq!(progress.advance(0, 2).unwrap(), 1);
        assert_eq!(progress.advance(1, 2).unwrap(), 1);
        assert_eq!(progress.advance(2, 4).unwrap(), 0);
        assert!(progress.advance(4, 5).is_err(), "too far ahead of the others");
    }

    #[test]
    fn or_when_enough_have_it() {
        let mut progress = Progress::new(3, 2, 4);
        assert_eq!(progress.advance(0, 3).unwrap(), 0);
        assert_eq!(progress.advance(0, 2).unwrap(), 2);
        assert_eq!(progress.advance(0, 3).unwrap(), 1);
        assert_eq!(progress.advance(2, 4).unwrap(), 0);
    }
}
