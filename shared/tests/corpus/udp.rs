//! A datagram: one message, and one answer that is no longer than what came and isn't answered itself.

use partyline_shared::codec::datagram;
use partyline_shared::codec::plain::receipt;
use partyline_shared::{Limits, Text, clean, clean_line};

pub(crate) fn check(data: &[u8]) {
    // As the server's transport/datagrams.rs does it, between receiving and sending.
    let text = String::from_utf8_lossy(data);
    let whole = match Text::new(&text, &Limits::default()) {
        Ok(_) => receipt(clean(&text).trim_end()),
        Err(refused) => datagram::error(&clean_line(&refused.to_string())),
    };
    let answer = datagram::cut(&whole, data.len());
    assert!(answer.len() <= data.len(), "nobody can be flooded with answers");
    assert!(whole.starts_with(answer));
    assert!(!answer.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{answer:?}");
    assert!(answer.lines().skip(1).all(|line| "  | ".starts_with(line) || line.starts_with("  | ")), "{answer:?}");
    assert!(datagram::looks_like_one(answer.as_bytes()), "two servers could answer each other for ever");
}
