//! How a client begins, where that is HTTP after all.
//!
//! The sniffer knows HTTP by its methods, and a page can have a browser send any other word as one: to its own origin
//! without asking first, and its own name may point here by then (DNS rebinding). What it would send as a body must
//! not be said by whoever sits at that browser.

use partyline_shared::codec::lines::Chunk;

/// The answer to a request, which ends the connection.
pub(super) const NOT_IMPLEMENTED: &[u8] =
    b"HTTP/1.1 501 Not Implemented\r\nContent-Type: text/plain; charset=utf-8\r\n\
    X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n\
    Connection: close\r\n\r\nno such method is known here\n";

/// What has been seen of the first two lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Opening {
    /// Nothing.
    #[default]
    First,
    /// A line that was too long to be looked at.
    LongFirst,
    /// That it isn't HTTP.
    Over,
}

impl Opening {
    /// Whether this next line shows that HTTP is spoken: a request line (RFC 9112 section 3), or after one that was too
    /// long, the field that every browser sends first.
    pub(super) fn is_http(&mut self, chunk: &Chunk) -> bool {
        let before = std::mem::replace(self, Self::Over);
        match (before, chunk) {
            (Self::First, Chunk::TooLong) => {
                *self = Self::LongFirst;
                false
            }
            (Self::First, Chunk::Line { text, .. }) => is_request_line(text),
            (Self::LongFirst, Chunk::Line { text, .. }) => {
                text.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("host:"))
            }
            (Self::LongFirst, Chunk::TooLong) | (Self::Over, _) => false,
        }
    }
}

fn is_request_line(line: &str) -> bool {
    let mut words = line.split(' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    let is_target = |target: &str| ["/", "*", "http"].iter().any(|start| target.starts_with(start));
    method.is_some_and(|method| !method.is_empty())
        && target.is_some_and(is_target)
        && version.is_some_and(|version| version.starts_with("HTTP/"))
        && words.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Chunk {
        Chunk::Line { text: text.to_owned(), replaced: false }
    }

    #[test]
    fn a_request_is_known_by_its_first_line_and_by_no_other() {
        for request in ["BREW / HTTP/1.1", "get /x?y HTTP/1.0", "X http://a/ HTTP/1.1", "X * HTTP/1.1"] {
            assert!(Opening::default().is_http(&line(request)), "{request}");
            let mut second = Opening::default();
            assert!(!second.is_http(&line("hello")) && !second.is_http(&line(request)), "{request}");
        }
        for said in ["", "hello", "I prefer HTTP/1.1", "and /join x", "see /x HTTP/1.1 there", " / HTTP/1.1"] {
            assert!(!Opening::default().is_http(&line(said)), "{said}");
        }
    }

    #[test]
    fn a_request_line_that_is_too_long_is_known_by_what_follows() {
        let mut opening = Opening::default();
        assert!(!opening.is_http(&Chunk::TooLong));
        assert!(opening.is_http(&line("Host: evil.example")));
        let mut opening = Opening::default();
        assert!(!opening.is_http(&Chunk::TooLong) && !opening.is_http(&line("sorry")));
        assert!(!opening.is_http(&line("Host: me")), "said later, it is said");
    }
}
