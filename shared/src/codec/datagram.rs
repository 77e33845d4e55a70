//! Datagrams: one is one message, in plain text, with one answer that is never longer than what it answers.

use super::plain::RECEIPT;

/// How an answer that isn't a receipt starts.
const ERROR: &str = "-- error: ";

/// Says what is wrong.
pub fn error(text: &str) -> String {
    format!("{ERROR}{text}")
}

/// As much of an answer as fits into so many bytes, without its line's end: a character is there or not.
pub fn cut(answer: &str, bytes: usize) -> &str {
    let answer = answer.trim_end_matches('\n');
    &answer[..answer.floor_char_boundary(bytes)]
}

/// Whether this could be what [`cut`] leaves of an answer of another server's.
pub fn looks_like_one(bytes: &[u8]) -> bool {
    [RECEIPT, ERROR].iter().any(|start| bytes.starts_with(start.as_bytes()) || start.as_bytes().starts_with(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::plain::receipt;
    use proptest::prelude::*;

    #[test]
    fn what_does_not_fit_is_left_out_character_by_character() {
        assert_eq!(cut(&receipt("hi"), 100), "收到你的消息hi");
        assert_eq!(cut(&receipt("hi"), 19), "收到你的消息h");
        assert_eq!(cut(&receipt("hi"), 7), "收到");
        assert_eq!(cut(&receipt("hi"), 2), "");
    }

    proptest! {
        #[test]
        fn answers_to_answers_come_to_an_end(said in "\\PC{1,40}", wrong in any::<bool>()) {
            let answer = if wrong { error("there is nothing to say") } else { receipt(&said) };
            let answer = cut(&answer, said.len());
            prop_assert!(answer.len() <= said.len());
            prop_assert!(looks_like_one(answer.as_bytes()));
        }
    }
}
