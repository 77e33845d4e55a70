//! Bytes as they come, to text that may go to a terminal, however the bytes are cut.

use partyline_shared::{VisibleFilter, strip_controls};

/// No sequence of a terminal that anybody uses in earnest is longer, in bytes. What claims to be is dropped, so that
/// one that never ends doesn't hide all that follows.
const LONGEST_SEQUENCE: usize = 4 << 10;

/// Decodes and cleans a stream. What can't be judged yet is kept back: the start of a character or of an escape
/// sequence, a carriage return that may be half a line break.
#[derive(Debug, Default)]
pub(crate) struct Cleaner {
    /// The start of a character.
    bytes: Vec<u8>,
    /// The start of a sequence, or a carriage return.
    held: String,
    /// Knows what came before: a mark belongs to the letter that it follows, in whatever piece that was.
    filter: VisibleFilter,
}

impl Cleaner {
    /// What can be shown now that these bytes came too. What isn't UTF-8 is U+FFFD.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> String {
        self.bytes.extend_from_slice(bytes);
        let bytes = std::mem::take(&mut self.bytes);
        for chunk in bytes.utf8_chunks() {
            self.held.push_str(chunk.valid());
            match std::str::from_utf8(chunk.invalid()) {
                // Only what stands at the end can be unfinished.
                Err(error) if error.error_len().is_none() => self.bytes = chunk.invalid().to_vec(),
                Err(_) => self.held.push(char::REPLACEMENT_CHARACTER),
                Ok(_) => {}
            }
        }
        let settled = settled(&self.held);
        let rest = self.held.split_off(settled);
        let text = std::mem::replace(&mut self.held, rest);
        if self.held.len() > LONGEST_SEQUENCE {
            self.held.clear();
        }
        self.filter.feed(&strip_controls(&text))
    }

    /// What was kept back, where nothing more comes.
    pub(crate) fn finish(&mut self) -> String {
        if !std::mem::take(&mut self.bytes).is_empty() {
            self.held.push(char::REPLACEMENT_CHARACTER);
        }
        self.filter.feed(&strip_controls(&std::mem::take(&mut self.held)))
    }
}

/// Up to where what follows changes nothing.
fn settled(text: &str) -> usize {
    // ESC, or a C1 control, which is its eight-bit form; but NEL is a line break.
    let introduces = |c: char| matches!(c, '\u{1b}' | '\u{80}'..='\u{84}' | '\u{86}'..='\u{9f}');
    let Some(start) = text.rfind(introduces) else { return text.len() - usize::from(text.ends_with('\r')) };
    // A letter that follows is either part of the sequence, or shown.
    if strip_controls(&format!("{}A", &text[start..])).ends_with('A') {
        text.len() - usize::from(text.ends_with('\r'))
    } else {
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use partyline_shared::clean;
    use proptest::prelude::*;

    fn cleaned(parts: &[&[u8]]) -> Vec<String> {
        let mut cleaner = Cleaner::default();
        let mut shown: Vec<_> = parts.iter().map(|part| cleaner.feed(part)).collect();
        shown.push(cleaner.finish());
        shown
    }

    #[test]
    fn a_character_in_two_parts_is_one() {
        assert_eq!(cleaned(&[&"收到".as_bytes()[..4], &"收到".as_bytes()[4..]]), ["收", "到", ""]);
        assert_eq!(cleaned(&[b"a\xe4\xb8"]), ["a", "\u{fffd}"]);
        assert_eq!(cleaned(&[b"a\xffb"]), ["a\u{fffd}b", ""]);
    }

    #[test]
    fn a_sequence_in_two_parts_is_gone_as_a_whole() {
        assert_eq!(cleaned(&[b"red\x1b", b"[3", b"1mrose"]), ["red", "", "rose", ""]);
        assert_eq!(cleaned(&[b"x\x1b]0;title", b"\x1b", b"\\y"]), ["x", "", "y", ""]);
        assert_eq!(cleaned(&["\u{9b}".as_bytes(), b"2Jz"]), ["", "z", ""]);
    }

    #[test]
    fn a_line_break_in_two_parts_is_one() {
        assert_eq!(cleaned(&[b"a\r", b"\nb\r", b"c\r"]), ["a", "\nb", "\nc", "\n"]);
    }

    #[test]
    fn a_mark_in_the_next_part_belongs_to_its_letter() {
        assert_eq!(cleaned(&["e".as_bytes(), "\u{301}".as_bytes()]), ["e", "\u{301}", ""]);
        assert_eq!(cleaned(&["👩\u{200d}".as_bytes(), "🚀".as_bytes()]), ["👩", "\u{200d}🚀", ""]);
    }

    #[test]
    fn a_sequence_without_an_end_hides_only_so_much() {
        let mut cleaner = Cleaner::default();
        assert_eq!(cleaner.feed(b"\x1b]0;"), "");
        assert_eq!(cleaner.feed(&[b'x'; LONGEST_SEQUENCE]), "");
        assert_eq!(cleaner.feed(b"seen"), "seen");
    }

    proptest! {
        #[test]
        fn the_cutting_changes_nothing(
            text in "[ab\\r\\n\\t\\x07\\x1b\\[\\];0-9m\u{9b}\u{85}明\u{202e}\u{301}\u{200d}]{0,60}",
            cuts in prop::collection::vec(0usize..120, 0..8),
        ) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).chain([0, bytes.len()]).collect();
            cuts.sort_unstable();
            let parts: Vec<_> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(cleaned(&parts).concat(), clean(&text));
        }

        #[test]
        fn nothing_that_acts_comes_through(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..6)) {
            let parts: Vec<_> = parts.iter().map(Vec::as_slice).collect();
            prop_assert!(cleaned(&parts).concat().chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
        }
    }
}
