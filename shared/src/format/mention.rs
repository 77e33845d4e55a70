//! Who is called.

use super::boundary::is_unspaced;
use super::{Block, Inline, parse};

/// Whether a message calls somebody of this nick: `@nick`, in any case, but neither in code nor in a quote, which was
/// heard before.
pub fn mentions(text: &str, nick: &str) -> bool {
    // Most messages call nobody, which costs next to nothing to find out.
    text.contains('@') && in_blocks(&parse(text), nick)
}

/// Whether a [`Inline::Mention`] of this name calls somebody of this nick. In a script without spaces nothing tells where
/// a name ends, so there it is enough that it begins with the nick: `@小明你好`.
pub fn calls(name: &str, nick: &str) -> bool {
    let (name, nick) = (name.to_lowercase(), nick.to_lowercase());
    let rest = name.strip_prefix(&nick).filter(|_| !nick.is_empty());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(is_unspaced))
}

fn in_blocks(blocks: &[Block], nick: &str) -> bool {
    blocks.iter().any(|block| match block {
        Block::Text(nodes) => in_nodes(nodes, nick),
        Block::Code { .. } | Block::Quote(_) => false,
        Block::List(items) => items.iter().any(|item| in_blocks(&item.blocks, nick)),
    })
}

fn in_nodes(nodes: &[Inline], nick: &str) -> bool {
    nodes.iter().any(|node| match node {
        Inline::Mention(name) => calls(name, nick),
        Inline::Bold(nodes) | Inline::Italic(nodes) | Inline::Strike(nodes) => in_nodes(nodes, nick),
        Inline::Text(_) | Inline::Code(_) | Inline::Link { .. } | Inline::Room(_) => false,
    })
}
