//! What is compared and never shown.

use std::fmt;

use subtle::ConstantTimeEq as _;

/// A word that somebody has to know.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The fewest characters that a secret has.
    pub const SHORTEST: usize = 16;

    /// One of these characters.
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// Whether somebody said it. How long that takes tells nothing but whether it has the right length.
    pub fn is(&self, said: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(said).into()
    }
}

/// What is told of a configuration may end up anywhere.
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_itself_alone_and_never_shown() {
        let secret = Secret::new("0123456789abcdef".to_owned());
        assert!(secret.is(b"0123456789abcdef"));
        for other in [&b"0123456789abcdeF"[..], b"0123456789abcde", b"0123456789abcdef0", b""] {
            assert!(!secret.is(other));
        }
        assert!(!format!("{secret:?}").contains("0123"));
    }
}
