use super::*;

/// The token at the `|`.
fn at(text: &str) -> Option<(Kind, String)> {
    let caret = text.find('|').unwrap();
    let text = text.replace('|', "");
    token(&text, caret).map(|token| (token.kind, token.typed))
}

#[test]
fn a_sign_starts_a_name() {
    let some = |kind, typed: &str| Some((kind, typed.to_owned()));
    assert_eq!(at("@|"), some(Kind::Member, ""));
    assert_eq!(at("hello @an|"), some(Kind::Member, "an"));
    assert_eq!(at("你好@小|"), some(Kind::Member, "小"));
    assert_eq!(at("你好，:smile|"), some(Kind::Emoji, "smile"));
    assert_eq!(at("see #kit|"), some(Kind::Room, "kit"));
    assert_eq!(at("(#ops-2|)"), some(Kind::Room, "ops-2"));
    assert_eq!(at(":smi|"), some(Kind::Emoji, "smi"));
    assert_eq!(at("fine :+1|"), None, "one letter");
    assert_eq!(at(":100|"), some(Kind::Emoji, "100"));
    assert_eq!(at("/jo|"), some(Kind::Command, "jo"));
    assert_eq!(at("/|"), some(Kind::Command, ""));
    assert_eq!(at("/join ki|"), some(Kind::Argument(Argument::Room), "ki"));
    assert_eq!(at("/join #ki|"), some(Kind::Argument(Argument::Room), "ki"));
    assert_eq!(at("/msg |"), some(Kind::Argument(Argument::Member), ""));
    assert_eq!(at("/msg ann about @bo|"), some(Kind::Member, "bo"));
}

#[test]
fn what_only_looks_like_one_stays_alone() {
    for text in [
        "me@example|",
        "https://example.org/#part|",
        "x:ab|",
        "注意:ok|",
        ":)|",
        ":p|",
        ":-D|",
        "::ok|",
        "## head|",
        "a @ b|",
        "@ann: |",
        "line\n/jo|",
        "/jo\nline|",
        "/etc/ho|",
        "/nick an|",
        "/me wa|",
        "",
    ] {
        let text = if text.contains('|') { text.to_owned() } else { "|".to_owned() };
        assert_eq!(at(&text), None, "{text}");
    }
}

#[test]
fn a_token_reaches_to_the_end_of_its_name() {
    let token = token("hi @anna, there", 6).unwrap();
    assert_eq!((token.start, token.end, token.typed.as_str()), (3, 8, "an"));
}

#[test]
fn enter_takes_no_room_that_was_not_chosen() {
    assert!(!token("/join kit", 9).unwrap().takes_first());
    assert!(token("see #kit", 8).unwrap().takes_first());
}

#[test]
fn a_finished_name_of_an_emoji_is_found() {
    assert_eq!(finished_emoji(":smile:", 7), Some((0, "smile")));
    assert_eq!(finished_emoji("好:+1:", 7), Some((3, "+1")));
    for text in ["10:30:", "::", ": :", "`:smile:", "smile:", ":no space:"] {
        assert_eq!(finished_emoji(text, text.len()), None, "{text}");
    }
}

#[test]
fn what_starts_as_typed_comes_first() {
    let names = ["joanna", "big-ann", "ann", "Anton", "bob"];
    assert_eq!(fitting("an", names), ["ann", "Anton", "big-ann", "joanna"]);
    assert_eq!(fitting("", names), names, "as they come");
    assert_eq!(fitting("明", ["小明"]), ["小明"]);
    let many: Vec<_> = (0..100).map(|n| format!("a{n}")).collect();
    assert_eq!(fitting("a", many.iter().map(String::as_str)).len(), MOST);
}

#[test]
fn commands_are_those_of_the_grammar() {
    assert_eq!(commands("J").map(|form| form.name).collect::<Vec<_>>(), ["join"]);
    assert_eq!(commands("").count(), COMMANDS.len() - 1);
}

#[test]
fn positions_are_counted_as_browsers_do() {
    let text = "a😀明b";
    for (units_before, bytes_before) in [(0, 0), (1, 1), (3, 5), (4, 8), (5, 9)] {
        assert_eq!(bytes(text, units_before), bytes_before);
        assert_eq!(units(text, bytes_before), units_before);
    }
    assert_eq!(bytes(text, 2), 1, "inside of a character is before it");
    assert_eq!(bytes(text, 99), text.len());
}

#[test]
fn tab_makes_a_word_a_nick_and_then_the_next() {
    let nicks = ["ann", "anton", "bob"];
    let mut cycle = Cycle::start("an", 2, nicks).unwrap();
    let first = cycle.first(2);
    assert_eq!((first.start, first.end, first.with.as_str()), (0, 2, "ann: "));
    assert_eq!(cycle.current(), ("ann", 1, 2));
    let next = cycle.next("ann: ", 5, false).unwrap();
    assert_eq!((next.start, next.end, next.with.as_str()), (0, 5, "anton: "));
    assert_eq!(cycle.next("anton: ", 7, false).unwrap().with, "ann: ", "round and round");
    assert_eq!(cycle.next("ann: ", 5, true).unwrap().with, "anton: ", "and back");
    assert_eq!(cycle.next("anton: x", 8, false), None, "somebody typed on");
}

#[test]
fn tab_inside_a_text_adds_no_colon_and_leaves_alone_what_is_no_nick() {
    let nicks = ["ann", "bob"];
    let cycle = Cycle::start("ask　BO", "ask　BO".len(), nicks).unwrap();
    assert_eq!(cycle.first(8).with, "bob ");
    assert_eq!(Cycle::start("", 0, nicks), None, "Tab leaves the field");
    assert_eq!(Cycle::start("ask ", 4, nicks), None);
    assert_eq!(Cycle::start("zoe", 3, nicks), None);
    assert_eq!(Cycle::start("ann", 1, nicks), None, "inside of a word");
    let mut alone = Cycle::start("b", 1, nicks).unwrap();
    assert_eq!(alone.next("bob: ", 5, false), None, "there is no other: Tab leaves the field");
}
