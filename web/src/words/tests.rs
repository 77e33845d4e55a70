use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::*;

#[path = "../../build/catalogue.rs"]
mod catalogue;

use catalogue::{Catalogue, differences, read};

fn english(source: &str) -> Catalogue {
    let mut texts = Catalogue::new();
    read(&mut texts, source, &["one", "other"]).unwrap();
    texts
}

fn chinese(source: &str) -> Catalogue {
    let mut texts = Catalogue::new();
    read(&mut texts, source, &["other"]).unwrap();
    texts
}

/// A text of a file of its own, with numbers for its arguments.
fn said(catalogue: &Catalogue, language: Language, key: &str, numbers: &[u64]) -> String {
    // The table is made for the life of the page, and so is this.
    let pattern: &'static str = catalogue[key].pattern.clone().leak();
    let mut text = String::new();
    pattern::write(pattern, language, &|place| numbers.get(place).copied(), &mut |piece| match piece {
        Piece::Text(part) => text.push_str(part),
        Piece::Argument(place) => text.push_str(&numbers[place].to_string()),
    });
    text
}

#[test]
fn plurals_follow_the_language() {
    let source = "new = { $count ->\n    [0] Nothing new\n    [one] { $count } new message\n   *[other] { $count } new messages\n} in #{ $room }";
    let texts = english(source);
    let say = |count| said(&texts, Language::English, "new", &[count, 7]);
    assert_eq!(say(0), "Nothing new in #7");
    assert_eq!(say(1), "1 new message in #7");
    assert_eq!(say(2), "2 new messages in #7");
    let texts = chinese("new = { $count } 条新消息\n");
    assert_eq!(said(&texts, Language::Chinese, "new", &[1]), "1 条新消息");
}

#[test]
fn a_text_that_one_language_lacks_or_says_of_something_else_stops_the_build() {
    let ours = english("a = A\nb = { $name } came\n");
    assert!(differences(&ours, &chinese("a = 甲\nb = { $name } 来了\n")).is_empty());
    assert_eq!(differences(&ours, &chinese("b = { $name } 来了\n")), ["a: missing in the second language"]);
    assert_eq!(
        differences(&ours, &chinese("a = 甲\nb = { $name } 来了\nc = 丙\n")),
        ["c: missing in the first language"]
    );
    assert_eq!(differences(&ours, &chinese("a = 甲\nb = { $nick } 来了\n")).len(), 1);
    assert_eq!(differences(&ours, &chinese("a = 甲\nb = 来了\n")).len(), 1);
}

#[test]
fn what_the_page_would_not_understand_stops_the_build() {
    let refused = [
        "a = A\na = B\n",
        "a",
        "-term = A\n",
        "a = { b }\n",
        "a = { NUMBER($count) }\n",
        "a = A\n    .title = B\n",
        "a = { $count ->\n   *[other] many\n}\n",
        "a = { $count ->\n    [one] one\n   *[few] few\n}\n",
        "a = { $count ->\n   *[one] one\n    [other] many\n}\n",
        "a = { $count ->\n    [one] { $count ->\n        [one] 1\n       *[other] 2\n    }\n   *[other] many\n}\n",
    ];
    for source in refused {
        assert!(read(&mut Catalogue::new(), source, &["one", "other"]).is_err(), "{source}");
    }
}

/// The texts of each language as they stand in the files.
fn files() -> BTreeMap<&'static str, Catalogue> {
    let folder = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(name);
    let texts = |name, cases: &[&str]| {
        let mut texts = Catalogue::new();
        for file in fs::read_dir(folder(name)).unwrap() {
            read(&mut texts, &fs::read_to_string(file.unwrap().path()).unwrap(), cases).unwrap();
        }
        texts
    };
    [("en", texts("en", &["one", "other"])), ("zh-CN", texts("zh-CN", &["other"]))].into()
}

#[test]
fn both_languages_are_complete_and_none_says_what_the_other_says() {
    let files = files();
    assert_eq!(differences(&files["en"], &files["zh-CN"]), Vec::<String>::new());
    assert_eq!(files["en"].len(), KEYS.len());
    for (key, text) in &files["zh-CN"] {
        let is_chinese = text.pattern.contains(|char: char| ('\u{3000}'..='\u{9fff}').contains(&char));
        // Names of things, and what is only punctuation, are the same everywhere.
        let has_words =
            files["en"][key].pattern.split(|char: char| !char.is_ascii_alphabetic()).any(|word| word.len() > 1);
        assert!(is_chinese || !has_words || text.pattern != files["en"][key].pattern, "{key} isn't translated");
        let half_width = text.pattern.char_indices().any(|(at, char)| {
            ",;!?".contains(char) && text.pattern[..at].chars().next_back().is_some_and(|before| before > '\u{3000}')
        });
        assert!(!half_width, "{key}: Chinese has its own punctuation: {}", text.pattern);
    }
}

/// All Rust files below the page's sources.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn no_text_stands_in_the_files_that_is_never_said() {
    let mut paths = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut paths);
    let code: String = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let said: BTreeSet<_> = code.split('"').collect();
    let silent: Vec<_> = KEYS.iter().map(|(key, _)| *key).filter(|key| !said.contains(key)).collect();
    assert!(silent.is_empty(), "never said: {silent:?}");
}

#[test]
fn the_language_is_the_first_that_the_person_reads_and_the_page_speaks() {
    assert_eq!(Language::first_of(["fr", "zh-Hans-SG", "en"]), Language::Chinese);
    assert_eq!(Language::first_of(["EN-gb", "zh"]), Language::English);
    assert_eq!(Language::first_of(["fr", "zho", "e"]), Language::English, "no language is half of another's tag");
    assert_eq!(Language::first_of([] as [&str; 0]), Language::English);
}
