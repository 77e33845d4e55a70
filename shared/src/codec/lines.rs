//! Lines out of a stream of bytes, however it is cut.

use std::collections::VecDeque;

use super::telnet::Telnet;

/// What a stream held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// A line, without its end.
    Line {
        /// Its text; what wasn't UTF-8 is U+FFFD.
        text: String,
        /// Something wasn't UTF-8.
        replaced: bool,
    },
    /// A line longer than allowed. It was dropped up to its end.
    TooLong,
}

/// Cuts a stream into lines at LF, CRLF and CR NUL.
#[derive(Debug)]
pub struct LineDecoder {
    telnet: Option<Telnet>,
    line: Vec<u8>,
    max: usize,
    /// The line is too long already: its rest is dropped.
    overflow: bool,
    /// The last byte was a CR, which ends the line if LF or NUL follows.
    carriage_return: bool,
    seen_newline: bool,
}

impl LineDecoder {
    /// For people: telnet's commands are taken out. `max` is the longest line in bytes; no more than that is
    /// ever kept.
    pub fn plain(max: usize) -> Self {
        Self { telnet: Some(Telnet::default()), ..Self::json(max) }
    }

    /// For programs: bytes as they are.
    pub fn json(max: usize) -> Self {
        Self { telnet: None, line: Vec::new(), max, overflow: false, carriage_return: false, seen_newline: false }
    }

    /// Takes bytes as they were read. Whole lines go to `lines`, telnet's answers to `reply`.
    pub fn feed(&mut self, bytes: &[u8], lines: &mut VecDeque<Chunk>, reply: &mut Vec<u8>) {
        for &byte in bytes {
            let data = match &mut self.telnet {
                Some(telnet) => telnet.filter(byte, reply),
                None => Some(byte),
            };
            if let Some(byte) = data {
                self.push(byte, lines);
            }
        }
    }

    /// Whether a line has ever ended. Until then the sender may be one who never ends any.
    pub fn seen_newline(&self) -> bool {
        self.seen_newline
    }

    /// Whether [`LineDecoder::take_unfinished`] would take something.
    pub fn is_inside_line(&self) -> bool {
        self.overflow || self.line.len() > unfinished_character(&self.line)
    }

    /// Takes what has come of an unfinished line, for a sender who never ends any. Bytes that could be the
    /// start of a character that isn't whole yet stay behind.
    pub fn take_unfinished(&mut self) -> Option<Chunk> {
        if !self.is_inside_line() {
            return None;
        }
        // Of a line that is dropped, the start of a character is dropped as well.
        let kept = if self.overflow { 0 } else { unfinished_character(&self.line) };
        let rest = self.line.split_off(self.line.len() - kept);
        let chunk = self.take_line();
        self.line = rest;
        Some(chunk)
    }

    /// Takes the rest at the end of the stream, whole characters or not.
    pub fn finish(&mut self) -> Option<Chunk> {
        (self.overflow || !self.line.is_empty()).then(|| self.take_line())
    }

    fn push(&mut self, byte: u8, lines: &mut VecDeque<Chunk>) {
        let after_return = std::mem::take(&mut self.carriage_return);
        match byte {
            b'\n' => self.end_line(lines),
            0 if after_return => self.end_line(lines),
            _ => {
                if after_return {
                    self.keep(b'\r');
                }
                if byte == b'\r' {
                    self.carriage_return = true;
                } else {
                    self.keep(byte);
                }
            }
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.line.len() < self.max {
            self.line.push(byte);
        } else {
            self.overflow = true;
        }
    }

    fn end_line(&mut self, lines: &mut VecDeque<Chunk>) {
        self.seen_newline = true;
        let line = self.take_line();
        lines.push_back(line);
    }

    fn take_line(&mut self) -> Chunk {
        self.carriage_return = false;
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.overflow) {
            return Chunk::TooLong;
        }
        match String::from_utf8(line) {
            Ok(text) => Chunk::Line { text, replaced: false },
            Err(error) => Chunk::Line { text: String::from_utf8_lossy(error.as_bytes()).into_owned(), replaced: true },
        }
    }
}

