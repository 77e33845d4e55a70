//! The page's list of emoji is what its source says. `PARTYLINE_UPDATE_EMOJI=1 cargo test -p partyline-web --test
//! emoji_file` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use emojis::{Emoji, Group, UnicodeVersion};

/// What systems of the last three years can draw. A newer emoji is an empty box to most who would read it.
const NEWEST: UnicodeVersion = UnicodeVersion::new(15, 0);

#[test]
fn the_list_is_what_its_source_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("emoji");
    let chinese = fs::read_to_string(folder.join("zh.txt")).unwrap();
    let list = list(&chinese);
    let file = folder.join("emoji.txt");
    if std::env::var_os("PARTYLINE_UPDATE_EMOJI").is_some() {
        fs::write(&file, &list).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), list, "see this test's head for how to write it anew");
}

#[test]
fn chinese_words_are_of_emoji_that_there_are() {
    let chinese = include_str!("../emoji/zh.txt");
    let list = list(chinese);
    for line in chinese.lines() {
        let (emoji, words) = line.split_once(' ').unwrap();
        assert!(list.contains(&format!("\n{emoji} ")), "{emoji} isn't in the list");
        assert!(list.contains(words), "{words}: an emoji stands in one line");
    }
}

/// A line each: the emoji, its short names, then after `|` what it is found by besides. `=` starts a group.
fn list(chinese: &str) -> String {
    let mut list =
        "Emoji of Unicode 15 with GitHub's short names (MIT; Unicode-3.0), by the crate emojis.\n".to_owned();
    let mut group = None;
    for emoji in emojis::iter().filter(|emoji| emoji.unicode_version() <= NEWEST) {
        if group.replace(emoji.group()) != Some(emoji.group()) {
            writeln!(list, "={}", name(emoji.group())).unwrap();
        }
        list.push_str(emoji.as_str());
        let names = names(emoji);
        for name in &names {
            write!(list, " {name}").unwrap();
        }
        let mut more: Vec<_> = words(emoji.name()).filter(|word| !names.iter().any(|name| holds(name, word))).collect();
        let of_emoji = |line: &str| {
            line.split_once(' ').filter(|(of, _)| *of == emoji.as_str()).map(|(_, words)| words.to_owned())
        };
        more.extend(chinese.lines().find_map(of_emoji));
        if !more.is_empty() {
            write!(list, "|{}", more.join(" ")).unwrap();
        }
        list.push('\n');
    }
    list
}

/// What is typed between two colons.
fn names(emoji: &Emoji) -> Vec<String> {
    let names: Vec<_> = emoji.shortcodes().map(str::to_owned).collect();
    if names.is_empty() { vec![words(emoji.name()).collect::<Vec<_>>().join("_")] } else { names }
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether one finds the name by this word already.
fn holds(name: &str, word: &str) -> bool {
    name.split(['_', '-']).any(|part| part.starts_with(word)) || ["of", "with", "and", "the"].contains(&word)
}

fn name(group: Group) -> &'static str {
    match group {
        Group::SmileysAndEmotion => "smileys",
        Group::PeopleAndBody => "people",
        Group::AnimalsAndNature => "nature",
        Group::FoodAndDrink => "food",
        Group::TravelAndPlaces => "travel",
        Group::Activities => "activities",
        Group::Objects => "objects",
        Group::Symbols => "symbols",
        Group::Flags => "flags",
    }
}
