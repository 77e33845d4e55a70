//! Who is called.

use super::boundary::is_unspaced;
use crate::light::lower;

/// Whether a [`Mention`](super::Inline::Mention) of this name calls somebody of this nick, in any case. In a script without
/// spaces nothing tells where a name ends, so there it is enough that it begins with the nick: `@小明你好`.
pub fn calls(name: &str, nick: &str) -> bool {
    let (name, nick) = (lower(name), lower(nick));
    let rest = name.strip_prefix(&nick).filter(|_| !nick.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(is_unspaced))
}

#[cfg(test)]
mod tests {
    use super::calls;

    #[test]
    fn a_name_calls_whoever_has_it() {
        assert!(calls("ann", "Ann") && calls("ANN", "ann") && calls("小明你好", "小明") && calls("ann你好", "ann"));
        assert!(!calls("anna", "ann") && !calls("an", "ann") && !calls("ann", "") && !calls("ann-2", "ann"));
    }
}
