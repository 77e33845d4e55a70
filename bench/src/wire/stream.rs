//! One connection's stream: what reads leave over is kept until the rest is there.

use super::{Kind, Malformed, Unit, Wire};

/// No server sends a unit of this size here; a stream that claims one is out of step.
const LONGEST_UNIT: usize = 16 << 20;

/// How much more of a unit is looked at where its start doesn't tell its length.
const PEEK: usize = 256;

/// The part of a unit that has been read, nothing most of the time. Never longer than 16 MiB.
#[derive(Debug, Default)]
pub struct Stream {
    partial: Vec<u8>,
}

impl Stream {
    /// Takes what was read, and goes through the units that it completes, as [`Wire::hop`] does. Returns how many messages there were.
    ///
    /// # Errors
    /// Where a unit can't be one.
    pub fn take(
        &mut self,
        wire: &dyn Wire,
        mut bytes: &[u8],
        all: bool,
        sink: &mut dyn FnMut(Kind, &[u8]),
    ) -> Result<u64, Malformed> {
        let mut messages = 0;
        while !self.partial.is_empty() && !bytes.is_empty() {
            // Only the end of this one unit is copied, whatever comes after it.
            let wanted = match wire.unit(&self.partial) {
                Unit::Length(length) => length.saturating_sub(self.partial.len()),
                Unit::Unknown => PEEK,
                Unit::Malformed => return Err(Malformed),
            };
            let before = self.partial.len();
            let more = bytes.get(..wanted).unwrap_or(bytes);
            self.partial.extend_from_slice(more);
            let length = match wire.unit(&self.partial) {
                Unit::Length(length @ 1..=LONGEST_UNIT) => Some(length),
                Unit::Unknown if self.partial.len() <= LONGEST_UNIT => None,
                _ => return Err(Malformed),
            };
            if let Some(length) = length.filter(|length| *length <= self.partial.len()) {
                messages += wire.hop(&self.partial[..length], all, sink)?.messages;
                self.partial.clear();
                // Not negative: what was there before was not a whole unit.
                bytes = &bytes[length.saturating_sub(before)..];
            } else {
                bytes = &bytes[more.len()..];
            }
        }
        let hopped = wire.hop(bytes, all, sink)?;
        self.partial.extend_from_slice(&bytes[hopped.bytes..]);
        Ok(messages + hopped.messages)
    }
}
