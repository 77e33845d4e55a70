//! Where words begin and end.

use crate::light::is_no_letter;

/// Of a script that is written without spaces between words, or whose particles follow a word at once (Korean); with
/// its punctuation. There a marker stands between any two characters.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        // Thai and Lao; Tibetan; Burmese; Hangul's parts; Khmer.
        '\u{e00}'..='\u{eff}' | '\u{f00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}'
        // Chinese, Japanese, Korean.
        | '\u{2e80}'..='\u{a4cf}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{1b000}'..='\u{1b2ff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether something may begin after this character: a word, a marker, a name.
pub(super) fn begins_after(before: Option<char>) -> bool {
    let Some(c) = before else { return true };
    if c.is_ascii() { c.is_ascii_whitespace() || "([{\"'-:;,!?*_~".contains(c) } else { !is_word(c) }
}

/// Whether a marker may end before this character.
fn ends_before(after: Option<char>) -> bool {
    let Some(c) = after else { return true };
    if c.is_ascii() { c.is_ascii_whitespace() || ".,;:!?)]}\"'-`".contains(c) } else { !is_word(c) }
}

/// Whether a run of markers may open and may close, by what stands around all markers that touch it.
pub(super) fn flanks(mark: u8, len: usize, before: Option<char>, after: Option<char>) -> (bool, bool) {
    let unspaced = |c: Option<char>| mark != b'_' && c.is_some_and(is_unspaced);
    let between = unspaced(before) || unspaced(after);
    let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
    let opens = !is_space(after) && after.is_some_and(|c| starts(c, len)) && (between || begins_after(before));
    // `/*`, `(*` and `foo/*` don't end anything.
    let can_end = !is_space(before) && before.is_some_and(|c| !"([{/\\".contains(c));
    (opens, can_end && (between || ends_before(after)))
}

/// Whether what is marked may start with this character: single markers before punctuation are wildcards, operators and
/// comments (`*.rs`, `*=`, `*/`), doubled ones before a slash are wildcards.
fn starts(c: char, len: usize) -> bool {
    if !c.is_ascii() || c.is_ascii_alphanumeric() {
        true
    } else if len == 1 {
        "\"'([{@#`".contains(c)
    } else {
        !"/\\)]},;".contains(c)
    }
}

/// Whether a character is of a word: a letter, a digit or a mark, as far as that can be told without Unicode's tables.
pub(super) fn is_word(c: char) -> bool {
    is_of_name(c) && c != '-' && c != '_'
}

/// Whether names of people and rooms may hold this character, as far as that can be told. What isn't anybody's name leads
/// nowhere.
pub(super) fn is_of_name(c: char) -> bool {
    !is_no_letter(c) && !is_punctuation(c)
}

/// The punctuation and the currencies of the scripts that most is written in, beside what no name holds for sure.
fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{55a}'..='\u{55f}' | '\u{589}' | '\u{5be}' | '\u{5c0}' | '\u{5c3}' | '\u{5c6}' | '\u{5f3}' | '\u{5f4}'
        | '\u{60c}' | '\u{61b}' | '\u{61e}' | '\u{61f}' | '\u{66a}'..='\u{66d}' | '\u{6d4}' | '\u{964}' | '\u{965}'
        | '\u{e3f}' | '\u{e4f}' | '\u{e5a}' | '\u{e5b}' | '\u{104a}'..='\u{104f}' | '\u{1361}'..='\u{1368}'
        | '\u{17d4}'..='\u{17d6}' | '\u{20a0}'..='\u{20cf}' | '\u{3004}' | '\u{3030}' | '\u{30a0}' | '\u{30fb}'
        | '\u{fe10}'..='\u{fe1f}' | '\u{fe30}'..='\u{fe6b}' | '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}'
        | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}' | '\u{ffe0}'..='\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::char::is_combining_mark;
    use unicode_normalization::is_nfkc;

    #[test]
    fn names_of_every_script_are_whole() {
        for name in ["ann", "小明", "नमस्ते", "Việt", "עברית", "ไทย", "မြန်မာ", "ខ្មែរ", "தமிழ்", "guest-4f", "a_b"]
        {
            assert!(name.chars().all(is_of_name), "{name}");
        }
        let letters = ('\0'..=char::MAX).filter(|c| c.is_alphanumeric() || is_combining_mark(*c));
        let lost: Vec<char> = letters.filter(|c| is_nfkc(&c.to_string()) && !is_word(*c)).collect();
        assert!(lost.iter().all(|c| crate::text::visible::is_invisible(*c)), "{lost:?}");
    }

    #[test]
    fn punctuation_ends_words() {
        for other in " .@!?/\\'\"()[]{}<>，。、；：！？（）「」『』【】《》“”‘’…—–·～।॥،؛؟־฿€・👍→★\u{3000}".chars()
        {
            assert!(!is_word(other), "{other}");
        }
    }
}
