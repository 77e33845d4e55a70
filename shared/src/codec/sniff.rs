//! Which dialect a connection speaks, told by what it says first.

/// A way to talk to the server over a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The page, `/ws`, the API.
    Http,
    /// A JSON object a line.
    Json,
    /// A TLS `ClientHello` (RFC 8446 section 5.1: a handshake record, legacy version 3.x).
    Tls,
    /// IRC's first commands.
    Irc,
    /// A person, a script, a device.
    Plain,
}

/// No more than this many bytes are ever needed to decide.
pub const SNIFF_BYTES: usize = 12;

/// The methods of RFC 9110 section 9, and PATCH (RFC 5789).
const METHODS: [&str; 9] = ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH "];

/// What follows the method and the space. A person may say "GET ready", so the method alone proves nothing.
const TARGETS: [&str; 3] = ["/", "*", "http"];

/// How HTTP/2 starts with prior knowledge (RFC 9113 section 3.4), as far as it tells.
const HTTP2: &str = "PRI * HTTP/2";

const IRC: [&str; 4] = ["CAP ", "NICK ", "PASS ", "USER "];

/// Decides by the first bytes of a connection. `None`: these could still become more than one.
///
/// Whoever gets `None` and then no more bytes has somebody who pauses inside a word: plain text.
pub fn sniff(bytes: &[u8]) -> Option<Dialect> {
    let &first = bytes.first()?;
    if first == b'{' {
        return Some(Dialect::Json);
    }
    if first == 0x16 {
        return bytes.get(1).map(|&second| if second == 3 { Dialect::Tls } else { Dialect::Plain });
    }
    let mut undecided = false;
    let http = METHODS.iter().flat_map(|method| TARGETS.iter().map(move |target| (*method, *target)));
    for (method, target) in http.chain([(HTTP2, "")]) {
        match starts(bytes, method, target) {
            Some(true) => return Some(Dialect::Http),
            Some(false) => {}
            None => undecided = true,
        }
    }
    for word in IRC {
        match starts(bytes, word, "") {
            Some(true) => return Some(Dialect::Irc),
            Some(false) => {}
            None => undecided = true,
        }
    }
    if undecided { None } else { Some(Dialect::Plain) }
}

/// Whether `bytes` start with `a` and then `b`; `None` while they are too short to tell.
fn starts(bytes: &[u8], a: &str, b: &str) -> Option<bool> {
    let mut expected = a.bytes().chain(b.bytes());
    let mut got = bytes.iter();
    loop {
        match (expected.next(), got.next()) {
            (None, _) => return Some(true),
            (Some(_), None) => return None,
            (Some(e), Some(&g)) if e != g => return Some(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_dialect_is_told_by_its_first_bytes() {
        let cases: [(&[u8], Option<Dialect>); 22] = [
            (b"", None),
            (b"GET / HTTP/1.1\r\n", Some(Dialect::Http)),
            (b"OPTIONS * HTTP/1.1", Some(Dialect::Http)),
            (b"GET http://x/", Some(Dialect::Http)),
            (b"POST /", Some(Dialect::Http)),
            (b"PRI * HTTP/2.0\r\n\r\nSM", Some(Dialect::Http)),
            (b"GET ready", Some(Dialect::Plain)),
            (b"GET h", None),
            (b"GET hot", Some(Dialect::Plain)),
            (b"GE", None),
            (b"GEm", Some(Dialect::Plain)),
            (b"get /", Some(Dialect::Plain)),
            (b"{\"type\"", Some(Dialect::Json)),
            (b"\x16\x03\x01\x02", Some(Dialect::Tls)),
            (b"\x16", None),
            (b"\x16x", Some(Dialect::Plain)),
            (b"NICK ann\r\n", Some(Dialect::Irc)),
            (b"CAP LS 302", Some(Dialect::Irc)),
            (b"PASSWORD", Some(Dialect::Plain)),
            (b"\n", Some(Dialect::Plain)),
            (b"\xff\xfd\x01", Some(Dialect::Plain)),
            ("你好".as_bytes(), Some(Dialect::Plain)),
        ];
        for (bytes, dialect) in cases {
            assert_eq!(sniff(bytes), dialect, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    proptest! {
        #[test]
        fn the_chunking_changes_nothing(
            bytes in prop_oneof![
                "(GET|POST|PRI|OPTIONS|CAP|NICK|PASS|hello|\\{)( |/|\\*|http|HTTP/2|x){0,4}".prop_map(String::into_bytes),
                prop::collection::vec(any::<u8>(), 0..20),
            ]
        ) {
            let decided = (0..=bytes.len()).find_map(|n| sniff(&bytes[..n]));
            prop_assert_eq!(sniff(&bytes), decided);
            if bytes.len() >= SNIFF_BYTES {
                prop_assert!(decided.is_some());
            }
        }
    }
}
