//! Plain text: what a person with `nc` or telnet reads.
//!
//! A line of the server starts with `--`, which no nick can; what somebody says starts with their nick. Each
//! further line of a message starts with a mark, so that nobody can make up a line of somebody else's.

use std::fmt::Write as _;

use crate::{Change, Event, Joined, Kind, Message, RoomSummary};

/// How many messages a newcomer is shown. The rest is a `/history` away.
const GREETING_MESSAGES: usize = 10;

/// How many nicks a line lists.
const LISTED: usize = 30;

/// What comes before the text in the answer to a client in lockstep, and in every receipt.
pub const RECEIPT: &str = "收到你的消息";

/// Writes an event for a person, as whole lines; `None` for what isn't shown in plain text.
///
/// It is the same for all readers, so that it is written once for all of them.
pub fn render(event: &Event) -> Option<String> {
    Some(match event {
        Event::Welcome(welcome) => {
            format!(
                "-- Welcome to {}. You are {}. Just type; /help lists the commands.\n",
                welcome.server, welcome.you.nick
            )
        }
        Event::Joined(joined) => render_joined(joined),
        Event::Message(message) => render_message(message)?,
        Event::Presence { room, member, change, was } => match (change, was) {
            (Change::Joined, _) => format!("-- {} joined {room}\n", member.nick),
            (Change::Left, _) => format!("-- {} left {room}\n", member.nick),
            (Change::Renamed, Some(was)) => format!("-- {was} is now called {}\n", member.nick),
            (Change::Renamed, None) | (Change::Unknown, _) => return None,
        },
        Event::History(page) if page.messages.is_empty() => "-- nothing earlier\n".to_owned(),
        Event::History(page) => {
            let mut text = format!("-- {} (times are UTC):\n", page.room);
            page.messages.iter().filter_map(render_dated).for_each(|line| text += &line);
            text += "-- end of history\n";
            text
        }
        Event::Members { room, count, members } => {
            format!("-- {room}: {}\n", people(*count, members.iter().map(|member| member.nick.as_str())))
        }
        Event::Rooms { rooms } => render_rooms(rooms),
        Event::Refused(refused) => format!("-- error: {}\n", crate::clean_line(&refused.text)),
        Event::Bye(bye) => format!("-- {}\n", bye.text),
        Event::Pong { .. } => "-- pong\n".to_owned(),
        Event::Count { .. }
        | Event::Sent(_)
        | Event::Typing { .. }
        | Event::Read { .. }
        | Event::Conversations { .. }
        | Event::Unknown => return None,
    })
}

/// Writes the receipt of a message: [`RECEIPT`] and its text.
pub fn receipt(text: &str) -> String {
    format!("{RECEIPT}{}\n", marked(text))
}

fn render_joined(joined: &Joined) -> String {
    let here = people(joined.count, joined.members.iter().map(|member| member.nick.as_str()));
    let mut text = format!("-- This is {}: {here}\n", joined.room);
    let skipped = joined.messages.len().saturating_sub(GREETING_MESSAGES);
    joined.messages[skipped..].iter().filter_map(render_dated).for_each(|line| text += &line);
    text
}

fn people<'a>(count: usize, nicks: impl Iterator<Item = &'a str>) -> String {
    let listed: Vec<_> = nicks.take(LISTED).collect();
    let others = count - listed.len().min(count);
    let mut text = format!("{count} here");
    if !listed.is_empty() {
        let _ = write!(text, " ({}", listed.join(", "));
        if others > 0 {
            let _ = write!(text, " and {others} more");
        }
        text.push(')');
    }
    text
}

fn render_rooms(rooms: &[RoomSummary]) -> String {
    if rooms.is_empty() {
        return "-- no rooms yet: /join one and say something\n".to_owned();
    }
    let mut text = String::new();
    for room in rooms {
        let _ = writeln!(text, "-- {}: {} here, {} messages", room.room, room.count, room.head);
    }
    text
}

fn render_message(message: &Message) -> Option<String> {
    let (nick, text) = (&message.from.nick, marked(&message.text));
    let private = if message.to.is_some() { "[private] " } else { "" };
    match message.kind {
        Kind::Text => Some(format!("{private}{nick}: {text}\n")),
        Kind::Action => Some(format!("{private}* {nick} {text}\n")),
        Kind::Unknown => None,
    }
}

fn render_dated(message: &Message) -> Option<String> {
    Some(format!("{} {}", message.at.utc_hour_minute(), render_message(message)?))
}

/// A text with a mark before each further line.
fn marked(text: &str) -> String {
    text.replace('\n', "\n  | ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, MemberId, MemberRef, Refused, Seq, Timestamp, Via};

    fn message(text: &str, kind: Kind) -> Event {
        let from = MemberRef { id: MemberId([1; 16]), nick: "ann".into() };
        Event::Message(Message {
            room: "lobby".into(),
            seq: Seq(1),
            at: Timestamp(0),
            from,
            to: None,
            kind,
            text: text.into(),
            via: Via::Ws,
        })
    }

    #[test]
    fn nobody_can_make_up_a_line_of_somebody_else() {
        let text = render(&message("hi\nbob: I owe you\n-- the server stops", Kind::Text)).unwrap();
        assert_eq!(text, "ann: hi\n  | bob: I owe you\n  | -- the server stops\n");
        assert_eq!(render(&message("joined lobby", Kind::Action)).unwrap(), "* ann joined lobby\n");
    }

    #[test]
    fn formatting_is_shown_as_it_was_typed() {
        let source = "**bold** _it_ [x](https://a.example)\n> - `y`\n```rust\nz\n```";
        let text = render(&message(source, Kind::Text)).unwrap();
        assert_eq!(text.replace("\n  | ", "\n"), format!("ann: {source}\n"));
    }

    #[test]
    fn a_refusal_is_one_line() {
        let refused = Refused::new(Code::BadText, "two\nlines");
        assert_eq!(render(&Event::Refused(refused)).unwrap(), "-- error: two lines\n");
    }

    #[test]
    fn many_people_are_counted_not_listed() {
        let nicks: Vec<_> = (0..40).map(|n| format!("n{n}")).collect();
        let text = people(40, nicks.iter().map(String::as_str));
        assert!(text.starts_with("40 here (n0, ") && text.ends_with("n29 and 10 more)"), "{text}");
    }

    #[test]
    fn unknown_kinds_are_skipped() {
        assert_eq!(render(&message("x", Kind::Unknown)), None);
        assert_eq!(render(&Event::Unknown), None);
    }

    #[test]
    fn a_crowd_comes_and_goes_without_a_line() {
        assert_eq!(render(&Event::Count { room: "lobby".into(), count: 1234 }), None);
    }
}
