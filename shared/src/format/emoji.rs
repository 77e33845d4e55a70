//! Messages of nothing but emoji.

/// Most emoji of a message that are shown larger.
const FEW: usize = 6;

/// Whether a text is a few emoji and nothing else, so that it may be shown larger. Ranges will do for that: what they take
/// wrongly is a sign that stands alone.
pub fn is_only_emoji(text: &str) -> bool {
    let (mut emoji, mut joined, mut flag) = (0, false, false);
    for c in text.chars() {
        match c {
            ' ' | '\n' | '\u{fe0f}' | '\u{20e3}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' => {}
            '\u{200d}' => joined = true,
            // Two of these letters are a flag.
            '\u{1f1e6}'..='\u{1f1ff}' => {
                emoji += usize::from(!flag);
                flag = !flag;
            }
            '\u{231a}'..='\u{23ff}' | '\u{2600}'..='\u{27bf}' | '\u{2b1b}'..='\u{2b55}' | '\u{1f000}'..='\u{1faff}' => {
                emoji += usize::from(!joined);
                joined = false;
            }
            _ => return false,
        }
    }
    (1..=FEW).contains(&emoji)
}

#[cfg(test)]
mod tests {
    use super::is_only_emoji;

    #[test]
    fn a_few_emoji_are_told_from_text() {
        for emoji in ["👍", "👍🏽 🎉", "👨‍👩‍👧‍👦", "🇩🇪🇨🇳", "❤️", "🏴\u{e0067}\u{e0062}\u{e007f}", "☕\n☕"]
        {
            assert!(is_only_emoji(emoji), "{emoji}");
        }
        for text in ["", " ", "ok 👍", "好", "🎉🎉🎉🎉🎉🎉🎉", "1", "\u{fe0f}", "!"] {
            assert!(!is_only_emoji(text), "{text}");
        }
    }
}
