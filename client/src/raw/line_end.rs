//! What ends a line on the wire.

/// What is sent after each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineEnd {
    /// Nothing: `--raw`, as `send(data)` of a socket tutorial does it.
    None,
    /// `--lf`
    Lf,
    /// `--crlf`
    CrLf,
}

impl LineEnd {
    /// A text as it goes out: with [`LineEnd::None`] as it is, but for the line break at its end, which a shell puts
    /// there; otherwise each of its lines with this end.
    pub(crate) fn apply(self, text: &[u8]) -> Vec<u8> {
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let end: &[u8] = match self {
            Self::None => return text.strip_suffix(b"\r").unwrap_or(text).to_vec(),
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        };
        let mut bytes = Vec::with_capacity(text.len() + 2);
        for line in text.split(|&byte| byte == b'\n') {
            bytes.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
            bytes.extend_from_slice(end);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_they_should() {
        let cases: [(&str, &str, &str, &str); 6] = [
            ("get", "get", "get\n", "get\r\n"),
            ("get\n", "get", "get\n", "get\r\n"),
            ("get\r\n", "get", "get\n", "get\r\n"),
            ("", "", "\n", "\r\n"),
            ("a\nb\r\nc\n", "a\nb\r\nc", "a\nb\nc\n", "a\r\nb\r\nc\r\n"),
            ("GET /\n\n", "GET /\n", "GET /\n\n", "GET /\r\n\r\n"),
        ];
        for (text, none, lf, crlf) in cases {
            assert_eq!(LineEnd::None.apply(text.as_bytes()), none.as_bytes(), "{text:?}");
            assert_eq!(LineEnd::Lf.apply(text.as_bytes()), lf.as_bytes(), "{text:?}");
            assert_eq!(LineEnd::CrLf.apply(text.as_bytes()), crlf.as_bytes(), "{text:?}");
        }
    }
}
