//! docs/PROTOCOL.md is what is spoken: every example in it is read, and written again as it stands.

#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing, also in its helpers")]

use std::collections::BTreeSet;

use partyline_shared::codec::json;
use serde_json::Value;

/// The lines of all fenced blocks of this kind.
fn examples(kind: &str) -> Vec<&'static str> {
    let document = include_str!("../../docs/PROTOCOL.md");
    let fence = format!("```{kind}\n");
    document.split(&fence).skip(1).flat_map(|rest| rest.split("```").next().unwrap_or_default().lines()).collect()
}

fn same(written: &str, example: &str) {
    let parse = |text| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(parse(written), parse(example), "{example}");
}

fn kinds(examples: &[&str]) -> BTreeSet<String> {
    examples.iter().map(|e| serde_json::from_str::<Value>(e).unwrap()["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_command_is_read_and_written_as_documented() {
    let examples = examples("json command");
    for example in &examples {
        same(&json::encode_command(&json::decode_command(example).unwrap()), example);
    }
    let all =
        ["hello", "join", "part", "say", "tell", "nick", "history", "who", "rooms", "typing", "read", "ping", "quit"];
    assert_eq!(kinds(&examples), all.map(str::to_owned).into());
    // A command that isn't in the list is in none of the examples either.
    let unknown = json::decode_command(r#"{"type":"?"}"#).unwrap_err().text;
    let known: Vec<_> = unknown.split('`').skip(3).step_by(2).collect();
    assert_eq!(known.len(), all.len(), "{unknown}");
}

#[test]
fn every_event_is_read_and_written_as_documented() {
    let examples = examples("json event");
    for example in &examples {
        same(&json::encode_event(&json::decode_event(example).unwrap()), example);
    }
    let all = [
        "welcome",
        "joined",
        "message",
        "sent",
        "presence",
        "count",
        "history",
        "members",
        "rooms",
        "conversations",
        "typing",
        "read",
        "refused",
        "bye",
        "pong",
    ];
    assert_eq!(kinds(&examples), all.map(str::to_owned).into());
}

#[test]
fn every_code_is_documented() {
    let document = include_str!("../../docs/PROTOCOL.md");
    let source = include_str!("../src/refusal.rs");
    let body = source.split("pub enum Code {").nth(1).unwrap().split('}').next().unwrap();
    for variant in body.lines().map(str::trim).filter(|line| line.ends_with(',')) {
        let name = variant.trim_end_matches(',');
        let snake = name.chars().fold(String::new(), |text, c| match c {
            'A'..='Z' if !text.is_empty() => text + "_" + &c.to_lowercase().to_string(),
            _ => text + &c.to_lowercase().to_string(),
        });
        assert!(name == "Unknown" || document.contains(&format!("`{snake}`")), "{snake} isn't in the table");
    }
}
