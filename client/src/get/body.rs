//! A body, taken apart: what of it is content, and where it ends (RFC 9112 sections 6 and 7).

use httparse::{Status, parse_chunk_size};

use super::framing::Framing;
use super::head::LONGEST_HEAD;

/// The longest line with the size of a chunk, in bytes: it may have extensions.
const LONGEST_SIZE: usize = 4 << 10;

/// What a piece of a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Content.
    Content(&'a [u8]),
    /// The size of a chunk, or what ends one.
    Framing(&'a [u8]),
    /// A header after the last chunk, or the empty line that ends them.
    Trailer(&'a [u8]),
}

/// Why a body isn't one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadBody {
    /// A length that is none.
    #[error("its Content-Length is {0:?}, which is no length")]
    Length(String),
    /// The size of a chunk that is none.
    #[error("{0:?} is no size of a chunk")]
    Size(String),
    /// A chunk that goes on after its end.
    #[error("a chunk is longer than its size says")]
    ChunkEnd,
    /// More trailers than anybody needs.
    #[error("its trailers are longer than {LONGEST_HEAD} bytes")]
    Trailers,
    /// It ended too early.
    #[error("it was cut short: {got} of {whole} bytes came")]
    Short {
        /// How many came.
        got: u64,
        /// How many were to come.
        whole: u64,
    },
    /// It ended too early.
    #[error("it was cut short, before its last chunk, after {0} bytes")]
    ShortOfChunks(u64),
}

/// Takes a body apart as it comes, however it is cut. Keeps no more of it than a line.
#[derive(Debug)]
pub(crate) struct Body {
    state: State,
    content: u64,
    /// The line that has begun.
    line: Vec<u8>,
    trailers: usize,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Length { left: u64 },
    Close,
    Size,
    Chunk { left: u64 },
    ChunkEnd,
    Trailers,
    Done,
}

impl Body {
    /// Nothing has come yet.
    pub(crate) fn new(framing: Framing) -> Self {
        let state = match framing {
            Framing::None | Framing::Length(0) => State::Done,
            Framing::Length(left) => State::Length { left },
            Framing::Chunked => State::Size,
            Framing::Close => State::Close,
        };
        Self { state, content: 0, line: Vec::new(), trailers: 0 }
    }

    /// It is whole.
    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// How many bytes of content have come.
    pub(crate) fn content(&self) -> u64 {
        self.content
    }

    /// Takes the next piece from the front of `bytes`; `None` when they are used up, or the body is whole.
    ///
    /// # Errors
    /// It breaks the rules of chunks.
    pub(crate) fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<Piece<'a>>, BadBody> {
        if bytes.is_empty() || self.is_done() {
            return Ok(None);
        }
        Ok(Some(match self.state {
            State::Done => return Ok(None),
            State::Close => self.take_content(bytes, u64::MAX).0,
            State::Length { left } => {
                let (piece, left) = self.take_content(bytes, left);
                self.state = if left == 0 { State::Done } else { State::Length { left } };
                piece
            }
            State::Chunk { left } => {
                let (piece, left) = self.take_content(bytes, left);
                self.state = if left == 0 { State::ChunkEnd } else { State::Chunk { left } };
                piece
            }
            State::Size => {
                let part = self.take_line(bytes);
                if self.line.len() > LONGEST_SIZE {
                    return Err(self.bad_size());
                }
                if self.line.ends_with(b"\n") {
                    self.state = match self.size()? {
                        0 => State::Trailers,
                        left => State::Chunk { left },
                    };
                    self.line.clear();
                }
                Piece::Framing(part)
            }
            State::ChunkEnd => {
                let part = self.take_line(bytes);
                if !b"\r\n".starts_with(&self.line) {
                    return Err(BadBody::ChunkEnd);
                }
                if self.line.len() == 2 {
                    self.state = State::Size;
                    self.line.clear();
                }
                Piece::Framing(part)
            }
            State::Trailers => {
                let part = self.take_line(bytes);
                self.trailers += part.len();
                if self.trailers > LONGEST_HEAD {
                    return Err(BadBody::Trailers);
                }
                if self.line.ends_with(b"\n") {
                    if self.line.trim_ascii().is_empty() {
                        self.state = State::Done;
                    }
                    self.line.clear();
                }
                Piece::Trailer(part)
            }
        }))
    }

    /// The server has closed.
    ///
    /// # Errors
    /// It has closed too early.
    pub(crate) fn end(&self) -> Result<(), BadBody> {
        match self.state {
            State::Done | State::Close => Ok(()),
            State::Length { left } => Err(BadBody::Short { got: self.content, whole: self.content + left }),
            State::Size | State::Chunk { .. } | State::ChunkEnd | State::Trailers => {
                Err(BadBody::ShortOfChunks(self.content))
            }
        }
    }

    fn take_content<'a>(&mut self, bytes: &mut &'a [u8], left: u64) -> (Piece<'a>, u64) {
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        let (part, rest) = bytes.split_at(count);
        *bytes = rest;
        self.content += count as u64;
        (Piece::Content(part), left - count as u64)
    }

    /// Takes up to the end of the line, and keeps what it has of it.
    fn take_line<'a>(&mut self, bytes: &mut &'a [u8]) -> &'a [u8] {
        let count = bytes.iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| at + 1);
        let (part, rest) = bytes.split_at(count);
        *bytes = rest;
        self.line.extend_from_slice(part);
        part
    }

    fn size(&self) -> Result<u64, BadBody> {
        // The parser takes a line without any digit for a size of 0, which would end the body.
        let begins = self.line.first().is_some_and(u8::is_ascii_hexdigit);
        match parse_chunk_size(&self.line) {
            Ok(Status::Complete((length, size))) if begins && length == self.line.len() => Ok(size),
            _ => Err(self.bad_size()),
        }
    }

    fn bad_size(&self) -> BadBody {
        BadBody::Size(String::from_utf8_lossy(self.line.trim_ascii()).chars().take(40).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What was on the wire, the content, and how it ended.
    fn take(framing: Framing, parts: &[&[u8]]) -> Result<(Vec<u8>, Vec<u8>, bool), BadBody> {
        let mut body = Body::new(framing);
        let (mut wire, mut content) = (Vec::new(), Vec::new());
        for mut part in parts.iter().copied() {
            while let Some(piece) = body.next(&mut part)? {
                match piece {
                    Piece::Content(bytes) => {
                        wire.extend_from_slice(bytes);
                        content.extend_from_slice(bytes);
                    }
                    Piece::Framing(bytes) | Piece::Trailer(bytes) => wire.extend_from_slice(bytes),
                }
            }
        }
        assert_eq!(body.content(), content.len() as u64);
        body.end().map(|()| (wire, content, body.is_done()))
    }

    #[test]
    fn a_length_is_kept_to() {
        let whole = (b"hello".to_vec(), b"hello".to_vec(), true);
        assert_eq!(take(Framing::Length(5), &[b"he", b"llo and more"]), Ok(whole));
        assert_eq!(take(Framing::Length(5), &[b"hell"]), Err(BadBody::Short { got: 4, whole: 5 }));
        assert_eq!(take(Framing::Length(0), &[b"x"]), Ok((vec![], vec![], true)));
        assert_eq!(take(Framing::Close, &[b"a", b"b"]), Ok((b"ab".to_vec(), b"ab".to_vec(), false)));
    }

    const CHUNKED: &[u8] = b"5;x=\"y\"\r\nhello\r\n00A \r\n, world...\r\n0\r\nTrailer: yes\r\n\r\n";

    #[test]
    fn broken_chunks_are_refused() {
        let error = |bytes: &[u8]| take(Framing::Chunked, &[bytes]).unwrap_err();
        for size in ["", "x", "-1", "5 5", "10000000000000000", ";ext"] {
            assert!(matches!(error(format!("{size}\r\n").as_bytes()), BadBody::Size(_)), "{size:?}");
        }
        assert!(matches!(error(&[b'1'; LONGEST_SIZE + 1]), BadBody::Size(_)));
        assert_eq!(error(b"1\r\nab"), BadBody::ChunkEnd);
        assert_eq!(error(&[b"0\r\n".to_vec(), vec![b'x'; LONGEST_HEAD + 1]].concat()), BadBody::Trailers);
        for end in 0..CHUNKED.len() {
            assert!(matches!(error(&CHUNKED[..end]), BadBody::ShortOfChunks(_)), "{end}");
        }
    }

    proptest! {
        #[test]
        fn chunks_are_joined_however_they_are_cut(cuts in prop::collection::vec(0usize..70, 0..12)) {
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(CHUNKED.len())).chain([0, CHUNKED.len()]).collect();
            cuts.sort_unstable();
            let parts: Vec<_> = cuts.windows(2).map(|pair| &CHUNKED[pair[0]..pair[1]]).chain([&b"HTTP/1.1 200"[..]]).collect();
            prop_assert_eq!(take(Framing::Chunked, &parts), Ok((CHUNKED.to_vec(), b"hello, world...".to_vec(), true)));
        }

        #[test]
        fn no_bytes_break_it(parts in prop::collection::vec("[0-9a-f;x\\r\\n]{0,12}", 0..8)) {
            let parts: Vec<_> = parts.iter().map(String::as_bytes).collect();
            let _ = take(Framing::Chunked, &parts);
        }
    }
}
