//! What one says: in order, once, never lost in silence.

use partyline_engine::{Action, Input};
use partyline_shared::Event;

use crate::client::{Client, joined, message, private};

fn say(count: u32, text: &str) -> String {
    format!(r#"{{"type":"say","room":"lobby","text":"{text}","ref":"0000000000000001-{count}"}}"#)
}

fn sent(count: u32, seq: u64) -> String {
    format!(r#"{{"type":"sent","ref":"0000000000000001-{count}","room":"lobby","seq":{seq},"at":0}}"#)
}

fn refused(count: u32, code: &str, retry: &str) -> String {
    format!(
        r#"{{"type":"refused","code":"{code}","text":"no","ref":"0000000000000001-{count}","room":"lobby"{retry}}}"#
    )
}

#[test]
fn a_message_is_pending_until_it_has_a_number() {
    let mut client = Client::online();
    assert_eq!(client.line("hi"), [say(1, "hi")]);
    assert_eq!(client.shows("lobby"), ">hi");
    client.json(&sent(1, 1));
    assert_eq!(client.shows("lobby"), "1 me:hi");
    assert_eq!(client.unread("lobby"), 0);
}

#[test]
fn the_next_one_waits_for_the_answer() {
    let mut client = Client::online();
    client.line("one");
    assert_eq!(client.line("two"), [""; 0]);
    assert_eq!(client.shows("lobby"), ">one ?two");
    assert_eq!(client.json(&sent(1, 1)), [say(2, "two")]);
}

#[test]
fn a_refusal_for_now_is_tried_again_in_order() {
    let mut client = Client::online();
    client.line("one");
    client.line("two");
    assert_eq!(client.json(&refused(1, "rate_limited", r#","retry_after_ms":700"#)), [""; 0]);
    assert_eq!(client.shows("lobby"), "~one ?two");
    assert_eq!(client.wake(), [say(1, "one")]);
    assert_eq!(client.now, 1700);
    assert_eq!(client.json(&sent(1, 1)), [say(2, "two")]);
}

#[test]
fn a_refusal_for_good_is_shown_and_left_to_the_person() {
    let mut client = Client::online();
    client.line("one");
    client.line("two");
    assert_eq!(client.json(&refused(1, "bad_text", "")), [say(2, "two")]);
    assert_eq!(client.shows("lobby"), "!one >two");
    let reference = client.engine.model().rooms["lobby"].pending[0].reference.clone();
    client.act(Action::Retry { room: "lobby".to_owned(), reference: reference.clone() });
    assert_eq!(client.shows("lobby"), ">two ?one");
    assert_eq!(client.json(&sent(2, 1)), [say(1, "one")]);
    client.act(Action::Discard { room: "lobby".to_owned(), reference: reference.clone() });
    assert_eq!(client.shows("lobby"), "1 me:two >one", "it may be in the log already");
    client.json(&refused(1, "bad_text", ""));
    client.act(Action::Discard { room: "lobby".to_owned(), reference });
    assert_eq!(client.shows("lobby"), "1 me:two");
}

#[test]
fn what_was_under_way_is_sent_again_under_its_name() {
    let mut client = Client::online();
    client.line("one");
    client.line("two");
    client.input(Input::Lost);
    assert_eq!(client.line("three"), [""; 0]);
    assert_eq!(client.shows("lobby"), "?one ?two ?three");
    client.reconnect("e1");
    let resent = client.event(joined("lobby", 1, vec![message("lobby", 1, "me", "one")]));
    assert_eq!(resent, [say(1, "one")], "not before one is in the room");
    assert_eq!(client.json(&sent(1, 1)), [say(2, "two")]);
    assert_eq!(client.shows("lobby"), "1 me:one >two ?three", "it was in the log: once is enough");
}

#[test]
fn a_number_after_a_gap_waits_for_the_gap() {
    let mut client = Client::online();
    client.line("mine");
    assert_eq!(client.json(&sent(1, 2)), [r#"{"type":"history","room":"lobby","after":0,"limit":100}"#]);
    assert_eq!(client.shows("lobby"), "");
    client.event(Event::Message(message("lobby", 1, "ann", "hers")));
    assert_eq!(client.shows("lobby"), "1 ann:hers 2 me:mine");
}

#[test]
fn what_cannot_be_said_is_said() {
    let mut client = Client::online();
    assert_eq!(client.line("  "), [""; 0]);
    assert_eq!(client.line("\u{200b}"), ["error: there is nothing to say"]);
    client.line(&"x".repeat(4001));
    assert!(client.shows("lobby").starts_with("!xxx"), "kept, since it was work to write");
    let aside = Action::Say { room: "attic".to_owned(), text: "x".to_owned(), action: false };
    assert_eq!(client.act(aside), ["error: you aren't in that room: /join it first"]);
}

#[test]
fn what_the_server_keeps_of_a_text_is_what_is_shown() {
    let mut client = Client::online();
    client.line("red\u{1b}[1m rose");
    assert_eq!(client.shows("lobby"), ">red\u{1b}[1m rose");
    client.json(r#"{"type":"sent","ref":"0000000000000001-1","room":"lobby","seq":1,"at":1,"text":"red rose"}"#);
    assert_eq!(client.shows("lobby"), "1 me:red rose");
}

#[test]
fn the_queue_is_bounded_and_says_so() {
    let mut client = Client::online();
    for n in 0..200 {
        client.line(&format!("{n}"));
    }
    assert_eq!(client.line("more"), ["error: not sent: 200 messages wait already; try again later"]);
    assert_eq!(client.engine.model().rooms["lobby"].pending.len(), 200);
}

#[test]
fn one_room_does_not_wait_for_another() {
    let mut client = Client::online();
    client.line("/join attic");
    client.event(joined("attic", 0, vec![]));
    client.line("here");
    let there = Action::Say { room: "attic".to_owned(), text: "there".to_owned(), action: true };
    assert_eq!(
        client.act(there),
        [r#"{"type":"say","room":"attic","text":"there","ref":"0000000000000001-2","action":true}"#]
    );
}

#[test]
fn telling_somebody_makes_a_conversation() {
    let mut client = Client::online();
    let bob = private("bob");
    assert_eq!(
        client.line("/msg bob psst"),
        [r#"{"type":"tell","to":"bob","text":"psst","ref":"0000000000000001-1"}"#]
    );
    client.json(&format!(
        r#"{{"type":"sent","ref":"0000000000000001-1","room":"{bob}","seq":1,"at":0,"to":{{"id":"{}","nick":"Bob"}}}}"#,
        &bob[1..]
    ));
    assert_eq!(client.shows(&bob), "1 me:psst");
    assert_eq!(client.engine.model().rooms[&bob].title, "Bob");
    client.line("/msg nobody psst");
    let refused =
        r#"{"type":"refused","code":"no_such_member","text":"nobody is called that","ref":"0000000000000001-2"}"#;
    assert_eq!(client.json(refused), ["error: not sent to nobody: nobody is called that"]);
}

#[test]
fn several_lines_are_one_message_and_no_command() {
    let mut client = Client::online();
    assert_eq!(client.line("/quit\nyes"), [say(1, "/quit\\nyes")]);
}
