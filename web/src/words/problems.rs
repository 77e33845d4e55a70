//! What is wrong with what somebody typed, in words.

use partyline_shared::InvalidName;

use super::tr;

/// Why a name can't be one. It goes on after a colon.
pub(crate) fn name(wrong: &InvalidName) -> String {
    match wrong {
        InvalidName::Empty => tr!("problems-name-empty"),
        InvalidName::TooLong(max) => tr!("problems-name-too-long", max = *max),
        InvalidName::BadStart => tr!("problems-name-start"),
        InvalidName::BadChar(character) => tr!("problems-name-character", character = character),
    }
}
