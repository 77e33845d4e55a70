//! Readers of whom every message is looked at: none lost, none twice, all in order, and how long each took.

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};

use crate::stamp::Stamp;

/// What one such reader has got.
#[derive(Debug, Default)]
pub struct Sample {
    /// For each sender, the number of the next message that must come.
    next: HashMap<u32, u64>,
}

impl Sample {
    /// Takes a message, and returns what it tells.
    ///
    /// # Errors
    /// Where it isn't the one that had to come, or was changed on the way.
    pub fn take(&mut self, unit: &[u8]) -> Result<Stamp> {
        let stamp = Stamp::find(unit)
            .with_context(|| format!("a message isn't as it was sent: {}", String::from_utf8_lossy(unit)))?;
        let next = self.next.entry(stamp.sender).or_default();
        ensure!(
            stamp.message == *next,
            "message {} of sender {} came where {next} had to come: {}",
            stamp.message,
            stamp.sender,
            if stamp.message > *next { "one was lost, or they are out of order" } else { "it came twice, or late" }
        );
        *next += 1;
        Ok(stamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(sender: u32, message: u64) -> Vec<u8> {
        Stamp { sender, message, due: 5 }.text().into_bytes()
    }

    #[test]
    fn each_sender_has_an_order_of_its_own() {
        let mut sample = Sample::default();
        for (sender, message) in [(0, 0), (1, 0), (0, 1), (0, 2), (1, 1)] {
            assert_eq!(sample.take(&text(sender, message)).unwrap().message, message);
        }
    }

    #[test]
    fn what_is_lost_twice_or_out_of_order_is_found() {
        for wrong in [0, 2, 3] {
            let mut sample = Sample::default();
            sample.take(&text(0, 0)).unwrap();
            assert!(sample.take(&text(0, wrong)).is_err(), "{wrong}");
        }
        assert!(Sample::default().take(b"something else\n").is_err());
    }
}
