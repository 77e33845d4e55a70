//! Properties of every text.

use proptest::prelude::*;

use super::super::*;

/// Pieces that mean something, in any order, with a little of everything between.
fn source() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "*", "**", "***", "_", "~~", "`", "``", "```", "> ", "- ", "* ", "1. ", "2) ", "\n", "\n\n", " ", "  ", "    ",
            "[", "](", ")", "(", "]", "https://", "http://a.example", "mailto:", "mailto:a@b.example", "[x](https://a.example)",
            "@", "@ann", "#", "#lobby", "\t", ">", "-", "<", "\\", ".", ",", "，", "“", "粗", "é", "a", "1", "rust", "👍", "\u{200d}", "\u{301}",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,4}",
        2 => "[a-z ]{0,6}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// What can be read of it, in order, with the addresses.
fn flat(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Text(nodes) => flat_nodes(nodes, out),
            Block::Code { language, text } => {
                out.extend(language.as_deref());
                out.push_str(text);
            }
            Block::Quote(blocks) => flat(blocks, out),
            Block::List(items) => {
                for item in items {
                    out.extend(item.number.map(|number| number.to_string()));
                    flat(&item.blocks, out);
                }
            }
        }
    }
}

fn flat_nodes(nodes: &[Inline], out: &mut String) {
    for node in nodes {
        match node {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Bold(nodes) | Inline::Italic(nodes) | Inline::Strike(nodes) => flat_nodes(nodes, out),
            Inline::Link { address, title } => {
                flat_nodes(title.as_deref().unwrap_or_default(), out);
                out.push_str(address);
            }
            Inline::Mention(name) => out.extend(["@", name]),
            Inline::Room(name) => out.extend(["#", name]),
        }
    }
}

/// The characters that no marker is made of.
fn others(text: &str) -> String {
    text.chars().filter(|c| !"*_~`>-.()[]".contains(*c) && !c.is_whitespace()).collect()
}

/// The same without what a reader can't know: markers that were left over, and the same mark twice. Between any two nodes
/// comes a comma beside which every marker means something.
fn tidy(blocks: Vec<Block>) -> Vec<Block> {
    let of = |block| match block {
        Block::Text(nodes) => {
            let mut nodes = tidy_nodes(nodes, [false; 3]);
            // After a list, an indented line would go on with that.
            if let Some(Inline::Text(first)) = nodes.first_mut() {
                *first = first.trim_start().to_owned();
            }
            Block::Text(nodes)
        }
        Block::Quote(blocks) => Block::Quote(tidy(blocks)),
        Block::List(items) => {
            let tidy = |item: Item| Item { number: item.number, blocks: tidy(item.blocks) };
            Block::List(items.into_iter().map(tidy).collect())
        }
        code @ Block::Code { .. } => code,
    };
    blocks.into_iter().map(of).collect()
}

const COMMA: &str = "，";

fn tidy_nodes(nodes: Vec<Inline>, inside: [bool; 3]) -> Vec<Inline> {
    let mut out = Vec::new();
    let push = |out: &mut Vec<Inline>, text: &str| match out.last_mut() {
        Some(Inline::Text(last)) => last.push_str(text),
        _ => out.push(Inline::Text(text.to_owned())),
    };
    let without = |text: &str, marks: &str| text.replace(|c: char| marks.contains(c), COMMA);
    let all: String = (' '..'\u{7f}').filter(char::is_ascii_punctuation).collect();
    for node in nodes {
        let (mark, make, inner): (usize, fn(Vec<Inline>) -> Inline, _) = match node {
            Inline::Text(text) => {
                push(&mut out, &without(&text, &all));
                continue;
            }
            Inline::Bold(inner) => (0, Inline::Bold, inner),
            Inline::Italic(inner) => (1, Inline::Italic, inner),
            Inline::Strike(inner) => (2, Inline::Strike, inner),
            node => {
                push(&mut out, COMMA);
                out.push(match node {
                    Inline::Code(code) => Inline::Code(without(&code, "[]()")),
                    Inline::Link { address, title } => {
                        let title = title.map(|title| tidy_nodes(title, [false; 3]));
                        Inline::Link { address, title }
                    }
                    node => node,
                });
                push(&mut out, COMMA);
                continue;
            }
        };
        let mut within = inside;
        within[mark] = true;
        let mut marked = vec![Inline::Text(COMMA.to_owned())];
        for node in tidy_nodes(inner, within) {
            match node {
                Inline::Text(text) => push(&mut marked, &text),
                node => marked.push(node),
            }
        }
        push(&mut marked, COMMA);
        push(&mut out, COMMA);
        if inside[mark] {
            for node in marked {
                match node {
                    Inline::Text(text) => push(&mut out, &text),
                    node => out.push(node),
                }
            }
        } else {
            out.push(make(marked));
        }
        push(&mut out, COMMA);
    }
    out
}

