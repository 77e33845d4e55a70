//! The sniffer: whatever arrives first, and however it is cut, the same dialect.

use partyline_shared::codec::{Dialect, SNIFF_BYTES, sniff};

pub(crate) fn check(data: &[u8]) {
    let decided = (0..=data.len().min(SNIFF_BYTES)).find_map(|len| sniff(&data[..len]));
    assert_eq!(sniff(data), decided, "more bytes change nothing");
    assert!(decided.is_some() || data.len() < SNIFF_BYTES, "so many bytes always decide");
    // What a browser can be made to send never becomes chat.
    let is_request = ["GET /", "HEAD /", "POST /", "PUT /", "DELETE /", "OPTIONS *", "CONNECT http", "PATCH /"];
    if is_request.iter().any(|start| data.starts_with(start.as_bytes())) {
        assert_eq!(decided, Some(Dialect::Http));
    }
}
