//! The head of an answer: start line and headers.

use httparse::{EMPTY_HEADER, ParserConfig, Response, Status};

/// The longest head, in bytes.
pub(crate) const LONGEST_HEAD: usize = 64 << 10;
/// Most headers.
const MOST_HEADERS: usize = 100;

/// A head, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// As it came, with the empty line that ends it.
    pub(crate) wire: Vec<u8>,
    /// The status code.
    pub(crate) status: u16,
    headers: Vec<(String, Vec<u8>)>,
}

/// Why something is no head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadHead {
    /// It is something else.
    #[error("it isn't HTTP ({why}): it begins with {begin:?}")]
    NotHttp {
        /// What the parser says.
        why: httparse::Error,
        /// How it begins.
        begin: String,
    },
    /// More than anybody needs.
    #[error("its head is longer than {LONGEST_HEAD} bytes")]
    TooLong,
    /// More than anybody needs.
    #[error("its head has more than {MOST_HEADERS} headers")]
    TooMany,
}

impl Head {
    /// Reads the head at the start of `bytes`, and says how long it is; `None` while it isn't whole.
    ///
    /// # Errors
    /// It is none, or exceeds a bound.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Self>, BadHead> {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut response = Response::new(&mut headers);
        // What browsers put up with, servers get away with (RFC 9112 section 5.1 and 5.2).
        let mut config = ParserConfig::default();
        config.allow_spaces_after_header_name_in_responses(true).allow_obsolete_multiline_headers_in_responses(true);
        match config.parse_response(&mut response, bytes) {
            Ok(Status::Complete(length)) if length <= LONGEST_HEAD => {
                let own = |header: &httparse::Header<'_>| (header.name.to_ascii_lowercase(), header.value.to_vec());
                let headers = response.headers.iter().map(own).collect();
                Ok(Some(Self { wire: bytes[..length].to_vec(), status: response.code.unwrap_or_default(), headers }))
            }
            Ok(Status::Complete(_)) => Err(BadHead::TooLong),
            Ok(Status::Partial) if bytes.len() > LONGEST_HEAD => Err(BadHead::TooLong),
            Ok(Status::Partial) => Ok(None),
            Err(httparse::Error::TooManyHeaders) => Err(BadHead::TooMany),
            Err(why) => {
                let line = bytes.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty());
                let begin = String::from_utf8_lossy(line.unwrap_or_default());
                Err(BadHead::NotHttp { why, begin: begin.trim_end().chars().take(60).collect() })
            }
        }
    }

    /// What a header says; the first of that name. `name` in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.all(name).next()
    }

    /// What each header of that name says. `name` in lower case.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = String> {
        let named = self.headers.iter().filter(move |(other, _)| other == name);
        named.map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned())
    }

    /// The start line, and the rest of it, as they came.
    pub(crate) fn parts(&self) -> (&[u8], &[u8]) {
        // Empty lines before the start line are skipped (RFC 9112 section 2.2).
        let start = self.wire.iter().position(|byte| !b"\r\n".contains(byte)).unwrap_or_default();
        let end =
            self.wire[start..].iter().position(|&byte| byte == b'\n').map_or(self.wire.len(), |at| start + at + 1);
        self.wire.split_at(end)
    }

    /// Where it sends one to (RFC 9110 section 15.4). A 300 or 304 names no place that is meant instead.
    pub(crate) fn location(&self) -> Option<String> {
        if matches!(self.status, 301 | 302 | 303 | 307 | 308) { self.header("location") } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let wire = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nX-Two : a\r\nx-two: b\r\n\r\nbody";
        for end in 0..wire.len() - b"body".len() {
            assert_eq!(Head::parse(&wire[..end]), Ok(None), "{end}");
        }
        let head = Head::parse(wire).unwrap().unwrap();
        assert_eq!(head.wire, wire[..wire.len() - 4]);
        assert_eq!(head.parts().0, b"HTTP/1.1 302 Found\r\n");
        assert_eq!((head.status, head.location().as_deref()), (302, Some("/x")));
        assert_eq!(head.all("x-two").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(head.header("x-three"), None);
    }

    #[test]
    fn bare_line_feeds_and_empty_lines_before_are_put_up_with() {
        let head = Head::parse(b"\r\nHTTP/1.0 200 OK\nA: b\n\n").unwrap().unwrap();
        assert_eq!(head.parts(), (&b"\r\nHTTP/1.0 200 OK\n"[..], &b"A: b\n\n"[..]));
    }

    #[test]
    fn what_is_no_head_is_said() {
        let error = |bytes: &[u8]| Head::parse(bytes).unwrap_err().to_string();
        assert!(error(b"220 mail ESMTP\r\n").contains("isn't HTTP"));
        assert!(error(b"-- Welcome to x\n").ends_with("it begins with \"-- Welcome to x\""));
        assert_eq!(
            error(&[b"HTTP/1.1 200 OK\r\nA: ".to_vec(), vec![b'x'; LONGEST_HEAD]].concat()),
            "its head is longer than 65536 bytes"
        );
        let many = "A: b\r\n".repeat(MOST_HEADERS + 1);
        assert_eq!(error(format!("HTTP/1.1 200 OK\r\n{many}\r\n").as_bytes()), "its head has more than 100 headers");
    }
}
