//! What is formatting and what isn't, and properties of every text.

mod properties;

use super::*;

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn bold(inner: &str) -> Inline {
    Inline::Bold(vec![text(inner)])
}

fn italic(inner: &str) -> Inline {
    Inline::Italic(vec![text(inner)])
}

fn code(inner: &str) -> Inline {
    Inline::Code(inner.to_owned())
}

fn link(address: &str) -> Inline {
    Inline::Link { address: address.to_owned(), title: None }
}

fn titled(title: &str, address: &str) -> Inline {
    Inline::Link { address: address.to_owned(), title: Some(vec![text(title)]) }
}

fn mention(name: &str) -> Inline {
    Inline::Mention(name.to_owned())
}

fn room(name: &str) -> Inline {
    Inline::Room(name.to_owned())
}

/// The nodes of a text that is one paragraph.
fn nodes(source: &str) -> Vec<Inline> {
    match parse(source).as_slice() {
        [Block::Text(nodes)] => nodes.clone(),
        other => panic!("{source:?} is {other:?}"),
    }
}

fn assert_plain(source: &str) {
    assert_eq!(parse(source), [Block::Text(vec![text(source)])], "{source:?}");
}

#[test]
fn marked_words_are_marked() {
    assert_eq!(nodes("a **b** c"), [text("a "), bold("b"), text(" c")]);
    assert_eq!(nodes("*a* _b_, (*c*)!"), [italic("a"), text(" "), italic("b"), text(", ("), italic("c"), text(")!")]);
    assert_eq!(nodes("~~gone~~"), [Inline::Strike(vec![text("gone")])]);
    assert_eq!(nodes("*snake_case_name*"), [italic("snake_case_name")]);
    assert_eq!(nodes("_two words_"), [italic("two words")]);
    assert_eq!(nodes("**a** and **b**"), [bold("a"), text(" and "), bold("b")]);
    assert_eq!(
        nodes("**.gitignore** **-5** **$x**"),
        [bold(".gitignore"), text(" "), bold("-5"), text(" "), bold("$x")]
    );
}

#[test]
fn marks_nest() {
    assert_eq!(nodes("***a***"), [Inline::Italic(vec![bold("a")])]);
    assert_eq!(nodes("**a *b***"), [Inline::Bold(vec![text("a "), italic("b")])]);
    assert_eq!(nodes("***a* b**"), [Inline::Bold(vec![italic("a"), text(" b")])]);
    assert_eq!(nodes("***a** b*"), [Inline::Italic(vec![bold("a"), text(" b")])]);
    assert_eq!(nodes("~~_**a**_~~"), [Inline::Strike(vec![Inline::Italic(vec![bold("a")])])]);
    assert_eq!(nodes("**`a`**"), [Inline::Bold(vec![code("a")])]);
    assert_eq!(nodes("_@ann_"), [Inline::Italic(vec![mention("ann")])]);
    assert_eq!(nodes("**https://a.example**"), [Inline::Bold(vec![link("https://a.example")])]);
}

#[test]
fn what_programmers_write_stays() {
    for source in [
        "snake_case_name and __init__, __all__",
        "2*3*4 = 24, 2 * 3 * 4, 2**10, a ** b",
        "*.rs and *.toml, src/*.rs, src/**/*.rs, **/*.rs",
        "f(*args, **kwargs)",
        "int *p, *q; a *= 2; b *= 3; /* no */ x /*y*/",
        "~/bin ~5 ~~~ and ~ alone",
        "**** *** ** * _ __ ___ ~~",
        "a_ _b c* *d",
        "_.map(_.x)",
        "**not closed, *neither, ~~nor",
        "**a* b",
        "closed** never* opened~~",
        "** spaces ** * around *",
        "[not](a link) [nor](javascript:x) [x] (y)",
        "`open",
        "a `` b ` c",
        "````` `x ``",
        "x@y.example #1 #42 a#b C# #1d1d21 @ # @- #_",
        "@user@host @types/node",
        ">_< >>> x >no",
        "1984. 12345. 007. -5 *a 1.x",
        "C:\\_x \\*",
        "3 < 4 && 5 > 2 &amp; <b>x</b>",
        "^[a-z]*$ [^*]*",
        "```inline",
    ] {
        assert_plain(source);
    }
}

#[test]
fn marks_end_with_the_line() {
    assert_plain("**a\nb** *c\n\n  d*");
    assert_eq!(nodes("**a**\n  *b*\n\n`c`"), [bold("a"), text("\n  "), italic("b"), text("\n\n"), code("c")]);
}

