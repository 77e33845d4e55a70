//! Lines that end with LF.

use super::Unit;

/// See [`super::Wire::unit`].
pub fn unit(bytes: &[u8]) -> Unit {
    memchr::memchr(b'\n', bytes).map_or(Unit::Unknown, |at| Unit::Length(at + 1))
}
