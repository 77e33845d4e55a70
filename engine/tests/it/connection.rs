//! Connecting, staying connected, coming back.

use partyline_engine::{Action, Change, Connection, Identity, Input, Output};
use partyline_shared::{Epoch, Timestamp};

use crate::client::{Client, joined, member, messages, token};

fn identity() -> Identity {
    Identity { token: token("me"), nick: "me".to_owned(), epoch: Epoch("e1".to_owned()) }
}

#[test]
fn hello_says_who_and_what_is_wanted() {
    let mut client = Client::with(&["#Lobby", "kitchen", "LOBBY"], Some("Me"), Some(identity()));
    assert_eq!(client.input(Input::Connect), ["open"]);
    assert_eq!(client.input(Input::Connect), [""; 0], "once is enough");
    let token = "6d650000000000000000000000000000";
    let resume = r#"[{"room":"Lobby","seq":0},{"room":"kitchen","seq":0}]"#;
    let hello =
        format!(r#"{{"type":"hello","protocol":1,"nick":"Me","token":"{token}","epoch":"e1","resume":{resume}}}"#);
    assert_eq!(client.input(Input::Opened), [hello]);
    assert_eq!(client.event(Client::welcome("me", "e1")), [""; 0], "the same nick, whatever its case");
    assert_eq!(client.event(joined("lobby", 0, vec![])), ["entered lobby"]);
    assert_eq!(client.event(joined("kitchen", 0, vec![])), [""; 0], "only the first one is shown by itself");
}

#[test]
fn who_names_no_room_is_led_to_the_default_one() {
    let mut client = Client::new(&[]);
    client.input(Input::Connect);
    assert_eq!(client.input(Input::Opened), [r#"{"type":"hello","protocol":1}"#]);
    assert_eq!(client.event(Client::welcome("guest-1", "e1")), [r#"{"type":"join","room":"lobby"}"#]);
    assert_eq!(client.event(joined("lobby", 0, vec![])), ["entered lobby"]);
    client.line("/part");
    client.input(Input::Lost);
    client.input(Input::Connect);
    client.input(Input::Opened);
    assert_eq!(client.event(Client::welcome("guest-1", "e1")), [""; 0], "who left it isn't led back");
}

#[test]
fn who_one_is_is_remembered() {
    let mut client = Client::new(&["lobby"]);
    client.input(Input::Connect);
    client.input(Input::Opened);
    let outputs = client.engine.handle(Input::Received(Client::welcome("me", "e1")), Timestamp(0));
    assert!(outputs.contains(&Output::Remember(identity())), "{outputs:?}");
    client.event(joined("lobby", 0, vec![]));
    let id = member("me").id;
    let renamed = format!(
        r#"{{"type":"presence","room":"lobby","member":{{"id":"{id}","nick":"moi"}},"change":"renamed","was":"me"}}"#
    );
    let event = partyline_shared::codec::json::decode_event(&renamed).unwrap();
    let outputs = client.engine.handle(Input::Received(event), Timestamp(0));
    assert!(outputs.contains(&Output::Remember(Identity { nick: "moi".to_owned(), ..identity() })), "{outputs:?}");
    assert!(outputs.contains(&Output::Changed(Change::Me)));
    assert_eq!(client.engine.model().me.as_ref().unwrap().nick, "moi");
    assert_eq!(client.engine.model().rooms["lobby"].members[0].nick, "moi");
}

#[test]
fn silence_is_asked_about_and_then_given_up() {
    let mut client = Client::online();
    assert_eq!(client.wake(), [r#"{"type":"ping"}"#]);
    assert_eq!(client.now, 21_000);
    client.json(r#"{"type":"pong"}"#);
    client.now += 19_999;
    assert_eq!(client.input(Input::Wake), [""; 0]);
    assert_eq!(client.wake(), [r#"{"type":"ping"}"#]);
    client.now += 19_999;
    assert_eq!(client.input(Input::Wake), [""; 0]);
    assert_eq!(client.wake(), ["close"]);
    assert!(matches!(client.engine.model().connection, Connection::Waiting { .. }));
    assert!(!client.engine.model().rooms["lobby"].joined);
    assert_eq!(client.wake(), ["open"]);
}

#[test]
fn a_machine_that_slept_asks_before_it_gives_up() {
    let mut client = Client::online();
    client.now += 3_600_000;
    assert_eq!(client.input(Input::Wake), [r#"{"type":"ping"}"#]);
}

#[test]
fn a_server_that_never_welcomes_is_left() {
    let mut client = Client::new(&["lobby"]);
    client.input(Input::Connect);
    client.input(Input::Opened);
    assert_eq!(client.wake(), ["close"]);
    assert_eq!(client.now, 16_000);
}

#[test]
fn attempts_are_further_and_further_apart() {
    let mut client = Client::new(&["lobby"]);
    client.input(Input::Connect);
    for attempt in 1..=20 {
        client.input(Input::Lost);
        let Connection::Waiting { until, attempt: counted, .. } = client.engine.model().connection else { panic!() };
        assert_eq!(counted, attempt);
        assert!(until.0 - client.now <= (500 << (attempt - 1)).min(30_000), "{attempt}: {}", until.0 - client.now);
        assert_eq!(client.wake(), ["open"]);
    }
}

#[test]
fn bye_says_when_to_come_back_or_not_to() {
    let mut client = Client::online();
    let bye = r#"{"type":"bye","reason":"shutdown","text":"restarting","return_after_ms":2000}"#;
    assert_eq!(client.json(bye), ["close"]);
    let Connection::Waiting { until, bye: Some(_), .. } = client.engine.model().connection else { panic!() };
    assert!((2000..=4000).contains(&(until.0 - client.now)));
    assert_eq!(client.input(Input::Lost), [""; 0], "that it is gone is known");
    assert_eq!(client.input(Input::Connect), ["open"], "the person doesn't have to wait");

    let mut client = Client::online();
    assert_eq!(client.json(r#"{"type":"bye","reason":"too_many","text":"full"}"#), ["close"]);
    assert!(matches!(client.engine.model().connection, Connection::Ended(_)));
    assert_eq!(client.engine.next_deadline(), None);
}

#[test]
fn quitting_is_said_and_final() {
    let mut client = Client::online();
    assert_eq!(client.act(Action::Quit), [r#"{"type":"quit"}"#, "close"]);
    assert!(matches!(client.engine.model().connection, Connection::Ended(_)));
    assert_eq!(client.input(Input::Lost), [""; 0]);
}

#[test]
fn what_a_dead_connection_still_held_is_ignored() {
    let mut client = Client::online();
    client.input(Input::Lost);
    client.event(joined("lobby", 3, messages("lobby", 1..=3)));
    assert_eq!(client.shows("lobby"), "");
}
