//! Where words begin and end.

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
    if c.is_ascii() { c.is_ascii_whitespace() || "([{\"'-:;,!?*_~".contains(c) } else { !c.is_alphanumeric() }
}

/// Whether a marker may end before this character.
fn ends_before(after: Option<char>) -> bool {
    let Some(c) = after else { return true };
    if c.is_ascii() { c.is_ascii_whitespace() || ".,;:!?)]}\"'-`".contains(c) } else { !c.is_alphanumeric() }
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

/// Whether names of people and rooms may hold this character. Which marks make up letters is known only with Unicode's
/// tables; whole blocks will do, as what isn't anybody's name leads nowhere.
pub(super) fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '\u{300}'..='\u{36f}') || is_mark_of_letters(c)
}

fn is_mark_of_letters(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{65f}' | '\u{900}'..='\u{df4}' | '\u{e31}'..='\u{e4e}'
        | '\u{f71}'..='\u{f84}' | '\u{102b}'..='\u{103e}' | '\u{17b4}'..='\u{17d3}')
        && !matches!(c, '\u{964}' | '\u{965}' | '\u{5be}' | '\u{5c0}' | '\u{5c3}' | '\u{5c6}' | '\u{e3f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_script_are_whole() {
        for name in ["ann", "小明", "नमस्ते", "Việt", "עברית", "ไทย", "မြန်မာ", "ខ្មែរ", "தமிழ்", "guest-4f", "a_b"]
        {
            assert!(name.chars().all(is_of_name), "{name}");
        }
        for other in ['.', ' ', '@', '，', '।', '!', '“', '\u{5be}', '฿'] {
            assert!(!is_of_name(other), "{other}");
        }
    }
}
