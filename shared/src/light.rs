//! What a client can tell of names and texts by itself: enough to compare them, to point out a mistake while somebody
//! types, and to show what is on its way.
//!
//! It looks nothing up in Unicode's tables. They would be most of what a browser has to load, and a client's opinion
//! counts for nothing anyhow: the server checks each name and each text ([`crate::RoomName`], [`crate::Text`]), and
//! says how it spells what it took (`joined`, `sent`). So what is let through here may still be refused there, and what
//! is told apart here may still be the same; nothing that the server takes is refused here.

use crate::InvalidName;
use crate::text::visible::{is_blank, is_invisible};

/// In lower case, for those letters that have a rule for it: Latin, Greek and Cyrillic, as far as people are called
/// anything in them. The rest stays as it is.
pub fn lower(text: &str) -> String {
    text.chars().map(lower_letter).collect()
}

fn lower_letter(c: char) -> char {
    let by = match c {
        'A'..='Z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{de}' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => 0x20,
        '\u{400}'..='\u{40f}' => 0x50,
        // Pairs, the capital first. In between are letters that have no capital, and the dotted I, which has no small
        // letter of one character.
        '\u{100}'..='\u{12f}'
        | '\u{132}'..='\u{137}'
        | '\u{14a}'..='\u{177}'
        | '\u{460}'..='\u{481}'
        | '\u{48a}'..='\u{4bf}'
        | '\u{4d0}'..='\u{52f}'
        | '\u{1e00}'..='\u{1e95}'
        | '\u{1ea0}'..='\u{1eff}'
            if u32::from(c) % 2 == 0 =>
        {
            1
        }
        '\u{139}'..='\u{148}' | '\u{179}'..='\u{17e}' if u32::from(c) % 2 == 1 => 1,
        _ => 0,
    };
    char::from_u32(u32::from(c) + by).unwrap_or(c)
}

/// A letter as a capital, by the same rules.
pub fn capital(c: char) -> char {
    let others = [0x20, 0x50, 1].into_iter().filter_map(|by| char::from_u32(u32::from(c).checked_sub(by)?));
    others.into_iter().find(|&other| other != c && lower_letter(other) == c).unwrap_or(c)
}

/// Whether two spellings are certainly of the same name.
pub fn same_name(a: &str, b: &str) -> bool {
    a.chars().map(lower_letter).eq(b.chars().map(lower_letter))
}

/// What is certainly wrong with a name of at most so many characters.
///
/// # Errors
/// [`InvalidName`] says which rule of names it breaks.
pub fn check_name(name: &str, max_chars: usize) -> Result<(), InvalidName> {
    if name.chars().count() > max_chars {
        return Err(InvalidName::TooLong(max_chars));
    }
    let Some(first) = name.chars().next() else { return Err(InvalidName::Empty) };
    if let Some(bad) = name.chars().find(|&c| is_no_letter(c)) {
        return Err(InvalidName::BadChar(bad.escape_default().to_string()));
    }
    if matches!(first, '-' | '_') { Err(InvalidName::BadStart) } else { Ok(()) }
}

/// Whether a character may stand in a name, as far as a client can tell.
pub fn is_of_name(c: char) -> bool {
    !is_no_letter(c) && !c.is_whitespace()
}

/// What is neither a letter, a digit, a mark nor a dash, also once it is brought into its usual form: the signs that
/// people try in names.
#[expect(clippy::match_same_arms, reason = "an arm for each kind, so that each can say why it is there")]
pub(crate) fn is_no_letter(c: char) -> bool {
    match c {
        '-' | '_' => false,
        '\0'..='\u{7f}' => !c.is_ascii_alphanumeric(),
        '\u{80}'..='\u{a9}' | '\u{ab}'..='\u{b1}' | '\u{b6}' | '\u{b7}' | '\u{bb}' | '\u{bf}' | '×' | '÷' => true,
        // Punctuation, arrows, boxes and dingbats; of these blocks the circled letters and digits are letters.
        '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{205e}'
        | '\u{2190}'..='\u{245f}'
        | '\u{2500}'..='\u{2775}'
        | '\u{2794}'..='\u{2bff}'
        | '\u{3001}'..='\u{3003}'
        | '\u{3008}'..='\u{3020}' => true,
        // Game pieces, pictographs and emoji; but for the enclosed letters and digits among them.
        '\u{1f000}'..='\u{1f0ff}' | '\u{1f300}'..='\u{1fbef}' | '\u{e000}'..='\u{f8ff}' => true,
        _ => c.is_control() || c.is_whitespace() || is_invisible(c),
    }
}

