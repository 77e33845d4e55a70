//! Keys that are pressed together.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// Keys to be pressed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chord {
    /// `KeyboardEvent.key`; a letter in lower case.
    key: &'static str,
    /// Command on Apple's keyboards, Control on others.
    primary: bool,
    alt: bool,
    shift: bool,
}

impl Chord {
    /// A key by itself.
    pub(crate) const fn plain(key: &'static str) -> Self {
        Self { key, primary: false, alt: false, shift: false }
    }

    /// A key with Control, or Command.
    pub(crate) const fn primary(key: &'static str) -> Self {
        Self { primary: true, ..Self::plain(key) }
    }

    /// A key with Alt, or Option.
    pub(crate) const fn alt(key: &'static str) -> Self {
        Self { alt: true, ..Self::plain(key) }
    }

    /// That with Shift.
    pub(crate) const fn shift(self) -> Self {
        Self { shift: true, ..self }
    }

    /// Whether these are the keys that were pressed.
    pub(crate) fn is(&self, press: &Press) -> bool {
        let (control, command) = if press.mac { (false, self.primary) } else { (self.primary, false) };
        let held = (press.control, press.meta, press.alt) == (control, command, self.alt);
        // Whether a sign needs Shift depends on the keyboard.
        let is_sign = self.key.len() == 1 && !self.key.as_bytes()[0].is_ascii_alphanumeric();
        held && (is_sign || press.shift == self.shift) && self.is_key(press)
    }

    /// A keyboard for another script has the letter in another place of the event.
    fn is_key(&self, press: &Press) -> bool {
        let is_letter = self.key.len() == 1 && self.key.as_bytes()[0].is_ascii_lowercase();
        press.key.eq_ignore_ascii_case(self.key)
            || (is_letter
                && !press.key.is_ascii()
                && press.code.strip_prefix("Key").is_some_and(|code| code.eq_ignore_ascii_case(self.key)))
    }

    /// The keys as they are written on the keyboard.
    pub(crate) fn caps(&self, mac: bool) -> Vec<String> {
        let held = [
            (self.primary, if mac { "⌘" } else { "Ctrl" }),
            (self.alt, if mac { "⌥" } else { "Alt" }),
            (self.shift, if mac { "⇧" } else { "Shift" }),
        ];
        let key = match self.key {
            "ArrowUp" => "↑".to_owned(),
            "ArrowDown" => "↓".to_owned(),
            "Escape" => "Esc".to_owned(),
            "PageUp" => "Page Up".to_owned(),
            "PageDown" => "Page Down".to_owned(),
            other => capitalised(other),
        };
        held.into_iter().filter(|(held, _)| *held).map(|(_, cap)| cap.to_owned()).chain([key]).collect()
    }

    /// The keys for `aria-keyshortcuts`.
    pub(crate) fn aria(&self, mac: bool) -> String {
        let held = [(self.primary, if mac { "Meta+" } else { "Control+" }), (self.alt, "Alt+"), (self.shift, "Shift+")];
        let held: String = held.into_iter().filter(|(held, _)| *held).map(|(_, name)| name).collect();
        held + &capitalised(self.key)
    }

    /// A press of exactly these.
    #[cfg(test)]
    pub(super) fn press(&self, mac: bool) -> Press {
        Press {
            key: self.key.to_owned(),
            code: String::new(),
            control: self.primary && !mac,
            meta: self.primary && mac,
            alt: self.alt,
            shift: self.shift,
            mac,
        }
    }
}

/// A letter is written on its key as a capital; the names of other keys start with one.
fn capitalised(key: &str) -> String {
    if key.len() == 1 { key.to_ascii_uppercase() } else { key.to_owned() }
}

/// Keys that were pressed together.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a key that is held or not, each")]
pub(crate) struct Press {
    key: String,
    code: String,
    control: bool,
    meta: bool,
    alt: bool,
    shift: bool,
    mac: bool,
}

impl Press {
    /// What an event says; `None` for what an input method takes.
    pub(crate) fn of(event: &KeyboardEvent) -> Option<Self> {
        if crate::ime::takes(event) {
            return None;
        }
        Some(Self {
            key: event.key(),
            code: event.code(),
            control: event.ctrl_key(),
            meta: event.meta_key(),
            alt: event.alt_key(),
            shift: event.shift_key(),
            mac: is_mac(),
        })
    }

    /// It writes something, if there is a field to write it in.
    pub(crate) fn types(&self) -> bool {
        self.key.chars().count() == 1 && !self.control && !self.meta && !self.alt
    }
}

/// Whether the keyboard is Apple's, as far as the browser says.
pub(crate) fn is_mac() -> bool {
    let platform = window().navigator().platform().unwrap_or_default();
    ["Mac", "iPhone", "iPad"].iter().any(|apple| platform.starts_with(apple))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press {
        Press { key: key.to_owned(), ..Press::default() }
    }

    #[test]
    fn the_primary_key_is_command_on_apples_keyboards_and_control_on_others() {
        let chord = Chord::primary("k");
        assert!(chord.is(&Press { control: true, ..press("k") }));
        assert!(chord.is(&Press { control: true, ..press("K") }), "caps lock");
        assert!(!chord.is(&Press { meta: true, ..press("k") }));
        assert!(chord.is(&Press { meta: true, mac: true, ..press("k") }));
        assert!(!chord.is(&Press { control: true, mac: true, ..press("k") }), "there it cuts the line off");
        assert!(!chord.is(&Press { control: true, alt: true, ..press("k") }), "AltGr writes");
        assert!(!chord.is(&Press { control: true, shift: true, ..press("K") }));
    }

    #[test]
    fn a_letter_is_found_on_keyboards_for_other_scripts_and_a_sign_however_it_is_written() {
        let russian = Press { control: true, code: "KeyK".to_owned(), ..press("л") };
        assert!(Chord::primary("k").is(&russian));
        let dvorak = Press { control: true, code: "KeyK".to_owned(), ..press("t") };
        assert!(!Chord::primary("k").is(&dvorak), "the letter counts where there is one");
        assert!(Chord::primary("/").is(&Press { control: true, shift: true, ..press("/") }), "German");
        assert!(Chord::plain("?").is(&Press { shift: true, ..press("?") }));
    }

    #[test]
    fn keys_are_called_what_is_written_on_them() {
        assert_eq!(Chord::primary("k").caps(false), ["Ctrl", "K"]);
        assert_eq!(Chord::primary("F6").shift().caps(true), ["⌘", "⇧", "F6"]);
        assert_eq!(Chord::alt("ArrowUp").caps(false), ["Alt", "↑"]);
        assert_eq!(Chord::plain("Escape").caps(false), ["Esc"]);
        assert_eq!(Chord::alt("ArrowUp").shift().aria(false), "Alt+Shift+ArrowUp");
        assert_eq!(Chord::primary("k").aria(true), "Meta+K");
    }
}
