//! What stands in a line.

use super::Inline;
use super::block::push_text;
use super::boundary::{begins_after, flanks, is_of_name, is_unspaced, is_word};
use super::link::{self, Links};

/// Markers that may be open at a time; the oldest stays text then. It bounds how deep nodes nest: each run makes two.
const OPEN: usize = 8;

/// Characters that a name may have. Names are shorter; longer ones are none.
const NAME: usize = 64;

/// Adds a line's nodes. `active` is false in what stands for a link, which holds no other.
pub(super) fn line(text: &str, active: bool, nodes: &mut Vec<Inline>) {
    let mut tokens = Tokens { text, links: Links::of(text), active, ..Tokens::default() };
    tokens.read();
    let mut tokens = tokens.found;
    pair(&mut tokens);
    build(tokens, nodes);
}

enum Token<'a> {
    Text(&'a str),
    Node(Inline),
    Run(Run<'a>),
}

/// Some of the same marker in a row.
struct Run<'a> {
    text: &'a str,
    opens: bool,
    closes: bool,
    /// How many of it ended something, by the end.
    closed: Vec<usize>,
    /// How many of it began something, the innermost first.
    opened: Vec<usize>,
    /// How many are left.
    left: usize,
}

impl Run<'_> {
    fn mark(&self) -> u8 {
        self.text.as_bytes()[0]
    }

    /// Whether this ends what the other one began: one star isn't ended by two, which may begin something inside, as in
    /// `*斜**粗**体*`. Three are one and two.
    fn fits(&self, opener: &Self) -> bool {
        self.mark() == opener.mark() && (self.left == opener.left || self.left == 3 || opener.left == 3)
    }
}

#[derive(Default)]
struct Tokens<'a> {
    text: &'a str,
    links: Links,
    active: bool,
    found: Vec<Token<'a>>,
    /// Up to here it is in `found`.
    taken: usize,
    /// After this there is no run of so many backticks, where it was looked for.
    no_ticks: [Option<usize>; 3],
    /// An `_` may have opened.
    underscore: bool,
}

impl Tokens<'_> {
    fn read(&mut self) {
        let mut at = 0;
        // Everything that means something starts with one of these.
        while let Some(next) = self.text[at..].find(['*', '_', '~', '`', '[', '@', '#', ':']) {
            at = self.token(at + next);
        }
        self.text_up_to(self.text.len());
    }

    /// Reads what may start here, and returns where to go on.
    fn token(&mut self, at: usize) -> usize {
        let byte = self.text.as_bytes()[at];
        let found = match byte {
            b'*' | b'_' | b'~' => return self.cluster(at),
            b'`' => return self.ticks(at),
            _ if !self.active => None,
            b'[' => self.links.titled(self.text, at).map(|(title, address, end)| {
                let mut nodes = Vec::new();
                line(title, false, &mut nodes);
                (at, Inline::Link { address: address.to_owned(), title: Some(nodes) }, end)
            }),
            b':' => link::bare(self.text, self.taken, at).map(|(start, end)| {
                (start, Inline::Link { address: self.text[start..end].to_owned(), title: None }, end)
            }),
            _ => self.name(at).map(|end| {
                let name = self.text[at + 1..end].to_owned();
                (at, if byte == b'@' { Inline::Mention(name) } else { Inline::Room(name) }, end)
            }),
        };
        let Some((start, node, end)) = found else { return at + 1 };
        self.node(start, node, end)
    }

    fn text_up_to(&mut self, end: usize) {
        if self.taken < end {
            self.found.push(Token::Text(&self.text[self.taken..end]));
            self.taken = end;
        }
    }

    fn node(&mut self, start: usize, node: Inline, end: usize) -> usize {
        self.text_up_to(start);
        self.found.push(Token::Node(node));
        self.taken = end;
        end
    }

    fn before(&self, at: usize) -> Option<char> {
        self.text[..at].chars().next_back()
    }

    fn after(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next()
    }

    /// Runs that touch each other: all of them have the same around them.
    fn cluster(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let end = start + count(&bytes[start..], |byte| matches!(byte, b'*' | b'_' | b'~'));
        let (before, after) = (self.before(start), self.after(end));
        let mut at = start;
        while at < end {
            let mark = bytes[at];
            let len = count(&bytes[at..end], |byte| byte == mark);
            let means = matches!((mark, len), (b'*', 1..=3) | (b'_', 1) | (b'~', 2));
            let (opens, closes) = flanks(mark, len, before, after);
            if means && (opens || closes) {
                self.text_up_to(at);
                let text = &self.text[at..at + len];
                self.underscore |= mark == b'_' && opens;
                let run = Run { text, opens, closes, closed: Vec::new(), opened: Vec::new(), left: len };
                self.found.push(Token::Run(run));
                self.taken = at + len;
            }
            at += len;
        }
        end
    }

    /// Code between runs of backticks of one length.
    fn ticks(&mut self, start: usize) -> usize {
        let bytes = self.text.as_bytes();
        let len = count(&bytes[start..], |byte| byte == b'`');
        let begin = start + len;
        let Some(missing) = self.no_ticks.get(len - 1) else { return begin };
        if missing.is_some_and(|from| from <= start) {
            return begin;
        }
        let mut at = begin;
        while let Some(next) = self.text[at..].find('`') {
            let closing = at + next;
            let closing_len = count(&bytes[closing..], |byte| byte == b'`');
            if closing_len == len {
                let code = &self.text[begin..closing];
                // A space on both sides is there to part the code from the marks: `` `a` ``.
                let inner = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
                let code = inner.filter(|inner| !inner.trim().is_empty()).unwrap_or(code);
                return self.node(start, Inline::Code(code.to_owned()), closing + len);
            }
            at = closing + closing_len;
        }
        self.no_ticks[len - 1] = Some(start);
        begin
    }

    /// Where the name after an `@` or `#` ends, if there is one.
    fn name(&self, at: usize) -> Option<usize> {
        let before = self.before(at);
        if !begins_after(before) && !before.is_some_and(is_unspaced) {
            return None;
        }
        let rest = &self.text[at + 1..];
        let (mut len, mut chars) = (0, 0);
        for c in rest.chars().take_while(|c| is_of_name(*c)) {
            (len, chars) = (len + c.len_utf8(), chars + 1);
            if chars > NAME {
                return None;
            }
        }
        let mut name = &rest[..len];
        // The last `_` of `_@ann_` ends what the first began.
        if self.underscore {
            name = name.trim_end_matches('_');
        }
        let starts = name.starts_with(is_word);
        // `@user@host` and `@scope/package` are something else, as are `#42` and `#1d1d21`.
        let goes_on = matches!(self.after(at + 1 + name.len()), Some('@' | '#' | '/'));
        let is_number = self.text.as_bytes()[at] == b'#' && is_number_or_colour(name);
        (starts && !goes_on && !is_number).then_some(at + 1 + name.len())
    }
}