#[test]
fn scripts_without_spaces_need_none() {
    assert_eq!(nodes("这是**粗体**文字"), [text("这是"), bold("粗体"), text("文字")]);
    assert_eq!(
        nodes("这是*斜体*和~~删除~~。"),
        [text("这是"), italic("斜体"), text("和"), Inline::Strike(vec![text("删除")]), text("。")]
    );
    // Where CommonMark fails: punctuation beside the marker.
    for (source, inside) in
        [("**真，**她", "真，"), ("这是**「重要」**的", "「重要」"), ("**历经10年，**a", "历经10年，")]
    {
        assert!(nodes(source).contains(&bold(inside)), "{source}");
    }
    assert_eq!(nodes("**마크다운(Markdown)**을"), [bold("마크다운(Markdown)"), text("을")]);
    assert_eq!(nodes("*斜**粗**体*"), [Inline::Italic(vec![text("斜"), bold("粗"), text("体")])]);
    assert_eq!(nodes("**粗*斜*体**"), [Inline::Bold(vec![text("粗"), italic("斜"), text("体")])]);
    assert_eq!(nodes("**粗体**和**粗体**"), [bold("粗体"), text("和"), bold("粗体")]);
    assert_plain("变_量_名");
    assert_eq!(nodes("看https://a.example/路径，然后"), [text("看"), link("https://a.example/路径"), text("，然后")]);
    assert_eq!(
        nodes("见**https://a.example/x**吧"),
        [text("见"), Inline::Bold(vec![link("https://a.example/x")]), text("吧")]
    );
    assert_eq!(nodes("去#厨房 找@小明，好"), [text("去"), room("厨房"), text(" 找"), mention("小明"), text("，好")]);
}

#[test]
fn code_is_as_it_is() {
    assert_eq!(nodes("`**a** @b #c https://d.example`"), [code("**a** @b #c https://d.example")]);
    assert_eq!(nodes("``a ` b`` ` `` `"), [code("a ` b"), text(" "), code("``")]);
    assert_eq!(nodes("` ` `  `"), [code(" "), text(" "), code("  ")]);
    assert_eq!(nodes("```one line```"), [code("one line")]);
    assert_eq!(nodes("*a `b* c`"), [text("*a "), code("b* c")]);
}

fn block(language: Option<&str>, text: &str) -> Block {
    Block::Code { language: language.map(str::to_owned), text: text.to_owned() }
}

#[test]
fn fences_hold_code() {
    assert_eq!(parse("```rust\nfn main() {}\n\n  **x**\n```"), [block(Some("rust"), "fn main() {}\n\n  **x**")]);
    assert_eq!(parse("```\na\n````\nb"), [block(None, "a"), Block::Text(vec![text("b")])]);
    assert_eq!(
        parse("x\n```\n> a\n- b"),
        [Block::Text(vec![text("x")]), block(None, "> a\n- b")],
        "it runs to the end"
    );
    assert_eq!(parse("````\n```\na\n```\n````"), [block(None, "```\na\n```")]);
    assert_eq!(parse("```let x = 1;\nlet y;\n```"), [block(None, "let x = 1;\nlet y;")], "code beside the mark");
    assert_eq!(parse("```c++\n```"), [block(Some("c++"), "")]);
    assert_plain("```");
    assert_eq!(parse("a\n```"), [Block::Text(vec![text("a\n```")])], "the mark alone holds nothing");
    assert_eq!(parse("```\n/// ```\n/// x\n```"), [block(None, "/// ```\n/// x")]);
}

fn paragraph(inner: &str) -> Block {
    Block::Text(vec![text(inner)])
}

#[test]
fn quotes_hold_what_was_said() {
    assert_eq!(parse("> a\n> b\n\nc"), [Block::Quote(vec![paragraph("a\nb")]), paragraph("c")]);
    assert_eq!(
        parse("> > a\n> b\n>\n> c"),
        [Block::Quote(vec![Block::Quote(vec![paragraph("a")]), paragraph("b\n\nc")])]
    );
    assert_eq!(parse("> ```\n> a\n> ```"), [Block::Quote(vec![block(None, "a")])]);
    assert_eq!(parse("> - a"), [Block::Quote(vec![Block::List(vec![bullet(&["a"])])])]);
}

fn bullet(lines: &[&str]) -> Item {
    Item { number: None, blocks: lines.iter().map(|line| paragraph(line)).collect() }
}

fn numbered(number: u16, inner: &str) -> Item {
    Item { number: Some(number), blocks: vec![paragraph(inner)] }
}

#[test]
fn lists_hold_items() {
    assert_eq!(
        parse("to do:\n- a\n- b\nc"),
        [paragraph("to do:"), Block::List(vec![bullet(&["a"]), bullet(&["b"])]), paragraph("c")]
    );
    assert_eq!(parse("1. a\n1) b\n5. c"), [Block::List(vec![numbered(1, "a"), numbered(1, "b"), numbered(5, "c")])]);
    assert_eq!(
        parse("* a\n  more\n\n  and\n1. b"),
        [Block::List(vec![bullet(&["a\nmore\n\nand"])]), Block::List(vec![numbered(1, "b")])]
    );
    let nested = Item { number: None, blocks: vec![paragraph("a"), Block::List(vec![bullet(&["b"])])] };
    assert_eq!(parse("- a\n  - b\n- c"), [Block::List(vec![nested, bullet(&["c"])])]);
    let with_code = Item { number: Some(1), blocks: vec![paragraph("a"), block(None, "x\n  y")] };
    assert_eq!(parse("1. a\n   ```\n   x\n     y\n   ```"), [Block::List(vec![with_code])]);
    assert_eq!(parse("\t- x"), [paragraph("\t- x")], "too far in");
}

