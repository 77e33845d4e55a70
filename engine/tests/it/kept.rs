//! What outlives a run of the client: what isn't sent, and what was read.

use partyline_engine::{Action, Engine, Input, Output, Settings, Unsent};
use partyline_shared::{Conversation, Event, Joined, Message, Seq, Timestamp};

use crate::client::{Client, joined, member, message, messages, private};

fn read(room: &str, seq: u64) -> String {
    format!(r#"{{"type":"read","room":"{room}","seq":{seq}}}"#)
}

/// The same, but with what the server knows of what was read.
fn joined_read(room: &str, head: u64, messages: Vec<Message>, read: u64) -> Event {
    match joined(room, head, messages) {
        Event::Joined(joined) => Event::Joined(Joined { read: Some(Seq(read)), ..joined }),
        other => other,
    }
}

/// What a browser would have kept of it.
fn stored(client: &Client) -> Vec<Unsent> {
    let text = serde_json::to_string(&client.engine.unsent_messages()).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn what_is_unsent_is_kept_and_taken_over_under_its_references() {
    let mut client = Client::online();
    client.input(Input::Lost);
    let bob = private("bob");
    let outputs =
        client.engine.handle(Input::User(Action::Line { room: "lobby".into(), text: "one".into() }), Timestamp(1));
    assert!(outputs.contains(&Output::Keep), "{outputs:?}");
    client.line("/me waves");
    client.line("/msg ann psst");
    client.line(&"x".repeat(4001));
    let kept = stored(&client);
    assert_eq!(kept.iter().map(|one| one.failed).collect::<Vec<_>>(), [false, false, true, false]);

    let mut next = Client::new(&[]);
    next.act(Action::TakeOver(kept.clone()));
    next.act(Action::TakeOver(kept.clone()));
    assert_eq!(next.shows("lobby"), format!("?one ?waves !{}", "x".repeat(4001)), "once");
    assert_eq!(stored(&next), kept, "and kept again");
    next.input(Input::Connect);
    let hello = next.input(Input::Opened);
    assert!(hello[0].contains(r#""resume":[{"room":"lobby","seq":0}]"#), "{hello:?}");
    let told = next.event(Client::welcome("me", "e1"));
    assert_eq!(told, [r#"{"type":"tell","to":"ann","text":"psst","ref":"0000000000000001-3"}"#]);
    let sent = next.event(joined("lobby", 0, vec![]));
    assert_eq!(sent, [r#"{"type":"say","room":"lobby","text":"one","ref":"0000000000000001-1"}"#]);
    next.json(r#"{"type":"sent","ref":"0000000000000001-1","room":"lobby","seq":1,"at":1}"#);
    assert_eq!(stored(&next).len(), 3, "what has its number is kept no longer");

    // In private, under the nick that one knows them by; and a room that nobody lets one into fails.
    let told = Unsent { room: Some(bob.clone()), to: Some("bob".into()), ..kept[0].clone() };
    let attic = Unsent { room: Some("attic".into()), reference: kept[1].reference.clone(), ..kept[0].clone() };
    let mut other = Client::online();
    let out = other.act(Action::TakeOver(vec![told, attic]));
    assert_eq!(
        out,
        [
            r#"{"type":"join","room":"attic"}"#.to_owned(),
            format!(r#"{{"type":"say","room":"{bob}","text":"one","ref":"0000000000000001-1"}}"#)
        ]
    );
    assert_eq!(other.engine.model().rooms[&bob].title, "bob");
    other.json(r#"{"type":"refused","code":"too_many_rooms","text":"too many","room":"attic"}"#);
    assert_eq!(other.shows("attic"), "!one");
}

#[test]
fn things_can_be_said_before_the_server_has_spoken() {
    let mut client = Client::new(&["lobby", "kitchen"]);
    let bob = private("bob");
    client.engine = client.engine.knowing([(bob.clone(), "bob".to_owned())]);
    assert!(client.engine.takes("Kitchen") && client.engine.takes(&bob) && !client.engine.takes("attic"));
    let say = |room: &str| Action::Line { room: room.into(), text: format!("to {room}") };
    for room in ["kitchen", &bob, "attic"] {
        client.act(say(room));
    }
    assert_eq!(client.shows("kitchen"), "?to kitchen");
    assert_eq!(client.shows(&bob), format!("?to {bob}"));
    assert!(!client.engine.model().rooms.contains_key("attic"), "which nobody wants to be in");
    assert_eq!(client.engine.wanted_rooms(), ["kitchen", "lobby"], "none is forgotten for the other");

    client.input(Input::Connect);
    let hello = client.input(Input::Opened);
    let resume = r#""resume":[{"room":"kitchen","seq":0},{"room":"lobby","seq":0}]"#;
    assert!(hello[0].contains(resume), "{hello:?}");
    let sent = client.event(Client::welcome("me", "e1"));
    assert_eq!(sent.len(), 1, "to the one that one needn't enter: {sent:?}");
    let sent = client.event(joined("kitchen", 0, vec![]));
    assert!(sent.iter().any(|line| line.contains("to kitchen")), "{sent:?}");
}

#[test]
fn what_has_waited_for_a_day_waits_for_the_person() {
    let mut client = Client::online();
    client.input(Input::Lost);
    client.line("old");
    let kept = stored(&client);
    let mut next = Client::online();
    next.now += 25 * 3600 * 1000;
    assert_eq!(next.act(Action::TakeOver(kept.clone())), [""; 0]);
    assert_eq!(next.shows("lobby"), "!old");
    let reference = kept[0].reference.clone();
    let retried = next.act(Action::Retry { room: "lobby".into(), reference });
    assert_eq!(retried, [r#"{"type":"say","room":"lobby","text":"old","ref":"0000000000000001-1"}"#]);
}

#[test]
fn an_engine_keeps_nothing_where_nothing_changed() {
    let settings = Settings { nick: None, identity: None, rooms: vec![], entropy: 1, window: 100 };
    let mut engine = Engine::new(settings);
    assert!(!engine.handle(Input::Connect, Timestamp(0)).contains(&Output::Keep));
    assert!(!engine.handle(Input::Opened, Timestamp(0)).contains(&Output::Keep));
}

#[test]
fn what_was_read_is_told_once_in_a_while() {
    let mut client = Client::new(&["lobby"]);
    client.now = 10_000;
    client.connect();
    client.event(joined("lobby", 2, messages("lobby", 1..=2)));
    assert_eq!(client.unread("lobby"), 0, "nobody knows");
    assert!(!client.engine.model().rooms["lobby"].marked);
    assert_eq!(client.act(Action::MarkRead("lobby".into())), [read("lobby", 2)]);
    client.event(Event::Message(message("lobby", 3, "ann", "three")));
    assert_eq!(client.act(Action::MarkRead("lobby".into())), [""; 0], "not each by itself");
    client.event(Event::Message(message("lobby", 4, "ann", "four")));
    client.act(Action::MarkRead("lobby".into()));
    assert_eq!(client.wake(), [read("lobby", 4)]);
    assert_eq!(client.now, 12_000);
    // A server that ended before it wrote that down is told again.
    client.now += 5000;
    client.reconnect("e1");
    assert_eq!(client.event(joined_read("lobby", 4, vec![], 2)), [read("lobby", 4)]);
}

#[test]
fn what_was_read_elsewhere_is_read() {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined_read("lobby", 9, messages("lobby", 5..=9), 6));
    assert_eq!((client.unread("lobby"), client.engine.model().rooms["lobby"].read), (3, Seq(6)));
    client.json(r#"{"type":"read","room":"lobby","seq":8}"#);
    assert_eq!(client.unread("lobby"), 1);
    client.json(r#"{"type":"read","room":"lobby","seq":7}"#);
    assert_eq!(client.unread("lobby"), 1, "never back");
    client.event(Event::Message(message("lobby", 10, "me", "from my other window")));
    assert_eq!(client.unread("lobby"), 1, "one's own isn't unread");
    client.json(r#"{"type":"read","room":"lobby","seq":99}"#);
    assert_eq!(client.unread("lobby"), 0);
    assert_eq!(client.act(Action::MarkRead("lobby".into())), [""; 0], "the server knows");
    client.json(r#"{"type":"read","room":"nowhere","seq":99}"#);

    // What isn't here counts as well.
    client.line("/join attic");
    client.event(joined_read("attic", 200, messages("attic", 151..=200), 100));
    assert_eq!(client.unread("attic"), 100);
}

#[test]
fn a_conversation_is_unread_from_where_one_read_it() {
    let mut client = Client::online();
    let bob = private("bob");
    let conversation = Conversation { room: bob.clone(), nick: "bob".into(), head: Seq(3), read: Some(Seq(1)) };
    client.event(Event::Conversations { conversations: vec![conversation] });
    let mut said: Vec<_> = (1..=3).map(|seq| message(&bob, seq, "bob", "psst")).collect();
    for message in &mut said {
        message.to = Some(member("me"));
    }
    client.event(crate::client::page(&bob, 3, said, false));
    assert_eq!(client.unread(&bob), 2);
}
