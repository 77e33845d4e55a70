//! What stands on lines of its own: code, quotes, lists, and text between them.

use super::inline;
use super::{Block, Inline, Item};

/// How many quotes and lists may stand in each other. Deeper markers are text.
const DEPTH: usize = 4;

/// So far an item's further lines are indented, at least.
const INDENT: usize = 2;

/// Columns that a tab takes.
const TAB: usize = 4;

/// Reads lines that belong together, inside so many quotes and lists.
pub(super) fn blocks(lines: &[&str], depth: usize) -> Vec<Block> {
    let mut reader = Reader { lines, at: 0, depth, blocks: Vec::new(), text: Vec::new() };
    while let Some(line) = reader.peek() {
        let is_block = reader.code(line) || (depth < DEPTH && (reader.quote(line) || reader.list(line)));
        if !is_block {
            reader.text.push(line);
            reader.at += 1;
        }
    }
    reader.end_text();
    reader.blocks
}

struct Reader<'a> {
    lines: &'a [&'a str],
    at: usize,
    depth: usize,
    blocks: Vec<Block>,
    /// Lines of running text that no block has ended yet.
    text: Vec<&'a str>,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.at).copied()
    }

    /// The running text so far becomes a block. Blank lines around it part it from what is beside it, no more.
    fn end_text(&mut self) {
        let lines = std::mem::take(&mut self.text);
        let is_blank = |line: &&str| line.trim().is_empty();
        let Some(first) = lines.iter().position(|line| !is_blank(line)) else { return };
        let last = lines.iter().rposition(|line| !is_blank(line)).unwrap_or(first);
        let mut nodes = Vec::new();
        for (n, line) in lines[first..=last].iter().enumerate() {
            if n > 0 {
                push_text(&mut nodes, "\n");
            }
            inline::line(line, true, &mut nodes);
        }
        self.blocks.push(Block::Text(nodes));
    }

    /// Takes a block of code, if this line starts one.
    fn code(&mut self, line: &str) -> bool {
        let Some((ticks, info)) = fence(line) else { return false };
        let rest = &self.lines[self.at + 1..];
        // The mark alone is no block: somebody wrote about it.
        if rest.is_empty() {
            return false;
        }
        self.end_text();
        let is_end = |line: &&str| fence(line).is_some_and(|(closing, info)| closing >= ticks && info.is_empty());
        let end = rest.iter().position(is_end);
        let code = &rest[..end.unwrap_or(rest.len())];
        self.at += 1 + code.len() + usize::from(end.is_some());
        let block = if info.is_empty() || is_language(info) {
            let language = Some(info.to_owned()).filter(|info| !info.is_empty());
            Block::Code { language, text: code.join("\n") }
        } else {
            // Some write the first line of the code beside the mark.
            let first = std::iter::once(info);
            let text = first.chain(code.iter().copied()).collect::<Vec<_>>().join("\n");
            Block::Code { language: None, text }
        };
        self.blocks.push(block);
        true
    }

    /// Takes a quote, if this line starts one.
    fn quote(&mut self, line: &str) -> bool {
        if quoted(line).is_none_or(|said| said.trim().is_empty()) {
            return false;
        }
        self.end_text();
        let said: Vec<&str> = self.lines[self.at..].iter().map_while(|line| quoted(line)).collect();
        self.at += said.len();
        self.blocks.push(Block::Quote(blocks(&said, self.depth + 1)));
        true
    }

    /// Takes a list, if this line starts one.
    fn list(&mut self, line: &'a str) -> bool {
        let Some(first) = Marker::of(line).filter(|marker| marker.indent < TAB) else { return false };
        self.end_text();
        let mut items = Vec::new();
        let mut next = Some(first);
        while let Some(marker) = next {
            let mut lines = vec![marker.rest];
            self.at += 1;
            while let Some(line) = self.continuation(first.indent) {
                lines.push(without_indent(line, marker.content));
                self.at += 1;
            }
            items.push(Item { number: marker.number, blocks: blocks(&lines, self.depth + 1) });
            let same = |marker: &Marker<'_>| {
                marker.indent < first.indent + INDENT && marker.number.is_some() == first.number.is_some()
            };
            next = self.peek().and_then(Marker::of).filter(same);
        }
        self.blocks.push(Block::List(items));
        true
    }

    /// The line that comes next, if it goes on with an item: by its indentation, or as a blank line before such a one.
    fn continuation(&self, indent: usize) -> Option<&'a str> {
        let goes_on = |line: &str| !line.trim().is_empty() && indent_of(line) >= indent + INDENT;
        let line = self.peek()?;
        // One blank line, so that looking ahead costs nothing.
        let after_blank = || line.trim().is_empty() && self.lines.get(self.at + 1).is_some_and(|next| goes_on(next));
        (goes_on(line) || after_blank()).then_some(line)
    }
}

/// What starts an item.
#[derive(Clone, Copy)]
struct Marker<'a> {
    /// Columns before it.
    indent: usize,
    /// Columns before what the item says.
    content: usize,
    number: Option<u16>,
    /// What the item says on this line.
    rest: &'a str,
}

impl<'a> Marker<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let text = line.trim_start_matches([' ', '\t']);
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, width) = match text.as_bytes().get(digits)? {
            b'-' | b'*' if digits == 0 => (None, 1),
            // So long are numbers of lists, not years; and each shows as it was typed, so no `007`.
            b'.' | b')' if (1..=3).contains(&digits) && (digits == 1 || !text.starts_with('0')) => {
                (Some(text[..digits].parse().ok()?), digits + 1)
            }
            _ => return None,
        };
        let rest = text[width..].strip_prefix(' ')?;
        let indent = indent_of(line);
        (!rest.trim().is_empty()).then_some(Self { indent, content: indent + width + 1, number, rest })
    }
}

/// The length of a fence and what stands beside it.
fn fence(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches(' ');
    let ticks = text.bytes().take_while(|byte| *byte == b'`').count();
    let info = text[ticks..].trim();
    (line.len() - text.len() < TAB && ticks >= 3 && !info.contains('`')).then_some((ticks, info))
}

fn is_language(info: &str) -> bool {
    info.len() <= 20 && info.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-#._".contains(&b))
}

/// What a line quotes. A `>` needs a space after it: `>_<` and `>>> x` are something else.
fn quoted(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('>')?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(' ') }
}

fn indent_of(line: &str) -> usize {
    line.bytes().map_while(|byte| [(b' ', 1), (b'\t', TAB)].iter().find(|(b, _)| *b == byte)).map(|(_, n)| n).sum()
}

/// A line without up to so many columns of indentation.
fn without_indent(line: &str, columns: usize) -> &str {
    let mut left = columns;
    line.trim_start_matches(|c| {
        let width = if c == '\t' { TAB } else { usize::from(c == ' ') };
        let goes = width > 0 && width <= left;
        left -= if goes { width } else { 0 };
        goes
    })
}

/// Adds text after other nodes, to the last one if that is text.
pub(super) fn push_text(nodes: &mut Vec<Inline>, text: &str) {
    if let Some(Inline::Text(last)) = nodes.last_mut() {
        last.push_str(text);
    } else if !text.is_empty() {
        nodes.push(Inline::Text(text.to_owned()));
    }
}
