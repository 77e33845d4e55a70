//! What acts rather than shows: escape sequences, control characters, the many ways to break a line.

use std::borrow::Cow;

/// Stands for a tab while escape sequences are taken out: the stripper takes tabs for commands to a terminal, and
/// here they are white space. A noncharacter, so that nothing which may be said is mistaken for it.
const TAB: char = '\u{fffe}';

/// Takes out escape sequences as a whole (CSI, OSC, DCS, SOS, PM, APC and the rest, in 7 and in 8 bits, finished or
/// not), then control characters. Every way to break a line becomes `\n`; tabs stay.
pub fn strip_controls(text: &str) -> Cow<'_, str> {
    let acts = |c: char| (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}');
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut broken = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    broken.push('\n');
                }
            }
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => broken.push('\n'),
            // A C1 control is the eight-bit form of ESC and a letter (ECMA-48 5.3): spelt out, so that the
            // sequence it starts is removed with it.
            '\u{80}'..='\u{9f}' => {
                broken.push('\u{1b}');
                broken.extend(char::from_u32(u32::from(c) - 0x40));
            }
            '\t' => broken.push(TAB),
            TAB => {}
            _ => broken.push(c),
        }
    }
    let stripped = if broken.contains('\u{1b}') { strip_ansi_escapes::strip_str(&broken) } else { broken };
    let kept = stripped.chars().filter_map(|c| match c {
        TAB => Some('\t'),
        _ => (c == '\n' || !c.is_control()).then_some(c),
    });
    Cow::Owned(kept.collect())
}