/// A text as it will be said, but for what the server takes out of it: line breaks are `\n`, and there are none at its
/// start and no white space at its end. `None` where there is nothing to see in it.
pub fn message(text: &str) -> Option<String> {
    let broken = text.replace("\r\n", "\n").replace('\r', "\n");
    let trimmed = broken.trim_end().trim_start_matches('\n');
    (!trimmed.chars().all(is_blank)).then(|| trimmed.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Limits, RoomName, Text};

    fn limits() -> Limits {
        Limits { room_chars: 64, ..Limits::default() }
    }

    #[test]
    fn each_letter_is_lowered_as_the_standard_says_or_not_at_all() {
        let mut lowered = 0;
        for c in '\0'..=char::MAX {
            let lower = lower_letter(c);
            if lower != c {
                assert_eq!(c.to_lowercase().collect::<Vec<_>>(), [lower], "{c:?}");
                lowered += 1;
            }
        }
        assert!(lowered > 400, "{lowered}");
        for c in ["a", "é", "ж", "ё", "ą", "ω", "ß", "小", "9"].map(|c| c.chars().next().unwrap()) {
            let upper: Vec<_> = c.to_uppercase().collect();
            assert_eq!(capital(c), if upper.len() == 1 { upper[0] } else { c });
        }
        assert_eq!(lower("ÅSA Ж Ω ŽĐ"), "åsa ж ω žđ");
    }

    #[test]
    fn whatever_one_character_is_no_letter_here_is_none_for_the_server() {
        for c in '\0'..=char::MAX {
            let name = format!("a{c}");
            if check_name(&name, 64).is_err() {
                assert!(RoomName::new(&name, &limits()).is_err(), "{c:?}");
            }
        }
    }

    #[test]
    fn what_people_try_is_pointed_out() {
        for bad in ["", "a b", "-a", "a/b", "#a", "a\u{200b}", "😀", "a…", "a。", "a！", "x\u{202e}", "☎"] {
            let light = check_name(bad, 64);
            assert!(light.is_err() || bad == "a！", "{bad}");
            assert!(RoomName::new(bad, &limits()).is_err(), "{bad}");
        }
        assert_eq!(check_name(&"x".repeat(65), 64), Err(InvalidName::TooLong(64)));
        assert_eq!(check_name("a:b", 64), RoomName::new("a:b", &limits()).map(|_| ()));
    }

    #[test]
    fn a_message_is_trimmed_as_the_server_does() {
        for text in ["hi", "  hi \n", "\n\nhi\r\nthere\r", "a\rb", "\u{200b}", " \n\t", "", "\u{2800}", "x\n\ny"] {
            let theirs = Text::new(text, &limits()).ok().map(Text::into_string);
            assert_eq!(message(text), theirs, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_the_server_takes_is_not_refused(name in "\\PC{0,8}") {
            if RoomName::new(&name, &limits()).is_ok() {
                prop_assert_eq!(check_name(&name, 64), Ok(()));
            }
        }

        #[test]
        fn what_is_the_same_here_is_the_same_there(name in "[\\p{L}\\p{N}_-]{1,8}") {
            if let (Ok(name), Ok(lower)) = (RoomName::new(&name, &limits()), RoomName::new(&lower(&name), &limits())) {
                prop_assert_eq!(name.key(), lower.key());
                prop_assert!(same_name(name.as_str(), name.as_str()));
            }
        }
    }
}
