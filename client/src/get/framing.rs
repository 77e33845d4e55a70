//! How the end of an answer is told.

use super::body::BadBody;
use super::head::Head;

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is no body.
    None,
    /// So many bytes.
    Length(u64),
    /// In chunks, each with its size before it.
    Chunked,
    /// It ends when the server closes.
    Close,
}

impl Framing {
    /// How the body of this answer ends (RFC 9112 section 6.3).
    ///
    /// # Errors
    /// Its length is no number, or two.
    pub(crate) fn of(head: &Head, method: &str) -> Result<Self, BadBody> {
        if method == "HEAD" || matches!(head.status, 100..=199 | 204 | 304) {
            return Ok(Self::None);
        }
        let codings = head.all("transfer-encoding").collect::<Vec<_>>().join(",").to_ascii_lowercase();
        if !codings.trim().is_empty() {
            // It overrides a length. Only what is chunked at last has an end of its own.
            let last = codings.rsplit(',').next().unwrap_or_default().trim();
            return Ok(if last == "chunked" { Self::Chunked } else { Self::Close });
        }
        let lengths = head.all("content-length").collect::<Vec<_>>().join(",");
        if lengths.is_empty() {
            return Ok(Self::Close);
        }
        // The same length twice is a known habit of proxies (RFC 9110 section 8.6).
        let mut parsed = lengths.split(',').map(|length| {
            let length = length.trim();
            let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
            length.parse::<u64>().ok().filter(|_| digits)
        });
        let first = parsed.next().flatten();
        match first.filter(|_| parsed.all(|length| length == first)) {
            Some(length) => Ok(Self::Length(length)),
            None => Err(BadBody::Length(lengths)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        Head::parse(format!("HTTP/1.1 {text}\r\n\r\n").as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn the_head_tells_how_the_body_ends() {
        let cases = [
            ("200 OK\r\nContent-Length: 5", Ok(Framing::Length(5))),
            ("200 OK\r\nContent-Length: 5\r\nContent-Length: 5", Ok(Framing::Length(5))),
            ("200 OK\r\nContent-Length: 5, 5", Ok(Framing::Length(5))),
            ("200 OK\r\nContent-Length: 5\r\nContent-Length: 6", Err(BadBody::Length("5,6".into()))),
            ("200 OK\r\nContent-Length: +5", Err(BadBody::Length("+5".into()))),
            ("200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: x", Ok(Framing::Chunked)),
            ("200 OK\r\nTransfer-Encoding: gzip, chunked", Ok(Framing::Chunked)),
            ("200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: gzip", Ok(Framing::Close)),
            ("200 OK", Ok(Framing::Close)),
            ("204 No Content\r\nContent-Length: 5", Ok(Framing::None)),
            ("304 Not Modified\r\nTransfer-Encoding: chunked", Ok(Framing::None)),
        ];
        for (text, framing) in cases {
            assert_eq!(Framing::of(&head(text), "GET"), framing, "{text}");
        }
        assert_eq!(Framing::of(&head("200 OK\r\nContent-Length: 5"), "HEAD"), Ok(Framing::None));
    }
}