fn is_number_or_colour(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_hex = name.bytes().all(|byte| byte.is_ascii_hexdigit());
    digits == name.len() || (is_hex && digits > 0 && matches!(name.len(), 6 | 8))
}

fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| is(**byte)).count()
}

/// Lets closing runs find the nearest opening one of their marker, much as in `CommonMark` (appendix, "process emphasis").
/// What opened between them stays text. At most [`OPEN`] are looked at for each.
fn pair(tokens: &mut [Token<'_>]) {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..tokens.len() {
        let (before, rest) = tokens.split_at_mut(at);
        let Some(Token::Run(run)) = rest.first_mut() else { continue };
        while run.closes && run.left > 0 {
            let fits = |opener: &usize| matches!(&before[*opener], Token::Run(opener) if run.fits(opener));
            let Some(place) = open.iter().rposition(fits) else { break };
            open.truncate(place + 1);
            let Token::Run(opener) = &mut before[open[place]] else { break };
            let used = opener.left.min(run.left).min(2);
            (opener.left, run.left) = (opener.left - used, run.left - used);
            opener.opened.push(used);
            run.closed.push(used);
            if opener.left == 0 {
                open.truncate(place);
            }
        }
        if run.opens && run.left > 0 {
            if open.len() == OPEN {
                open.remove(0);
            }
            open.push(at);
        }
    }
}

/// Makes the tree. Pairs are nested in each other properly, as [`pair`] leaves nothing open inside one.
fn build(tokens: Vec<Token<'_>>, nodes: &mut Vec<Inline>) {
    let mut outer: Vec<Vec<Inline>> = Vec::new();
    let mut inner = std::mem::take(nodes);
    for token in tokens {
        let run = match token {
            Token::Text(text) => {
                push_text(&mut inner, text);
                continue;
            }
            Token::Node(node) => {
                inner.push(node);
                continue;
            }
            Token::Run(run) => run,
        };
        let mark = run.mark();
        for used in run.closed {
            let marked = std::mem::replace(&mut inner, outer.pop().unwrap_or_default());
            inner.push(match (mark, used) {
                (b'~', _) => Inline::Strike(marked),
                (_, 2) => Inline::Bold(marked),
                _ => Inline::Italic(marked),
            });
        }
        push_text(&mut inner, &run.text[..run.left]);
        for _ in run.opened {
            outer.push(std::mem::take(&mut inner));
        }
    }
    *nodes = inner;
}
