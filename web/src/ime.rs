//! When Enter sends: not while an input method uses the key to pick a word.

/// The key code that browsers give to keys which an input method has taken.
const TAKEN: u32 = 229;

/// Safari ends the composition before it tells of the Enter that ended it; nobody types that fast.
const SAME_PRESS_MS: f64 = 50.0;

/// Whether an input method takes this key, so that it is for nobody else.
pub(crate) fn takes(event: &web_sys::KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == TAKEN
}

/// A press of the Enter key in the composer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Enter {
    /// Shift, Control, Alt or Meta was held too.
    pub(crate) modified: bool,
    /// `KeyboardEvent.isComposing`.
    pub(crate) composing: bool,
    /// `KeyboardEvent.keyCode`.
    pub(crate) key_code: u32,
    /// Milliseconds since a composition ended in the field, if one did.
    pub(crate) since_composition: Option<f64>,
}

impl Enter {
    /// Whether this press means "send".
    pub(crate) fn sends(self) -> bool {
        let of_input_method = self.composing
            || self.key_code == TAKEN
            || self.since_composition.is_some_and(|elapsed| elapsed < SAME_PRESS_MS);
        !self.modified && !of_input_method
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Enter = Enter { modified: false, composing: false, key_code: 13, since_composition: None };

    #[test]
    fn a_plain_enter_sends_and_a_modified_one_breaks_the_line() {
        assert!(PLAIN.sends());
        assert!(!Enter { modified: true, ..PLAIN }.sends());
    }

    #[test]
    fn an_enter_that_picks_a_word_sends_nothing() {
        assert!(!Enter { composing: true, ..PLAIN }.sends());
        assert!(!Enter { key_code: TAKEN, ..PLAIN }.sends());
        assert!(!Enter { since_composition: Some(3.0), ..PLAIN }.sends());
        assert!(Enter { since_composition: Some(400.0), ..PLAIN }.sends());
    }
}
