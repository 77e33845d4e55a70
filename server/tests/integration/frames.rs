//! WebSocket by hand: frames that no client library makes.

use std::net::SocketAddr;

use crate::support::Socket;

/// A text, whole or the first part of one.
pub(crate) const TEXT: u8 = 1;
/// More of it.
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const PING: u8 = 9;
pub(crate) const CLOSE: u8 = 8;

/// What opens a WebSocket, without the empty line at its end.
pub(crate) fn head(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    )
}

/// A socket on which a WebSocket was opened.
pub(crate) fn open(address: SocketAddr) -> Socket {
    let mut socket = Socket::connect(address);
    socket.send(head("/ws") + "\r\n");
    assert_eq!(socket.line(), "HTTP/1.1 101 Switching Protocols\r");
    while !socket.line().trim().is_empty() {}
    socket
}

/// One frame, as a client masks it: with zeros.
pub(crate) fn frame(code: u8, last: bool, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![code | if last { 0x80 } else { 0 }];
    match payload.len() {
        len @ 0..126 => frame.push(0x80 | u8::try_from(len).unwrap()),
        len @ 126..0x1_0000 => {
            frame.push(0x80 | 0x7e);
            frame.extend(u16::try_from(len).unwrap().to_be_bytes());
        }
        len => {
            frame.push(0x80 | 0x7f);
            frame.extend((len as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// The next frame that the server sends: its code and what it holds.
pub(crate) fn received(socket: &mut Socket) -> (u8, String) {
    let [first, short] = socket.bytes();
    let len = match short {
        126 => usize::from(u16::from_be_bytes(socket.bytes())),
        short => usize::from(short),
    };
    let payload = (0..len).flat_map(|_| socket.bytes::<1>()).collect();
    (first & 0x0f, String::from_utf8(payload).unwrap_or_default())
}