/// As somebody would write these nodes who marks everything in one way.
fn write(blocks: &[Block]) -> Vec<String> {
    let mut lines = Vec::new();
    for (n, block) in blocks.iter().enumerate() {
        // What would run together otherwise.
        if n > 0 {
            lines.push(String::new());
        }
        match block {
            Block::Text(nodes) => lines.extend(write_nodes(nodes).split('\n').map(str::to_owned)),
            Block::Code { language, text } => {
                let ticks = "`".repeat(3.max(1 + text.split(|c| c != '`').map(str::len).max().unwrap_or(0)));
                lines.push(ticks.clone() + language.as_deref().unwrap_or_default());
                lines.extend(text.split('\n').map(str::to_owned));
                lines.push(ticks);
            }
            Block::Quote(blocks) => lines.extend(write(blocks).into_iter().map(|line| format!("> {line}"))),
            Block::List(items) => {
                for item in items {
                    let marker = item.number.map_or_else(|| "- ".to_owned(), |number| format!("{number}. "));
                    let indent = " ".repeat(marker.len());
                    for (n, line) in write(&item.blocks).into_iter().enumerate() {
                        lines.push(if n == 0 { format!("{marker}{line}") } else { format!("{indent}{line}") });
                    }
                }
            }
        }
    }
    lines
}

fn write_nodes(nodes: &[Inline]) -> String {
    let marked = |marker: &str, nodes: &[Inline]| format!("{marker}{}{marker}", write_nodes(nodes));
    let write = |node: &Inline| match node {
        Inline::Text(text) => text.clone(),
        Inline::Bold(nodes) => marked("**", nodes),
        Inline::Italic(nodes) => marked("*", nodes),
        Inline::Strike(nodes) => marked("~~", nodes),
        Inline::Code(code) => {
            let longest = code.split(|c| c != '`').map(str::len).collect::<Vec<_>>();
            let ticks = (1..=3).find(|len| !longest.contains(len)).map(|len| "`".repeat(len)).unwrap();
            let space = if code.starts_with(['`', ' ']) || code.ends_with(['`', ' ']) { " " } else { "" };
            let space = if code.trim().is_empty() { "" } else { space };
            format!("{ticks}{space}{code}{space}{ticks}")
        }
        Inline::Link { address, title: None } => address.clone(),
        Inline::Link { address, title: Some(title) } => format!("[{}]({address})", write_nodes(title)),
        Inline::Mention(name) => format!("@{name}"),
        Inline::Room(name) => format!("#{name}"),
    };
    nodes.iter().map(write).collect()
}

/// Two texts in a row, an empty one, or nodes in each other that no reading makes.
fn is_sound(nodes: &[Inline], depth: usize) -> bool {
    let two_texts = nodes.windows(2).any(|pair| matches!(pair, [Inline::Text(_), Inline::Text(_)]));
    let each = nodes.iter().all(|node| match node {
        Inline::Text(text) | Inline::Mention(text) | Inline::Room(text) => !text.is_empty(),
        Inline::Code(code) => !code.is_empty(),
        Inline::Bold(nodes) | Inline::Italic(nodes) | Inline::Strike(nodes) => {
            !nodes.is_empty() && is_sound(nodes, depth + 1)
        }
        Inline::Link { title, .. } => {
            title.as_deref().is_none_or(|title| !title.is_empty() && is_sound(title, depth + 1))
        }
    });
    !two_texts && each && depth <= 48
}

