//! How streams are cut into units (frames, lines, packets), as cheaply as it goes.
//!
//! The generator reads thousands of connections on one core, so that what is measured is the server. Of most connections it only
//! counts: it hops from unit to unit by their headers, and looks at a few bytes to tell messages from the rest.

pub mod lines;
pub mod websocket;

mod stream;

pub use stream::Stream;

/// One kind of stream, from a server to a client. Has no state: what is left of a read is kept by [`Stream`].
pub trait Wire: Sync {
    /// How long the unit is that `bytes` (not empty) begin with, its header included; longer than `bytes` where only a part of it is there.
    fn unit(&self, bytes: &[u8]) -> Unit;

    /// What a whole unit is. Asked for each unit that arrives at any reader: it must not look far.
    fn kind(&self, unit: &[u8]) -> Kind;

    /// What a client owes in return for a unit of kind [`Kind::Question`], such as a pong.
    fn answer(&self, _unit: &[u8]) -> Vec<u8> {
        Vec::new()
    }

    /// Goes through all whole units at the start of `bytes`. Calls `sink` for each that isn't a message, and for messages as well
    /// where `all` is set.
    ///
    /// Leave it as it is: it is here so that `unit` and `kind` are inlined into the loop.
    ///
    /// # Errors
    /// Where a unit can't be one.
    fn hop(&self, bytes: &[u8], all: bool, sink: &mut dyn FnMut(Kind, &[u8])) -> Result<Hopped, Malformed> {
        let mut hopped = Hopped::default();
        while let Some(rest) = bytes.get(hopped.bytes..).filter(|rest| !rest.is_empty()) {
            let unit = match self.unit(rest) {
                Unit::Length(length) if length <= rest.len() && length > 0 => &rest[..length],
                Unit::Length(0) | Unit::Malformed => return Err(Malformed),
                Unit::Length(_) | Unit::Unknown => break,
            };
            hopped.bytes += unit.len();
            match self.kind(unit) {
                Kind::Message if !all => hopped.messages += 1,
                Kind::Message => {
                    hopped.messages += 1;
                    sink(Kind::Message, unit);
                }
                other => sink(other, unit),
            }
        }
        Ok(hopped)
    }
}

/// What the start of a unit tells of its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// So many bytes, header included.
    Length(usize),
    /// More of it must be read first.
    Unknown,
    /// No unit starts like this.
    Malformed,
}

/// What a unit is to whoever measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A message that somebody said: a delivery.
    Message,
    /// The server's word to a sender that it has a message: one for each, in order.
    Receipt,
    /// The server didn't take what was sent: the run is worth nothing.
    Refusal,
    /// Something that wants [`Wire::answer`].
    Question,
    /// Anything else: greetings, presence, …
    Other,
}

/// How far [`Wire::hop`] came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hopped {
    /// Bytes of whole units.
    pub bytes: usize,
    /// Messages among those units.
    pub messages: u64,
}

/// A stream isn't what its [`Wire`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a unit that can't be one")]
pub struct Malformed;

#[cfg(test)]
mod tests;
