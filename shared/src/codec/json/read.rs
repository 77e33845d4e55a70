//! Reads what a server sent: JSON to an [`Event`], by way of a tree of values.
//!
//! Not derived, as the rest is: this half of the codec is what a browser loads, and serde's code for an enum with its
//! tag among the fields has each struct several times over, in all a tenth of the page. What is written is derived, and
//! docs/PROTOCOL.md has an example of each event with all its fields, which is read and written again in a test.

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde_json::{Map, Value};

use super::InvalidEvent;
use crate::{
    Bye, ByeReason, Change, ClientRef, Code, Conversation, Epoch, Event, HistoryPage, Joined, Kind, Limits, MemberId,
    MemberRef, Message, Refused, RoomSummary, Sent, Seq, Timestamp, Token, Via, Welcome,
};

/// An object's fields. Each is taken once.
type Fields = Map<String, Value>;

/// What a field, or an element of a list, can hold.
trait Field: Sized {
    /// Reads it; `None` where it is something else.
    fn read(value: Value) -> Option<Self>;

    /// What it is where there is none; `None` where there must be one.
    fn missing() -> Option<Self> {
        None
    }
}

/// A struct whose fields are those of an object.
trait Object: Sized {
    fn from_fields(fields: &mut Fields) -> Result<Self, InvalidEvent>;
}

/// Reads an event.
pub(super) fn event(text: &str) -> Result<Event, InvalidEvent> {
    let Value::Object(mut fields) = serde_json::from_str(text)? else { return Err(InvalidEvent::NoObject) };
    let kind: String = take(&mut fields, "type")?;
    let f = &mut fields;
    Ok(match kind.as_str() {
        "welcome" => Event::Welcome(Object::from_fields(f)?),
        "joined" => Event::Joined(Object::from_fields(f)?),
        "message" => Event::Message(Object::from_fields(f)?),
        "sent" => Event::Sent(Object::from_fields(f)?),
        "presence" => Event::Presence {
            room: take(f, "room")?,
            member: take(f, "member")?,
            change: take(f, "change")?,
            was: take(f, "was")?,
        },
        "count" => Event::Count { room: take(f, "room")?, count: take(f, "count")? },
        "history" => Event::History(Object::from_fields(f)?),
        "members" => Event::Members { room: take(f, "room")?, count: take(f, "count")?, members: take(f, "members")? },
        "rooms" => Event::Rooms { rooms: take(f, "rooms")? },
        "conversations" => Event::Conversations { conversations: take(f, "conversations")? },
        "typing" => Event::Typing { room: take(f, "room")?, member: take(f, "member")? },
        "read" => Event::Read { room: take(f, "room")?, seq: take(f, "seq")? },
        "refused" => Event::Refused(Object::from_fields(f)?),
        "bye" => Event::Bye(Object::from_fields(f)?),
        "pong" => Event::Pong { nonce: take(f, "nonce")? },
        _ => Event::Unknown,
    })
}

fn take<T: Field>(fields: &mut Fields, name: &'static str) -> Result<T, InvalidEvent> {
    let found = match fields.remove(name) {
        Some(value) => T::read(value),
        None => T::missing(),
    };
    found.ok_or(InvalidEvent::BadField(name))
}

macro_rules! objects {
    ($($name:ident { $($field:ident $(= $key:literal)?),+ $(; $optional:ident)* })+) => {
        $(
            impl Object for $name {
                fn from_fields(fields: &mut Fields) -> Result<Self, InvalidEvent> {
                    Ok(Self {
                        $($field: take(fields, objects!(@key $field $($key)?))?,)+
                        $($optional: take::<Option<_>>(fields, stringify!($optional))?.unwrap_or_default(),)*
                    })
                }
            }
            impl Field for $name {
                fn read(value: Value) -> Option<Self> {
                    let Value::Object(mut fields) = value else { return None };
                    Self::from_fields(&mut fields).ok()
                }
            }
        )+
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
}

// After a semicolon: what needn't be there, and is nothing then.
objects! {
    Welcome { protocol, server, you, token, epoch, default_room, now, limits }
    MemberRef { id, nick }
    Joined { room, asked, count, members, head, messages, read; afresh }
    Message { room, seq, at, from, to, via; kind; text }
    Sent { reference = "ref", room, seq, at, to, text }
    HistoryPage { room, messages, head, more }
    RoomSummary { room, count, head }
    Conversation { room, nick, head, read }
    Refused { code, text, reference = "ref", room, retry_after_ms }
    Bye { reason, text, return_after_ms }
}

impl Field for Limits {
    /// A bound that a server doesn't tell is what it is where nothing is set.
    fn read(value: Value) -> Option<Self> {
        let Value::Object(mut fields) = value else { return None };
        let mut limits = Self::default();
        put(&mut fields, "message_chars", &mut limits.message_chars)?;
        put(&mut fields, "nick_chars", &mut limits.nick_chars)?;
        put(&mut fields, "room_chars", &mut limits.room_chars)?;
        put(&mut fields, "rooms_per_member", &mut limits.rooms_per_member)?;
        put(&mut fields, "burst", &mut limits.burst)?;
        put(&mut fields, "per_second", &mut limits.per_second)?;
        put(&mut fields, "replay", &mut limits.replay)?;
        put(&mut fields, "page", &mut limits.page)?;
        put(&mut fields, "crowd", &mut limits.crowd)?;
        Some(limits)
    }
}

fn put<T: Field>(fields: &mut Fields, name: &str, to: &mut T) -> Option<()> {
    if let Some(value) = fields.remove(name) {
        *to = T::read(value)?;
    }
    Some(())
}

impl<T: Field> Field for Option<T> {
    fn read(value: Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value).map(Some) }
    }

    fn missing() -> Option<Self> {
        Some(None)
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(value: Value) -> Option<Self> {
        let Value::Array(values) = value else { return None };
        values.into_iter().map(T::read).collect()
    }
}

impl Field for String {
    fn read(value: Value) -> Option<Self> {
        if let Value::String(text) = value { Some(text) } else { None }
    }
}

impl Field for bool {
    fn read(value: Value) -> Option<Self> {
        value.as_bool()
    }
}

macro_rules! numbers {
    ($($name:ty)+) => {
        $(impl Field for $name {
            fn read(value: Value) -> Option<Self> {
                value.as_u64()?.try_into().ok()
            }
        })+
    };
}

numbers! { u64 u32 usize }

macro_rules! wrapped {
    ($($name:ident)+) => {
        $(impl Field for $name {
            fn read(value: Value) -> Option<Self> {
                Field::read(value).map(Self)
            }
        })+
    };
}

wrapped! { Seq Timestamp Epoch }

macro_rules! written {
    ($($name:ident)+) => {
        $(impl Field for $name {
            fn read(value: Value) -> Option<Self> {
                String::read(value)?.try_into().ok()
            }
        })+
    };
}

written! { MemberId Token ClientRef }

macro_rules! words {
    ($($name:ident)+) => {
        $(impl Field for $name {
            fn read(value: Value) -> Option<Self> {
                let word: StrDeserializer<'_, Error> = value.as_str()?.into_deserializer();
                Self::deserialize(word).ok()
            }
        })+
    };
}

words! { Kind Via Change ByeReason Code }
