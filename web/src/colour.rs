//! The quiet colours and initials that people are told apart by.

use partyline_shared::light::{capital, lower};

/// How many colours the style sheet has (`--person-0` and so on).
pub(crate) const COLOURS: usize = 12;

/// The class of somebody's colour: the same for one name on every page, however it is capitalised.
pub(crate) fn class(name: &str) -> String {
    format!("person-{}", index(name))
}

/// What stands in somebody's picture.
pub(crate) fn initial(name: &str) -> String {
    name.chars().next().map(|first| capital(first).to_string()).unwrap_or_default()
}

/// FNV-1a: names that differ in one letter get colours that have nothing to do with each other.
fn index(name: &str) -> usize {
    let hash =
        lower(name).bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 15)) as usize % COLOURS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_colour_whatever_its_case() {
        assert_eq!(class("Ann"), class("aNN"));
        assert_eq!(initial("émile"), "É");
        assert_eq!(initial("小明"), "小");
        assert_eq!(initial(""), "");
    }

    #[test]
    fn names_spread_over_all_colours() {
        let used: std::collections::BTreeSet<_> = (0..200).map(|n| index(&format!("guest-{n}"))).collect();
        assert_eq!(used.len(), COLOURS);
    }

    /// The colours of the light theme and of the dark one, by custom property.
    fn themes() -> [std::collections::BTreeMap<&'static str, &'static str>; 2] {
        let css = include_str!("../style/theme.css");
        let pairs = css.lines().filter_map(|line| {
            let (name, value) = line.trim().split_once(": light-dark(")?;
            let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
            light.starts_with('#').then_some((name, light, dark))
        });
        let (light, dark) = pairs.map(|(name, light, dark)| ((name, light), (name, dark))).unzip();
        [light, dark]
    }

    /// WCAG 2 relative luminance of `#rrggbb`.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn all_text_colours_can_be_read_in_both_themes() {
        for theme in themes() {
            let people = (0..COLOURS).map(|n| format!("--person-{n}"));
            let others = ["--text", "--muted", "--accent", "--danger"].map(str::to_owned);
            for colour in people.chain(others) {
                for ground in ["--ground", "--panel", "--hover"] {
                    let ratio = contrast(theme[colour.as_str()], theme[ground]);
                    assert!(ratio >= 4.5, "{colour} on {ground}: {ratio:.2}");
                }
            }
            assert!(contrast(theme["--on-accent"], theme["--accent"]) >= 4.5);
            assert!(contrast(theme["--warn"], theme["--warn-soft"]) >= 4.5, "who is called");
        }
    }
}
