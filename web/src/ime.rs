//! Which keys an input method takes: while it composes, nothing else may act on them, and Enter mustn't send.

/// The key code that browsers give to keys which an input method has taken.
pub(crate) const TAKEN: u32 = 229;

/// Safari ends the composition before it tells of the key that ended it; nobody types that fast.
const SAME_PRESS_MS: f64 = 50.0;

/// Whether an input method takes this key, so that it is for nobody else.
pub(crate) fn takes(event: &web_sys::KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == TAKEN
}

/// A press of a key in the composer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Press {
    /// `KeyboardEvent.isComposing`.
    pub(crate) composing: bool,
    /// `KeyboardEvent.keyCode`.
    pub(crate) key_code: u32,
    /// Milliseconds since a composition ended in the field, if one did.
    pub(crate) since_composition: Option<f64>,
}

impl Press {
    /// Whether an input method takes this key, so that it is for nobody else.
    pub(crate) fn is_of_input_method(self) -> bool {
        self.composing
            || self.key_code == TAKEN
            || self.since_composition.is_some_and(|elapsed| elapsed < SAME_PRESS_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Press = Press { composing: false, key_code: 13, since_composition: None };

    #[test]
    fn a_key_that_picks_a_word_is_for_nobody_else() {
        assert!(!PLAIN.is_of_input_method());
        assert!(Press { composing: true, ..PLAIN }.is_of_input_method());
        assert!(Press { key_code: TAKEN, ..PLAIN }.is_of_input_method());
        assert!(Press { since_composition: Some(3.0), ..PLAIN }.is_of_input_method());
        assert!(!Press { since_composition: Some(400.0), ..PLAIN }.is_of_input_method());
    }
}
