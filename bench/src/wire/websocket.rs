//! WebSocket frames (RFC 6455, section 5.2), as servers send them: not masked. Fragments are not joined; no server sends any here.

use super::Unit;

/// Text, whole.
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

/// Added to the length's first byte where a frame is masked.
const MASKED: u8 = 128;

/// Clients must mask. The key is to be unpredictable so that no web page can write bytes of its choice through a proxy; here is neither.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// See [`super::Wire::unit`].
pub fn unit(bytes: &[u8]) -> Unit {
    let (header, payload) = match bytes {
        [_, length @ 0..=125, ..] => (2, u64::from(*length)),
        [_, 126, high, low, ..] => (4, u64::from(u16::from_be_bytes([*high, *low]))),
        [_, 127, rest @ ..] => match rest.first_chunk() {
            Some(length) => (10, u64::from_be_bytes(*length)),
            None => return Unit::Unknown,
        },
        // Masked.
        [_, 128..=255, ..] => return Unit::Malformed,
        _ => return Unit::Unknown,
    };
    usize::try_from(payload).ok().and_then(|payload| payload.checked_add(header)).map_or(Unit::Malformed, Unit::Length)
}

/// What a whole frame carries.
pub fn payload(unit: &[u8]) -> &[u8] {
    let header = match unit.get(1) {
        Some(127) => 10,
        Some(126) => 4,
        _ => 2,
    };
    unit.get(header..).unwrap_or_default()
}

/// Is a whole frame text?
pub fn is_text(unit: &[u8]) -> bool {
    unit.first() == Some(&TEXT)
}

/// Is a whole frame a ping, which [`pong`] answers?
pub fn is_ping(unit: &[u8]) -> bool {
    unit.first() == Some(&PING)
}

/// The answer to a whole frame that is a ping.
pub fn pong(ping: &[u8]) -> Vec<u8> {
    masked(PONG, payload(ping))
}

/// A text frame, as a client sends it.
pub fn text(payload: &[u8]) -> Vec<u8> {
    masked(TEXT, payload)
}

/// A binary frame, as a client sends it.
pub fn binary(payload: &[u8]) -> Vec<u8> {
    masked(BINARY, payload)
}

/// What a client asks to open a WebSocket at `path`, with more header lines (each ended by CR LF) where a server wants them.
/// The answer ends with an empty line; its hash isn't looked at.
pub fn request(path: &str, more: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
    )
    .into_bytes()
}

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..=125), _) => frame.push(MASKED + length),
        (_, Ok(length)) => {
            frame.push(MASKED + 126);
            frame.extend(length.to_be_bytes());
        }
        _ => {
            frame.push(MASKED + 127);
            frame.extend((payload.len() as u64).to_be_bytes());
        }
    }
    frame.extend(KEY);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}
