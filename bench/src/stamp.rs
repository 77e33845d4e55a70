//! What is said: 128 bytes that tell who sent them, the how-manieth it is, and when it was due.

use std::io::Write as _;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// How long each message is, in bytes.
pub const LENGTH: usize = 128;

/// What a text begins with; nothing else that a server says has it.
const MARK: &[u8] = b"stamp:";

/// Digits of sender, message and time, each followed by a dot. Of one width, so that all messages are equally long.
const WIDTHS: [usize; 3] = [6, 10, 20];

/// Where the digits end.
const HEAD: usize = MARK.len() + WIDTHS[0] + WIDTHS[1] + WIDTHS[2] + WIDTHS.len();

static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(MARK));

/// What a message tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Who sent it; less than a million.
    pub sender: u32,
    /// Counted from 0 for each sender; less than 10¹⁰.
    pub message: u64,
    /// When it was to be sent, in nanoseconds of the generator's clock.
    pub due: u64,
}

impl Stamp {
    /// The text, of [`LENGTH`] letters, digits, dots and a colon, which no encoding has to escape.
    pub fn text(self) -> String {
        let mut text = Vec::with_capacity(LENGTH);
        text.extend_from_slice(MARK);
        let [sender, message, due] = WIDTHS;
        // Writing into memory can't fail.
        let _ = write!(text, "{:0sender$}.{:0message$}.{:0due$}.", self.sender, self.message, self.due);
        text.resize(LENGTH, b'x');
        String::from_utf8(text).unwrap_or_default()
    }

    /// The stamp of the text that is somewhere in `unit`, if all 128 bytes of it are as they were sent.
    pub fn find(unit: &[u8]) -> Option<Self> {
        let text = unit.get(FINDER.find(unit)?..)?.get(..LENGTH)?;
        let mut fields = text.get(MARK.len()..HEAD)?.split(|&byte| byte == b'.');
        let mut field = |width| fields.next().filter(|digits| digits.len() == width).and_then(number);
        let [sender, message, due] = WIDTHS.map(&mut field);
        let whole = text[HEAD..].iter().all(|&byte| byte == b'x');
        let stamp = Self { sender: u32::try_from(sender?).ok()?, message: message?, due: due? };
        whole.then_some(stamp)
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_is_found_wherever_it_stands() {
        let stamp = Stamp { sender: 7, message: 123, due: 4_000_000_000 };
        let text = stamp.text();
        assert_eq!(text.len(), LENGTH);
        assert_eq!(Stamp::find(text.as_bytes()), Some(stamp));
        assert_eq!(Stamp::find(format!("{{\"text\":\"{text}\",\"via\":\"json\"}}\n").as_bytes()), Some(stamp));
    }

    #[test]
    fn a_text_that_was_changed_is_none() {
        let text = Stamp { sender: 7, message: 123, due: 0 }.text();
        for at in 0..LENGTH {
            let mut changed = text.clone().into_bytes();
            changed[at] = b'-';
            assert_eq!(Stamp::find(&changed), None, "byte {at}");
            assert_eq!(Stamp::find(&text.as_bytes()[..at]), None, "cut at {at}");
        }
    }
}