fn all_sound(blocks: &[Block]) -> bool {
    blocks.iter().all(|block| match block {
        Block::Text(nodes) => !nodes.is_empty() && is_sound(nodes, 0),
        Block::Code { .. } => true,
        Block::Quote(blocks) => all_sound(blocks),
        Block::List(items) => items.iter().all(|item| all_sound(&item.blocks)),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn nothing_is_lost_or_made_up(source in source()) {
        let blocks = parse(&source);
        let mut read = String::new();
        flat(&blocks, &mut read);
        prop_assert_eq!(others(&read), others(&source));
        // And what is left of the markers was there before: nothing is made up among them either.
        let mut left = source.chars();
        prop_assert!(read.chars().all(|c| left.any(|other| other == c)), "{:?} of {:?}", read, source);
        prop_assert!(all_sound(&blocks), "{:?}", blocks);
    }

    #[test]
    fn anything_at_all_is_read(source in "(?s).{0,200}") {
        let mut read = String::new();
        flat(&parse(&source), &mut read);
        prop_assert_eq!(others(&read), others(&source));
    }

    #[test]
    fn what_was_read_is_read_again(source in source()) {
        let blocks = tidy(parse(&source));
        let written = write(&blocks).join("\n");
        prop_assert_eq!(parse(&written), blocks, "{:?}", written);
    }

    #[test]
    fn text_without_a_marker_is_text(source in "[a-zA-Zéß粗字0-9 ,!?;'\"$%&=+/\\\\{}|^👍]{1,80}") {
        let expected = if source.trim().is_empty() { Vec::new() } else { vec![Block::Text(vec![Inline::Text(source.clone())])] };
        prop_assert_eq!(parse(&source), expected);
    }
}

/// With a hundred thousand characters, reading that is worse than linear would take an hour.
#[test]
fn hostile_texts_are_read_in_linear_time() {
    let pieces = [
        "*",
        "**",
        "***",
        "****",
        "*a ",
        "a* ",
        "**a ",
        "_a ",
        "a_ ",
        "~~a ",
        "*a **b ~~c _d ",
        "a* b** c~~ d_ ",
        "`",
        "` ",
        "``` ",
        "`` ` ``` ",
        "`a``b",
        "[",
        "](",
        "[](",
        "[a](",
        "[a](http://",
        "[a](http://b",
        "(",
        ")",
        "[(",
        "])",
        "http://",
        "http://a",
        "http://[",
        "http://a(",
        "http://a)",
        "mailto:",
        "mailto:a",
        "mailto:a@",
        "@",
        "@a",
        "#a",
        "#",
        "> ",
        ">",
        "- ",
        "1. ",
        "\n",
        "\n\n",
        "- \n",
        "> \n",
        "```\n",
        "``` a\n",
        "- a\n\n",
        "- a\n  ",
        "  ",
        "粗*",
        "粗**粗",
        "@粗",
        ":",
        "https:",
        "[a.b ",
        "[[x](http://a)",
        "a.b.",
        "\t",
        "1",
    ];
    for piece in pieces {
        parse(&piece.repeat(100_000 / piece.len().min(4)));
    }
    let t = std::time::Instant::now();
    parse(&("[".repeat(25_000) + &"](http://a)".repeat(25_000)));
    eprintln!("{:?}", t.elapsed());
    parse(&("[".repeat(25_000) + &"](http://a".repeat(25_000) + &")".repeat(25_000)));
    let stairs: String = (0..2_000).map(|n| format!("{}- x\n", " ".repeat(n))).collect();
    parse(&stairs);
}
