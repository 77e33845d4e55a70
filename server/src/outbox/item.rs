//! One thing to send, and how much room it takes.

use bytes::Bytes;
use partyline_shared::{Event, MemberRef, Message};

/// One thing to send, in the form that its reader takes.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// As it goes to the socket.
    Bytes(Bytes),
    /// For a transport that has to understand its answers (plain text), or that encodes it itself (a page).
    Event(Box<Event>),
}

impl Item {
    /// Bytes that it takes, or about that.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Event(event) => size(event),
        }
    }
}

/// At least what an event will be as JSON, without encoding it: whoever asks for its size has other readers waiting.
pub(crate) fn size(event: &Event) -> usize {
    match event {
        Event::History(page) => FRAME + page.room.len() + page.messages.iter().map(message).sum::<usize>(),
        Event::Joined(joined) => {
            let members: usize = joined.members.iter().map(member).sum();
            let asked = joined.asked.as_ref().map_or(0, String::len);
            FRAME + joined.room.len() + asked + members + joined.messages.iter().map(message).sum::<usize>()
        }
        Event::Members { room, members, .. } => FRAME + room.len() + members.iter().map(member).sum::<usize>(),
        Event::Message(said) => FRAME + message(said),
        Event::Sent(sent) => FRAME + sent.room.len() + sent.text.as_ref().map_or(0, |text| text.len() + escaped(text)),
        _ => FRAME,
    }
}

/// Names of fields, numbers, and what else of JSON there is around texts.
const FRAME: usize = 128;

fn message(message: &Message) -> usize {
    let Message { room, from, to, text, .. } = message;
    FRAME + room.len() + member(from) + to.as_ref().map_or(0, member) + text.len() + escaped(text)
}

fn escaped(text: &str) -> usize {
    text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\t')).count()
}

fn member(member: &MemberRef) -> usize {
    // An id is 32 digits.
    64 + member.nick.len()
}

#[cfg(test)]
mod tests {
    use partyline_shared::{Joined, Kind, MemberId, Seq, Timestamp, Via};

    use super::*;

    #[test]
    fn an_event_counts_for_at_least_what_it_will_be() {
        let long = u64::MAX >> 11;
        let from = MemberRef { id: MemberId([0xff; 16]), nick: "小明".into() };
        let said = Message {
            room: "lobby".into(),
            seq: Seq(long),
            at: Timestamp(long),
            from: from.clone(),
            to: Some(from.clone()),
            kind: Kind::Action,
            text: "\t\"quoted\" \\ \n".repeat(10),
            via: Via::Unknown,
        };
        let (room, members, messages) = ("lobby".to_owned(), vec![from; 500], vec![said.clone(); 50]);
        let joined = Joined {
            room,
            asked: Some("LOBBY".into()),
            count: 500,
            members,
            head: Seq(long),
            messages,
            read: Some(Seq(long)),
            afresh: true,
        };
        for event in [Event::Message(said), Event::Joined(joined)] {
            let encoded = partyline_shared::codec::json::encode_event(&event).len();
            assert!((encoded..2 * encoded).contains(&size(&event)), "{} for {encoded}", size(&event));
        }
    }
}
