//! JSON: one object a line over TCP, one a text frame over WebSocket.

use serde_json::Value;
use serde_json::error::Category;

use crate::{Code, Command, Event, Refused};

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
/// serde's, where it isn't JSON or a known type lacks a field.
pub fn decode_event(text: &str) -> Result<Event, serde_json::Error> {
    serde_json::from_str(text)
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

    proptest! {
        #[test]
        fn no_input_panics(text in "\\PC*|\\{\"type\":\"(say|hello|history)\"[\\PC]*\\}") {
            let _ = decode_command(&text);
            let _ = decode_event(&text);
        }
    }
}