#[test]
fn blocks_nest_so_deep_and_no_deeper() {
    fn depth(blocks: &[Block]) -> usize {
        let of = |block: &Block| match block {
            Block::Quote(blocks) => 1 + depth(blocks),
            Block::List(items) => 1 + items.iter().map(|item| depth(&item.blocks)).max().unwrap_or(0),
            _ => 0,
        };
        blocks.iter().map(of).max().unwrap_or(0)
    }
    assert_eq!(depth(&parse(&"> ".repeat(3000))), 4);
    assert_eq!(depth(&parse(&("- ".repeat(2000) + "x"))), 4);
    let stairs: String = (0..400).map(|n| format!("{}- x\n", "  ".repeat(n))).collect();
    assert_eq!(depth(&parse(&stairs)), 4);
}

#[test]
fn addresses_are_links_and_end_where_the_sentence_goes_on() {
    assert_eq!(
        nodes("see https://a.example/x?y=1, and (http://b.example/z)."),
        [text("see "), link("https://a.example/x?y=1"), text(", and ("), link("http://b.example/z"), text(").")]
    );
    for address in [
        "https://en.example/wiki/Party_(disambiguation)",
        "http://[::1]:19534/",
        "HTTPS://A.EXAMPLE/",
        "Https://a.example",
        "mailto:ann@b.example?subject=hi",
        "https://a.example/x_y_z*1*#frag@x",
        "http://localhost:8080",
        "https://例子.中国/",
        "https://google.com@evil.example/",
    ] {
        assert_eq!(nodes(address), [link(address)], "{address}");
        assert_eq!(nodes(&format!("<{address}>")), [text("<"), link(address), text(">")], "{address}");
    }
    assert_eq!(nodes("http://a.example…)”"), [link("http://a.example"), text("…)”")]);
    assert_eq!(nodes("https://google.com\\@evil.example"), [link("https://google.com"), text("\\@evil.example")]);
}

#[test]
fn nothing_else_becomes_a_link() {
    for source in [
        "javascript:alert(1)",
        "JaVaScRiPt://a.example/%0aalert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "xhttp://a",
        "http://",
        "https:// a",
        "http",
        "ftp://a.example",
        "https://.",
        "http://[x]",
        "http://[",
        "mailto:",
        "mailto:x",
        "mailto:@x",
        "http:/a.example",
        "//a.example",
        "www.a.example",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](/r/lobby)",
        "[x]( http://a)",
        "[x](http//a)",
        "[ ](https://)",
        "[x] (y)",
    ] {
        let is_link = |node: &Inline| matches!(node, Inline::Link { .. });
        let links: Vec<_> = nodes(source).into_iter().filter(is_link).collect();
        assert!(
            links.iter().all(|node| matches!(node, Inline::Link { address, title: None } if address == "http://a")),
            "{source}: {links:?}"
        );
    }
}

#[test]
fn a_text_may_stand_for_an_address_but_not_for_another() {
    assert_eq!(
        nodes("[the docs](https://a.example/b_(c))!"),
        [titled("the docs", "https://a.example/b_(c)"), text("!")]
    );
    assert_eq!(nodes("*[a [b]](mailto:x@y.example)*"), [Inline::Italic(vec![titled("a [b]", "mailto:x@y.example")])]);
    let title = Some(vec![code("x"), text(" "), bold("y"), text(" @z #w")]);
    assert_eq!(
        nodes("[`x` **y** @z #w](http://a.example)"),
        [Inline::Link { address: "http://a.example".into(), title }]
    );
    assert_eq!(
        nodes("[google.com](https://evil.example)"),
        [text("[google.com]("), link("https://evil.example"), text(")")]
    );
    assert_eq!(nodes("[x](https://a.example b)"), [text("[x]("), link("https://a.example"), text(" b)")]);
    assert_eq!(nodes("[ ](https://a.example)"), [text("[ ]("), link("https://a.example"), text(")")]);
}

#[test]
fn people_and_rooms_are_nodes() {
    assert_eq!(
        nodes("@ann: see #lobby, (@bob-2) -@x_y"),
        [mention("ann"), text(": see "), room("lobby"), text(", ("), mention("bob-2"), text(") -"), mention("x_y")]
    );
    assert_plain(&format!("@{}", "a".repeat(65)));
    assert_eq!(nodes(&format!("#{}", "a".repeat(64))), [room(&"a".repeat(64))]);
}
