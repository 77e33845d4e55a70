//! Numbers and identities: what a message, a member, a sender's attempt and a log are told apart by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// A message's number in its room: 1 for the first, without gaps. 0 stands for "before the first".
///
/// At most 2^53 - 1, so that a JavaScript number holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The number that comes after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z. Also used for instants on a program's own clock, where only
/// differences matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// This instant, `millis` milliseconds later; the end of time where that overflows.
    #[must_use]
    pub fn after(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to this instant; 0 if `earlier` is later.
    pub fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The time of day in UTC, `HH:MM`, for places that know no time zone (plain text).
    pub fn utc_hour_minute(self) -> String {
        let minutes = self.0 / 60_000;
        format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
    }
}

/// Why a piece of text isn't an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// It isn't 32 hexadecimal digits.
    #[error("must be 32 hexadecimal digits")]
    NotHex,
    /// It is longer than 64 bytes, empty, or holds something other than printable ASCII.
    #[error("must be 1 to 64 printable ASCII characters")]
    BadRef,
}

/// Not by the formatter, which takes several times as long: it stands in every message, and a hundred times in a list
/// of members.
fn hex(bytes: [u8; 16]) -> Hex {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 32];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    Hex(digits)
}

/// Hexadecimal digits.
struct Hex([u8; 32]);

impl Hex {
    fn as_str(&self) -> &str {
        // They are ASCII.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn unhex(text: &str) -> Result<[u8; 16], InvalidId> {
    if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(InvalidId::NotHex);
    }
    u128::from_str_radix(text, 16).map(u128::to_be_bytes).map_err(|_| InvalidId::NotHex)
}

/// Who somebody is, for as long as the secret [`Token`] is kept: the same through nick changes, drops and
/// restarts of the server. Public; written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct MemberId(pub [u8; 16]);

/// The secret that makes a returning client the same member: 128 random bits, written as 32 hexadecimal
/// digits. Its `Debug` shows nothing, so that it can't end up in a log.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Token(pub [u8; 16]);

impl Token {
    /// The member that this token stands for: the first 128 bits of the token's SHA-256.
    ///
    /// Derived rather than looked up: a server that was restarted, or another one that shares the log, knows
    /// a returning member without having kept a table of everybody who ever came by.
    pub fn member(&self) -> MemberId {
        let digest = Sha256::digest(self.0);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        MemberId(id)
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(hex(self.0).as_str())
    }
}

impl fmt::Debug for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberId({self})")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

macro_rules! hex_id {
    ($name:ident) => {
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                unhex(text).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                hex(id.0).as_str().to_owned()
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(hex(self.0).as_str())
            }
        }
    };
}

hex_id!(MemberId);
hex_id!(Token);

/// A name that a sender gives to one attempt to say something: 1 to 64 printable ASCII characters, chosen by
/// the client. Saying it again under the same reference, in the same room, gets the same number back, and stays one
/// message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientRef(String);

impl ClientRef {
    /// The reference of a client that counts its attempts.
    pub fn numbered(number: u64) -> Self {
        Self(number.to_string())
    }

    /// The reference as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ClientRef {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        let printable = text.bytes().all(|b| (0x20..0x7f).contains(&b));
        if text.is_empty() || text.len() > 64 || !printable { Err(InvalidId::BadRef) } else { Ok(Self(text)) }
    }
}

impl From<ClientRef> for String {
    fn from(reference: ClientRef) -> String {
        reference.0
    }
}

/// The name of one log. A resume point of another epoch means nothing, and the client starts afresh.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_32_hex_digits_and_nothing_else() {
        let token: Token = "00112233445566778899aabbccddeeff".parse().unwrap();
        assert_eq!(String::from(token), "00112233445566778899aabbccddeeff");
        for bad in ["", "xyz", "+0112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff0"] {
            assert_eq!(bad.parse::<Token>(), Err(InvalidId::NotHex), "{bad}");
        }
    }

    #[test]
    fn a_token_never_shows_in_debug_output() {
        assert_eq!(format!("{:?}", Token([7; 16])), "Token(…)");
    }

    #[test]
    fn a_member_is_the_hash_of_the_token_not_the_token() {
        let token = Token([7; 16]);
        assert_eq!(token.member(), token.member());
        assert_ne!(token.member().0, token.0);
        assert_ne!(token.member(), Token([8; 16]).member());
    }

    #[test]
    fn a_reference_is_bounded() {
        assert!(ClientRef::try_from("a-1".to_owned()).is_ok());
        for bad in [String::new(), "x".repeat(65), "tab\t".to_owned(), "é".to_owned()] {
            assert_eq!(ClientRef::try_from(bad), Err(InvalidId::BadRef));
        }
    }

    #[test]
    fn the_time_of_day_is_utc() {
        assert_eq!(Timestamp(0).utc_hour_minute(), "00:00");
        assert_eq!(Timestamp(1_700_000_000_000).utc_hour_minute(), "22:13");
    }
}
