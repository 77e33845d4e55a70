//! What a server says, put into lines for a screen.

use crate::raw::Cleaner;

/// A line that is longer is shown in parts, in bytes.
const LONGEST_LINE: usize = 64 << 10;

/// Whole lines, as they come. A line that has no end yet is kept until somebody says that it is one: the servers of
/// the tutorials end no line, and a reply may come in parts.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    cleaner: Cleaner,
    line: String,
}

impl Replies {
    /// The lines that these bytes end, without the last one's end; `None` where they end none.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Option<String> {
        self.line.push_str(&self.cleaner.feed(bytes));
        if let Some(end) = self.line.rfind('\n') {
            let rest = self.line.split_off(end + 1);
            self.line.truncate(end);
            return Some(std::mem::replace(&mut self.line, rest));
        }
        (self.line.len() > LONGEST_LINE).then(|| std::mem::take(&mut self.line))
    }

    /// There is a line without an end.
    pub(crate) fn unfinished(&self) -> bool {
        !self.line.is_empty()
    }

    /// The line without an end, as far as it has come. What is only the start of a character stays.
    pub(crate) fn take(&mut self) -> Option<String> {
        Some(std::mem::take(&mut self.line)).filter(|line| !line.is_empty())
    }

    /// All that is left, where nothing more comes.
    pub(crate) fn finish(&mut self) -> Option<String> {
        let rest = self.cleaner.finish();
        self.line.push_str(&rest);
        let line = self.take()?;
        Some(line.strip_suffix('\n').unwrap_or(&line).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_shown_at_once_and_the_rest_when_it_is_asked_for() {
        let mut replies = Replies::default();
        assert_eq!(replies.feed(b"one\r\ntwo\nthr"), Some("one\ntwo".to_owned()));
        assert!(replies.unfinished());
        assert_eq!(replies.feed(b"ee"), None);
        assert_eq!(replies.take(), Some("three".to_owned()));
        assert_eq!((replies.take(), replies.unfinished()), (None, false));
        assert_eq!(replies.feed(b"\n"), Some(String::new()));
        assert_eq!(replies.feed(&"收".as_bytes()[..2]), None);
        assert!(!replies.unfinished(), "a part of a character is nothing yet");
        assert_eq!(replies.feed(&"收".as_bytes()[2..]), None);
        assert_eq!(replies.finish(), Some("收".to_owned()));
        assert_eq!(replies.finish(), None);
    }

    #[test]
    fn a_line_without_an_end_is_bounded() {
        let mut replies = Replies::default();
        assert_eq!(replies.feed(&vec![b'x'; LONGEST_LINE]), None);
        assert_eq!(replies.feed(b"x").map(|line| line.len()), Some(LONGEST_LINE + 1));
    }
}
