//! Whether a body can be shown to a person.

use super::head::Head;

/// What the head says about the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// It is text, of whatever encoding.
    Text,
    /// It is compressed, which nobody has asked for.
    Encoded,
    /// It is something else, or isn't said.
    Other,
}

impl Media {
    /// What the head says.
    pub(crate) fn of(head: &Head) -> Self {
        let coded = |coding: &str| !coding.trim().is_empty() && !coding.trim().eq_ignore_ascii_case("identity");
        if head.all("content-encoding").any(|codings| codings.split(',').any(coded)) {
            return Self::Encoded;
        }
        let name = head.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let name = name.split(';').next().unwrap_or_default().trim().to_owned();
        // RFC 6839: what a format with a suffix is made of.
        let suffix = name.ends_with("+json") || name.ends_with("+xml");
        let known = ["json", "javascript", "xml", "x-ndjson", "x-www-form-urlencoded", "yaml", "toml", "x-sh"];
        let application = name.strip_prefix("application/").is_some_and(|name| known.contains(&name));
        if name.starts_with("text/") || suffix || application { Self::Text } else { Self::Other }
    }

    /// Whether a piece of the body, cut anywhere, can be shown.
    pub(crate) fn is_readable(self, piece: &[u8]) -> bool {
        // Escape sequences are text of a terminal: they are taken out later.
        let acts = |&byte: &u8| byte == 0x7f || (byte < 0x20 && !b"\t\n\r\x0c\x1b".contains(&byte));
        match self {
            Self::Encoded => false,
            _ if piece.iter().any(acts) => false,
            Self::Text => true,
            Self::Other => is_utf8_inside(piece),
        }
    }
}

/// Is UTF-8, but that the first and the last character may be cut.
fn is_utf8_inside(piece: &[u8]) -> bool {
    let tail_of_one = piece.iter().take(3).take_while(|&&byte| byte & 0xc0 == 0x80).count();
    match std::str::from_utf8(&piece[tail_of_one..]) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(headers: &str) -> Media {
        Media::of(&Head::parse(format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n").as_bytes()).unwrap().unwrap())
    }

    #[test]
    fn the_head_says_what_it_is() {
        for text in ["text/html; charset=gbk", "Application/JSON", "image/svg+xml", "application/problem+json"] {
            assert_eq!(media(&format!("Content-Type: {text}")), Media::Text, "{text}");
        }
        for other in ["image/png", "application/octet-stream", ""] {
            assert_eq!(media(&format!("Content-Type: {other}")), Media::Other, "{other}");
        }
        assert_eq!(media("Content-Type: text/html\r\nContent-Encoding: gzip"), Media::Encoded);
        assert_eq!(media("Content-Type: text/html\r\nContent-Encoding: identity"), Media::Text);
    }

    #[test]
    fn what_isnt_text_is_noticed_whatever_the_head_says() {
        let gbk = b"\xc4\xe3\xba\xc3";
        let cases: [(&[u8], bool, bool); 6] = [
            (b"plain\r\n\ttext \x1b[1m", true, true),
            ("明白".as_bytes(), true, true),
            (&"明白".as_bytes()[1..5], true, true),
            (gbk, true, false),
            (b"\x89PNG\r\n\x1a\n\0", false, false),
            (b"bell\x07", false, false),
        ];
        for (piece, as_text, as_other) in cases {
            assert_eq!(Media::Text.is_readable(piece), as_text, "{piece:?}");
            assert_eq!(Media::Other.is_readable(piece), as_other, "{piece:?}");
            assert!(!Media::Encoded.is_readable(piece));
        }
    }
}
