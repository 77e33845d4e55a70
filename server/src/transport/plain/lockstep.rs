//! The answers to a client that reads once after each thing it says.

use std::collections::VecDeque;

/// What a client in lockstep reads at a time: the tutorials' `recv(1024)`.
pub(super) const ANSWER_BYTES: usize = 1024;

/// What is kept for a client until it says something again. Beyond that the oldest goes: a person who reads
/// once an hour is shown the latest, and told that there was more.
const BACKLOG_BYTES: usize = 64 * 1024;

/// The longest line: a longer one comes in pieces, so that each fits beside a receipt.
const LINE_BYTES: usize = 480;

/// Lines that a client in lockstep has yet to be shown.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    lines: VecDeque<String>,
    bytes: usize,
    left_out: usize,
}

impl Backlog {
    /// Keeps whole lines.
    pub(super) fn push(&mut self, text: &str) {
        for mut line in text.lines() {
            while !line.is_empty() {
                let (piece, rest) = line.split_at(floor(line, LINE_BYTES));
                self.bytes += piece.len();
                self.lines.push_back(piece.to_owned());
                line = rest;
            }
        }
        while self.bytes > BACKLOG_BYTES {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.len();
            self.left_out += 1;
        }
    }

    /// An answer of at most [`ANSWER_BYTES`]: `text`, cut where it is longer, and as many kept lines as fit.
    pub(super) fn answer(&mut self, text: &str) -> String {
        let text = text.trim_end_matches('\n');
        let mut answer = text[..floor(text, ANSWER_BYTES)].to_owned();
        if self.left_out > 0 {
            let notice = format!("\n-- {} earlier lines are left out; /history shows the latest", self.left_out);
            if answer.len() + notice.len() <= ANSWER_BYTES {
                answer += &notice;
                self.left_out = 0;
            }
        }
        while let Some(line) = self.lines.front()
            && answer.len() + 1 + line.len() <= ANSWER_BYTES
        {
            answer.push('\n');
            answer += line;
            self.bytes -= line.len();
            self.lines.pop_front();
        }
        answer
    }

    /// Everything, for a client that has shown that it reads lines.
    pub(super) fn take_all(&mut self) -> String {
        self.bytes = 0;
        self.left_out = 0;
        self.lines.drain(..).map(|line| line + "\n").collect()
    }
}

/// The longest start of a text that has at most so many bytes and ends between two characters.
fn floor(text: &str, bytes: usize) -> usize {
    text.floor_char_boundary(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_fits_comes_and_the_rest_comes_next() {
        let mut backlog = Backlog::default();
        for n in 0..100 {
            backlog.push(&format!("ann: {n:0>40}\n"));
        }
        let first = backlog.answer("收到你的消息hi\n");
        assert!(first.starts_with("收到你的消息hi\nann: 0000"));
        let lines: Vec<_> = first.lines().skip(1).collect();
        assert_eq!(lines.len(), (ANSWER_BYTES - "收到你的消息hi".len()) / 46);
        let second = backlog.answer("ok");
        assert!(second.contains(&format!("ann: {:0>40}", lines.len())), "the next line opens the next answer");
    }

    #[test]
    fn a_backlog_is_bounded_and_says_what_is_missing() {
        let mut backlog = Backlog::default();
        for n in 0..10_000 {
            backlog.push(&format!("ann: {n} and something to fill the line\n"));
        }
        assert!(backlog.bytes <= BACKLOG_BYTES);
        assert!(backlog.answer("ok").contains("earlier lines are left out"));
        assert!(!backlog.answer("ok").contains("left out"), "it is said once");
    }

    proptest! {
        #[test]
        fn an_answer_is_never_longer_than_one_read(texts in prop::collection::vec("\\PC{0,1500}", 0..20), own in "\\PC{0,2000}") {
            let mut backlog = Backlog::default();
            for text in &texts {
                backlog.push(text);
            }
            let kept: usize = backlog.bytes;
            let mut shown = 0;
            for _ in 0..200 {
                let answer = backlog.answer(&own);
                prop_assert!(answer.len() <= ANSWER_BYTES);
                if backlog.lines.is_empty() { break }
                shown = backlog.answer("ok").len();
                prop_assert!(shown <= ANSWER_BYTES);
            }
            prop_assert!(backlog.lines.is_empty(), "all of {} bytes is shown in the end ({})", kept, shown);
        }
    }
}
