//! JSON: one object a line over TCP, one a text frame over WebSocket.

use serde_json::Value;
use serde_json::error::Category;

use crate::{Code, Command, Event, Refused};

mod read;

/// Why something isn't an event.
#[derive(Debug, thiserror::Error)]
pub enum InvalidEvent {
    /// It isn't JSON.
    #[error("that isn't JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON, and no object.
    #[error("that is JSON, but no object")]
    NoObject,
    /// This field isn't there, or holds something else than it should.
    #[error("\"{0}\" is missing, or isn't what it should be")]
    BadField(&'static str),
}

/// Reads what a client sent.
///
/// # Errors
/// A [`Refused`] that says what is wrong with it: no JSON, an unknown type, or a bad field. It names the
/// attempt and the room where these can be read.
pub fn decode_command(text: &str) -> Result<Command, Refused> {
    // The fast way first; only what failed is looked at more closely.
    serde_json::from_str(text).map_err(|error| explain(text, &error))
}

/// Writes a command as one line of JSON, without a line break.
pub fn encode_command(command: &Command) -> String {
    to_json(command)
}

/// Reads what a server sent. A type that isn't known is [`Event::Unknown`].
///
/// # Errors
/// [`InvalidEvent`] where it isn't a JSON object, or one of a known type lacks a field.
pub fn decode_event(text: &str) -> Result<Event, InvalidEvent> {
    read::event(text)
}

/// Writes an event as one line of JSON, without a line break.
pub fn encode_event(event: &Event) -> String {
    to_json(event)
}

fn to_json<T: serde::Serialize>(value: &T) -> String {
    // serde_json fails only on maps whose keys aren't strings and on a writer's errors: our types have no
    // maps, and a String takes everything.
    serde_json::to_string(value).unwrap_or_default()
}

fn explain(text: &str, error: &serde_json::Error) -> Refused {
    let hint = r#"send one JSON object a line, such as {"type":"hello"}"#;
    let object = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Refused::new(Code::BadJson, format!("that is JSON, but no object: {hint}")),
        Err(syntax) if matches!(syntax.classify(), Category::Eof) => {
            return Refused::new(Code::BadJson, format!("that JSON ends too early: {hint}"));
        }
        Err(syntax) => {
            let column = syntax.column();
            return Refused::new(Code::BadJson, format!("that isn't JSON (at character {column}): {hint}"));
        }
    };
    let mut refused = match object.get("type") {
        Some(Value::String(_)) if error.to_string().starts_with("unknown variant") => {
            Refused::new(Code::UnknownCommand, format!("no such command: {}", crate::clean_line(&error.to_string())))
        }
        Some(Value::String(name)) => {
            let what = crate::clean_line(&error.to_string());
            Refused::new(Code::BadField, format!("{}: {what}", crate::clean_line(name)))
        }
        Some(_) => Refused::new(Code::BadField, "\"type\" must be a string that names the command"),
        None => Refused::new(Code::BadField, "\"type\" is missing: it names the command"),
    };
    refused.reference = object.get("ref").and_then(|v| v.as_str()?.to_owned().try_into().ok());
    refused.room = object.get("room").and_then(|v| Some(crate::clean_line(v.as_str()?).chars().take(64).collect()));
    refused
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_wrong_is_said() {
        let code = |text| decode_command(text).unwrap_err().code;
        assert_eq!(code("hello"), Code::BadJson);
        assert_eq!(code("{\"type\":\"sa"), Code::BadJson);
        assert_eq!(code("[1]"), Code::BadJson);
        assert_eq!(code(r#"{"room":"lobby"}"#), Code::BadField);
        assert_eq!(code(r#"{"type":7}"#), Code::BadField);
        assert_eq!(code(r#"{"type":"dance"}"#), Code::UnknownCommand);
        assert_eq!(code(r#"{"type":"say","room":"lobby"}"#), Code::BadField);
        assert_eq!(code(r#"{"type":"history","room":"lobby","before":-1}"#), Code::BadField);
        assert_eq!(code(r#"{"type":"history","room":"lobby","limit":99999999999}"#), Code::BadField);
        assert_eq!(code(r#"{"type":"hello","token":"short"}"#), Code::BadField);
        assert_eq!(code(r#"{"type":"say","room":"lobby","text":"x","ref":""}"#), Code::BadField);
    }

    #[test]
    fn a_refusal_names_the_attempt_and_quotes_nothing_dangerous() {
        let refused = decode_command("{\"type\":\"da\\u001b[1mnce\",\"ref\":\"a1\",\"room\":\"lobby\"}").unwrap_err();
        assert_eq!(refused.reference.unwrap().as_str(), "a1");
        assert_eq!(refused.room.unwrap(), "lobby");
        assert!(!refused.text.contains('\u{1b}'), "{:?}", refused.text);
    }

    #[test]
    fn unknown_fields_are_ignored_and_unknown_events_known_as_such() {
        assert_eq!(decode_command(r#"{"type":"rooms","colour":"red"}"#), Ok(Command::Rooms));
        assert_eq!(decode_event(r#"{"type":"fireworks","room":"lobby"}"#).unwrap(), Event::Unknown);
    }

    #[test]
    fn words_that_a_later_server_may_say_are_known_as_unknown() {
        let bye = decode_event(r#"{"type":"bye","reason":"eclipse","text":"dark"}"#).unwrap();
        assert!(matches!(bye, Event::Bye(bye) if bye.reason == crate::ByeReason::Unknown));
        let refused = decode_event(r#"{"type":"refused","code":"odd","text":"no","room":null}"#).unwrap();
        assert_eq!(refused, Event::Refused(Refused::new(Code::Unknown, "no")));
        let from = r#"{"id":"2581ab76d7cffe457242c577c26fafc5","nick":"bob"}"#;
        let message =
            format!(r#"{{"type":"message","room":"a","seq":1,"at":1,"from":{from},"kind":"vote","via":"fax"}}"#);
        let Event::Message(message) = decode_event(&message).unwrap() else { panic!() };
        assert_eq!((message.kind, message.via, message.text.as_str()), (crate::Kind::Unknown, crate::Via::Unknown, ""));
    }

    #[test]
    fn what_is_no_event_is_said() {
        let why = |text| decode_event(text).unwrap_err().to_string();
        assert!(why("{").starts_with("that isn't JSON: "), "{}", why("{"));
        assert_eq!(why("[]"), "that is JSON, but no object");
        let bad = |name: &str| format!("\"{name}\" is missing, or isn't what it should be");
        assert_eq!(why(r#"{"room":"lobby"}"#), bad("type"));
        assert_eq!(why(r#"{"type":"count","room":"lobby"}"#), bad("count"));
        assert_eq!(why(r#"{"type":"count","room":"lobby","count":-1}"#), bad("count"));
        assert_eq!(why(r#"{"type":"count","room":7,"count":1}"#), bad("room"));
        assert_eq!(why(r#"{"type":"history","room":"a","messages":[{}],"head":1,"more":false}"#), bad("messages"));
        assert_eq!(why(r#"{"type":"typing","room":"a","member":{"id":"?","nick":"bob"}}"#), bad("member"));
        assert_eq!(why(r#"{"type":"sent","ref":"","room":"a","seq":1,"at":1}"#), bad("ref"));
    }

    proptest! {
        #[test]
        fn no_input_panics(text in "\\PC*|\\{\"type\":\"(say|hello|history)\"[\\PC]*\\}") {
            let _ = decode_command(&text);
            let _ = decode_event(&text);
        }
    }
}
