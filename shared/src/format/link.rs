//! Addresses to go to: bare, or with a text that stands for them.

mod honest;

use super::boundary::is_word;

/// The schemes that make a link. Any other may act on the reader's machine.
const WEB: [&str; 2] = ["https://", "http://"];
const MAIL: &str = "mailto:";

/// What may stand for an address has at most so many bytes.
const TITLE: usize = 400;

/// What is known of a line's brackets.
#[derive(Default)]
pub(super) struct Links {
    /// Where each bracket closes that does, by where it opens; only where a line may hold a titled link.
    brackets: Vec<(usize, usize)>,
}

impl Links {
    /// Looks over a line.
    pub(super) fn of(text: &str) -> Self {
        if !text.contains("](") {
            return Self::default();
        }
        let (mut square, mut round) = (Vec::new(), Vec::new());
        let mut brackets = Vec::new();
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'[' => square.push(at),
                b'(' => round.push(at),
                b']' => brackets.extend(square.pop().map(|open| (open, at))),
                b')' => brackets.extend(round.pop().map(|open| (open, at))),
                _ => {}
            }
        }
        brackets.sort_unstable();
        Self { brackets }
    }

    fn closing(&self, open: usize) -> Option<usize> {
        self.brackets.binary_search_by_key(&open, |(open, _)| *open).ok().map(|at| self.brackets[at].1)
    }

    /// The title, the address and the end of what starts with a `[` here.
    pub(super) fn titled<'a>(&self, text: &'a str, at: usize) -> Option<(&'a str, &'a str, usize)> {
        let close = self.closing(at)?;
        let title = &text[at + 1..close];
        if !text[close + 1..].starts_with('(') || title.len() > TITLE || title.trim().is_empty() {
            return None;
        }
        let end = self.closing(close + 1)?;
        let address = &text[close + 2..end];
        // Where another one starts inside, this one has been looked at far enough: so each byte is looked at once.
        let whole = prefix(address)? && !address.contains(stops) && !address.contains("](");
        (whole && honest::may_stand_for(title, address)).then_some((title, address, end + 1))
    }
}
/// Where a bare address starts and ends whose scheme ends with the colon here. Before `from` it can't start.
pub(super) fn bare(text: &str, from: usize, colon: usize) -> Option<(usize, usize)> {
    let before = &text[from..colon];
    let scheme = ["https", "http", "mailto"].into_iter().find(|scheme| {
        let at = before.len().checked_sub(scheme.len());
        at.and_then(|at| before.get(at..)).is_some_and(|word| word.eq_ignore_ascii_case(scheme))
    })?;
    let start = colon - scheme.len();
    let in_word = text[..start].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
    let address = &text[start..];
    (!in_word && prefix(address)?).then(|| (start, start + length(address)))
}

/// Whether something stands after the scheme that an address could start with; `None` without a scheme.
fn prefix(address: &str) -> Option<bool> {
    let after = |scheme: &str| {
        let start = address.get(..scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then(|| &address[scheme.len()..])
    };
    if let Some(to) = after(MAIL) {
        let is_local = |c: char| is_word(c) || "._%+-".contains(c);
        let (local, domain) = to.split_at(to.find(|c| !is_local(c)).unwrap_or(to.len()));
        let domain = domain.strip_prefix('@').unwrap_or_default();
        return Some(!local.is_empty() && domain.starts_with(is_word));
    }
    let host = WEB.into_iter().find_map(after)?;
    Some(match host.strip_prefix('[') {
        // An IPv6 address.
        Some(v6) => v6
            .find(|c: char| !c.is_ascii_hexdigit() && c != ':' && c != '.')
            .is_some_and(|end| end > 1 && v6[end..].starts_with(']')),
        None => host.starts_with(is_word),
    })
}

/// What no address goes past: white space, quotes, brackets of markup, the punctuation of a script written without
/// spaces; and the backslash, which browsers read as a slash.
fn stops(c: char) -> bool {
    c.is_whitespace()
        || (c.is_ascii() && "<>\"`\\^|".contains(c))
        || "，。、；：！？（）「」『』【】《》“”‘’…".contains(c)
}

/// How many bytes of a text that starts with an address are the address: without the full stop, the bracket or the
/// marker that belongs to the sentence around it.
fn length(text: &str) -> usize {
    let mut link = &text[..text.find(stops).unwrap_or(text.len())];
    // Doubled markers end it too: where scripts have no spaces, nothing else would.
    for marker in ["**", "~~"] {
        link = link.split(marker).next().unwrap_or(link);
    }
    let mut surplus = [('(', ')'), ('[', ']'), ('{', '}')]
        .map(|(open, close)| (close, link.matches(close).count().saturating_sub(link.matches(open).count())));
    while let Some(last) = link.chars().next_back() {
        let cut = match surplus.iter_mut().find(|(close, _)| *close == last) {
            Some((_, 0)) => false,
            Some((_, count)) => {
                *count -= 1;
                true
            }
            None => matches!(last, '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '_' | '~'),
        };
        if !cut {
            break;
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link.len()
}
