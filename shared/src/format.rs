//! Light formatting of what people say: text to nodes, which a page draws one by one.
//!
//! A small grammar of its own, because no well-kept parser gives this one. `pulldown-cmark`, the smallest of them, adds
//! 56 KB (brotli) to a page that may weigh 150, for HTML, tables, headings, images, references and footnotes that a
//! chat must not have; and `CommonMark`'s rule for `**` fails in Chinese, Japanese and Korean, which have no spaces around
//! it (commonmark-spec issue 650). What it took from `CommonMark` is how runs of markers find each other.
//!
//! The rules, which are for people who chat and who paste code:
//! - `**bold**`, `*italic*` or `_italic_`, `~~struck~~`, `` `code` ``: within one line, and only where words begin and
//!   end, so that `snake_case_name`, `2*3*4`, `__init__` and `src/**/*.rs` stay as they are. Where a script is written
//!   without spaces, `**粗体**` needs none, except with `_`.
//! - ` ``` ` and an optional language alone on a line starts a block of code, the same alone on a line ends it, or the
//!   end of the message. `> ` quotes. `- `, `* `, `1. ` and `1) ` make lists, which nest by indentation.
//! - `http:`, `https:` and `mailto:` addresses are links, bare or as `[text](address)`; no other scheme is, as it may act
//!   on the reader's machine. `@name` and `#room` are nodes.
//! - There is no escape character, because people paste `\*` and `C:\_x`: what must stay goes between backticks.
//!
//! Whatever isn't well formed stays text, character for character. Time is linear in the length of the text, and nesting
//! is bounded, whatever the text.

mod block;
mod boundary;
mod emoji;
mod inline;
mod link;
mod mention;

pub use emoji::is_only_emoji;
pub use mention::calls;

/// A part of a message that stands on lines of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text. Line breaks, blank lines and spaces in it are meant as they are: `\n` stands in its texts.
    Text(Vec<Inline>),
    /// Code, to be shown as it is.
    Code {
        /// What its author says that it is written in: up to 20 ASCII letters, digits and `+ - # . _`.
        language: Option<String>,
        /// The lines of it, without an end after the last one.
        text: String,
    },
    /// What somebody else said.
    Quote(Vec<Block>),
    /// A list; either all of its items have a number, or none has.
    List(Vec<Item>),
}

/// An item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its number as it was typed (0 to 999); `None` in a list of bullets.
    pub number: Option<u16>,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// As it is. Never empty, and never two in a row.
    Text(String),
    /// Important.
    Bold(Vec<Inline>),
    /// Stressed.
    Italic(Vec<Inline>),
    /// No longer so.
    Strike(Vec<Inline>),
    /// Code, to be shown as it is.
    Code(String),
    /// An address to go to.
    Link {
        /// As it was typed; it starts with `http://`, `https://` or `mailto:` in any case.
        address: String,
        /// What stands for it, if something does. It doesn't look like another address, but it is whatever its author
        /// wants: where the link leads must be shown beside it.
        title: Option<Vec<Inline>>,
    },
    /// Somebody who is called, without the `@`. There may be nobody of that name.
    Mention(String),
    /// A room, without the `#`. There may be none of that name.
    Room(String),
}

/// Reads a message.
pub fn parse(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.split('\n').collect();
    block::blocks(&lines, 0)
}

#[cfg(test)]
mod tests;
