//! What the browser keeps as JSON, read back.
//!
//! By way of a tree of values, as `shared` reads events: what serde derives has each struct several times over.

use partyline_engine::{Identity, Unsent};
use partyline_shared::{Epoch, Timestamp};
use serde_json::Value;

/// Who one was; `None` where that can't be read.
pub(crate) fn identity(text: &str) -> Option<Identity> {
    let kept = value(text);
    let epoch = Epoch(string(&kept, "epoch")?);
    Some(Identity { token: string(&kept, "token")?.try_into().ok()?, nick: string(&kept, "nick")?, epoch })
}

/// A list of strings; of any other what is one.
pub(crate) fn strings(text: &str) -> Vec<String> {
    let Value::Array(list) = value(text) else { return Vec::new() };
    list.iter().filter_map(|one| Some(one.as_str()?.to_owned())).collect()
}

/// What wasn't sent; what can't be read is left out.
pub(crate) fn unsent(text: &str) -> Vec<Unsent> {
    let Value::Array(list) = value(text) else { return Vec::new() };
    let read = |kept: &Value| {
        let is = |field: &str| kept[field].as_bool().unwrap_or_default();
        Some(Unsent {
            reference: string(kept, "ref")?.try_into().ok()?,
            room: string(kept, "room"),
            to: string(kept, "to"),
            text: string(kept, "text")?,
            action: is("action"),
            at: Timestamp(kept["at"].as_u64()?),
            failed: is("failed"),
        })
    };
    list.iter().filter_map(read).collect()
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn string(object: &Value, field: &str) -> Option<String> {
    Some(object[field].as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_comes_back() {
        let token = "00112233445566778899aabbccddeeff".to_owned().try_into().unwrap();
        let me = Identity { token, nick: "ann".into(), epoch: Epoch("e1".into()) };
        assert_eq!(identity(&serde_json::to_string(&me).unwrap()), Some(me));
        let message = |reference: &str, room: Option<&str>, to: Option<&str>, failed: bool| Unsent {
            reference: reference.to_owned().try_into().unwrap(),
            room: room.map(str::to_owned),
            to: to.map(str::to_owned),
            text: "a \"quoted\"\nline \u{1f382}".into(),
            action: !failed,
            at: Timestamp(1_795_400_511_716),
            failed,
        };
        let messages = vec![message("a-1", Some("lobby"), None, false), message("a-2", None, Some("bob"), true)];
        assert_eq!(unsent(&serde_json::to_string(&messages).unwrap()), messages);
        let rooms = vec!["lobby".to_owned(), "厨房".to_owned()];
        assert_eq!(strings(&serde_json::to_string(&rooms).unwrap()), rooms);
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        for text in ["", "null", "{}", "[", "1e999", r#"{"token":"x","nick":"ann","epoch":"e"}"#, "[1,{}]"] {
            assert_eq!((identity(text), unsent(text).len(), strings(text).len()), (None, 0, 0), "{text}");
        }
    }
}