/// How many bytes at the end could be the start of a UTF-8 character that isn't whole yet.
fn unfinished_character(bytes: &[u8]) -> usize {
    // A character has at most 4 bytes, so only the last 3 can be an unfinished one.
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let Some(start) = tail.iter().rposition(|&byte| byte & 0xc0 != 0x80) else { return 0 };
    match std::str::from_utf8(&tail[start..]) {
        Err(error) if error.error_len().is_none() => tail.len() - start,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(decoder: &mut LineDecoder, chunks: &[&[u8]]) -> (Vec<Chunk>, Vec<u8>) {
        let (mut lines, mut reply) = (VecDeque::new(), Vec::new());
        for chunk in chunks {
            decoder.feed(chunk, &mut lines, &mut reply);
        }
        (lines.into(), reply)
    }

    fn line(text: &str) -> Chunk {
        Chunk::Line { text: text.to_owned(), replaced: false }
    }

    #[test]
    fn every_line_end_ends_a_line() {
        let (lines, _) = decode(&mut LineDecoder::plain(100), &[b"lf\ncrlf\r\ncrnul\r\0a\rb\n\n"]);
        assert_eq!(lines, [line("lf"), line("crlf"), line("crnul"), line("a\rb"), line("")]);
    }

    #[test]
    fn a_long_line_is_dropped_up_to_its_end() {
        let mut decoder = LineDecoder::plain(4);
        let (lines, _) = decode(&mut decoder, &[b"1234\n12345\n", b"123", b"456", b"789\nok\n"]);
        assert_eq!(lines, [line("1234"), Chunk::TooLong, Chunk::TooLong, line("ok")]);
        decode(&mut decoder, &[&[b'x'; 1000]]);
        assert!(decoder.line.len() <= 4, "no more than the bound is kept");
    }

    #[test]
    fn telnet_is_stripped_and_declined() {
        let bytes = b"\xff\xfb\x01he\xff\xfd\x18l\xff\xf1lo\xff\xfa\x18\x00x\xff\xff\ny\xff\xf0\xff\xfc\x01\n";
        let (lines, reply) = decode(&mut LineDecoder::plain(100), &[bytes]);
        assert_eq!(lines, [line("hello")]);
        assert_eq!(reply, b"\xff\xfe\x01\xff\xfc\x18");
    }

    #[test]
    fn an_unfinished_line_is_never_cut_inside_a_character() {
        let mut decoder = LineDecoder::plain(100);
        decode(&mut decoder, &["你好".as_bytes(), &"世".as_bytes()[..2]]);
        assert!(decoder.is_inside_line());
        assert_eq!(decoder.take_unfinished(), Some(line("你好")));
        assert!(!decoder.is_inside_line(), "a part of a character is nothing yet");
        assert_eq!(decoder.take_unfinished(), None);
        decode(&mut decoder, &[&"世".as_bytes()[2..]]);
        assert_eq!(decoder.take_unfinished(), Some(line("世")));
        decode(&mut decoder, &[b"\xe4\xb8"]);
        assert_eq!(decoder.finish(), Some(Chunk::Line { text: "\u{fffd}".into(), replaced: true }));
        assert_eq!(decoder.finish(), None);
    }

    #[test]
    fn an_unfinished_line_that_is_too_long_leaves_nothing_behind() {
        let mut decoder = LineDecoder::plain(4);
        decode(&mut decoder, &["ab世界".as_bytes()]);
        assert_eq!(decoder.take_unfinished(), Some(Chunk::TooLong));
        decode(&mut decoder, &["ok".as_bytes()]);
        assert_eq!(decoder.take_unfinished(), Some(line("ok")));
    }

    /// The same bytes in pieces: where to cut is taken as it comes, and as often as it comes.
    fn pieces<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).chain([0, bytes.len()]).collect();
        cuts.sort_unstable();
        cuts.windows(2).map(|w| &bytes[w[0]..w[1]]).collect()
    }

    /// What a stream brings, whole: line ends, telnet's commands, text, objects, and bytes that are none of it.
    fn mixed() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            prop::sample::select(vec![
                &b"\n"[..],
                b"\r\n",
                b"\r\0",
                b"\r",
                b"\0",
                b"\xff\xfb\x01",
                b"\xff\xfd\x18",
                b"\xff\xf1",
                b"\xff\xff",
                b"\xff\xfa\x18\x00x\n\xff\xff\xff\xf0",
                b"\xff\xfa",
                b"\xff",
                b"\xe4\xb8",
                b"\xf0\x9f",
                b"\xc0",
                b"{",
            ])
            .prop_map(<[u8]>::to_vec),
            "\\PC{0,8}".prop_map(String::into_bytes),
            r#"\{"type":"(say|rooms)","text":"\PC{0,5}"\}"#.prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..4),
        ];
        prop::collection::vec(part, 0..30).prop_map(|parts| parts.concat())
    }

    /// All that comes of a stream, its unfinished end included.
    fn whole(mut decoder: LineDecoder, chunks: &[&[u8]]) -> (Vec<Chunk>, Vec<u8>) {
        let (mut lines, reply) = decode(&mut decoder, chunks);
        lines.extend(decoder.finish());
        (lines, reply)
    }

    proptest! {
        #[test]
        fn the_chunking_of_mixed_input_changes_nothing(
            bytes in mixed(), cuts in prop::collection::vec(any::<usize>(), 0..40), max in 1usize..60,
        ) {
            let pieces = pieces(&bytes, &cuts);
            prop_assert_eq!(whole(LineDecoder::plain(max), &pieces), whole(LineDecoder::plain(max), &[&bytes]));
            prop_assert_eq!(whole(LineDecoder::json(max), &pieces), whole(LineDecoder::json(max), &[&bytes]));
        }

        #[test]
        fn wherever_a_sender_pauses_no_character_is_cut(
            text in "[a-z你好é🎉\u{301}]{0,40}", cuts in prop::collection::vec(any::<usize>(), 0..40),
        ) {
            let mut decoder = LineDecoder::plain(1000);
            let mut taken = Vec::new();
            for piece in pieces(text.as_bytes(), &cuts) {
                decode(&mut decoder, &[piece]);
                taken.extend(decoder.take_unfinished());
                prop_assert!(!decoder.is_inside_line() && decoder.line.len() < 4);
            }
            taken.extend(decoder.finish());
            let mut together = String::new();
            for chunk in taken {
                let Chunk::Line { text, replaced: false } = chunk else { panic!("{chunk:?}") };
                together += &text;
            }
            prop_assert_eq!(together, text);
        }

        #[test]
        fn the_chunking_changes_nothing(
            bytes in prop::collection::vec(
                prop_oneof![Just(b'\n'), Just(b'\r'), Just(0), Just(255), 240u8..255, any::<u8>(), Just(b'a')], 0..200),
            cuts in prop::collection::vec(0usize..200, 0..10),
        ) {
            let whole = decode(&mut LineDecoder::plain(20), &[&bytes]);
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
            cuts.sort_unstable();
            let chunks: Vec<_> = cuts.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
            prop_assert_eq!(decode(&mut LineDecoder::plain(20), &chunks), whole);
        }
    }
}
