//! Rooms, members, conversations, typing, and what is asked about them.

use partyline_engine::{Action, Input};
use partyline_shared::{Conversation, Event, Joined, MemberRef, Message, Seq, help};

use crate::client::{Client, joined, member, message, messages, page, private};

fn type_in(room: &str) -> Action {
    Action::Typing(room.to_owned())
}

#[test]
fn a_room_is_one_however_it_is_spelt() {
    let mut client = Client::online();
    assert_eq!(client.line("/join #Kitchen"), [r#"{"type":"join","room":"Kitchen"}"#]);
    assert_eq!(client.line("/join KITCHEN"), [""; 0], "asked once");
    assert_eq!(client.event(joined("kitchen", 0, vec![])), ["entered kitchen"]);
    assert_eq!(client.line("/join Kitchen"), ["entered kitchen"]);
    assert_eq!(client.engine.model().rooms.keys().collect::<Vec<_>>(), ["kitchen", "lobby"]);
    client.reconnect("e1");
    client.event(joined("Kitchen", 0, vec![]));
    assert_eq!(client.engine.model().rooms.keys().collect::<Vec<_>>(), ["Kitchen", "lobby"], "the server decides");
}

#[test]
fn only_the_server_knows_all_spellings_of_a_room() {
    let mut client = Client::online();
    let asked = |room: &str, asked: &str| match joined(room, 0, vec![]) {
        Event::Joined(joined) => Event::Joined(Joined { asked: Some(asked.to_owned()), ..joined }),
        other => other,
    };
    assert_eq!(client.line("/join STRASSE"), [r#"{"type":"join","room":"STRASSE"}"#]);
    assert_eq!(client.line("/join ｓｔrasse"), [r#"{"type":"join","room":"ｓｔrasse"}"#], "who knows");
    assert_eq!(client.event(asked("Straße", "STRASSE")), ["entered Straße"]);
    assert_eq!(client.event(asked("Straße", "ｓｔrasse")), ["entered Straße"]);
    assert_eq!(client.engine.model().rooms.keys().collect::<Vec<_>>(), ["Straße", "lobby"], "it is one");
    assert_eq!(client.line("/join ｓｔrasse"), ["entered Straße"], "known from then on");
    assert!(!client.reconnect("e1")[0].contains("STRASSE"), "nothing is wanted any more");
    client.event(asked("STRASSE", "Straße"));
    assert_eq!(client.engine.model().rooms.keys().collect::<Vec<_>>(), ["STRASSE", "lobby"], "the server decides");

    // What was asked of a room that one isn't in is answered under the server's spelling too.
    client.line("/who ＬＡＮ");
    let members = r#"{"type":"members","room":"lan","count":0,"members":[]}"#;
    assert_eq!(client.json(members), ["notice: 0 here: "]);
    // And what is refused, under the client's.
    client.line("/join ＬＡＮ");
    client.json(r#"{"type":"refused","code":"too_many_rooms","text":"too many","room":"ＬＡＮ"}"#);
    assert!(!client.reconnect("e1")[0].contains("ＬＡＮ"));
}

#[test]
fn a_room_that_is_refused_is_no_longer_wanted() {
    let mut client = Client::online();
    assert_eq!(
        client.line("/join a:b"),
        ["error: no room can be called that: only letters, digits, '-' and '_' are allowed, not \":\""]
    );
    client.line("/join attic");
    let refused = r#"{"type":"refused","code":"too_many_rooms","text":"too many","room":"attic"}"#;
    assert_eq!(client.json(refused), ["barred attic TooManyRooms", "error: too many"]);
    assert!(!client.reconnect("e1")[0].contains("attic"));
}

#[test]
fn a_room_that_the_server_has_no_time_for_is_asked_for_again() {
    let mut client = Client::online();
    client.line("/join attic");
    client.json(r#"{"type":"refused","code":"log_unavailable","text":"later","room":"attic","retry_after_ms":500}"#);
    assert_eq!(client.wake(), [r#"{"type":"join","room":"attic"}"#]);
    assert_eq!(client.event(joined("attic", 0, vec![])), ["entered attic"]);
}

#[test]
fn what_was_wanted_while_connecting_is_asked_for_once_welcome() {
    let mut client = Client::new(&["lobby"]);
    client.input(Input::Connect);
    client.input(Input::Opened);
    assert_eq!(client.line("/join attic"), [""; 0]);
    assert_eq!(client.event(Client::welcome("me", "e1")), [r#"{"type":"join","room":"attic"}"#]);
}

#[test]
fn a_room_that_was_left_stays_left() {
    let mut client = Client::online();
    client.line("/join attic");
    client.event(joined("attic", 0, vec![]));
    assert_eq!(client.line("/part attic"), [r#"{"type":"part","room":"attic"}"#]);
    client.event(joined("attic", 0, vec![]));
    client.event(Event::Message(message("attic", 1, "ann", "late")));
    assert!(!client.engine.model().rooms.contains_key("attic"));
    assert_eq!(client.line("/part attic"), ["error: you aren't in attic"]);
    assert_eq!(client.line("/join attic"), [r#"{"type":"join","room":"attic"}"#]);
    client.event(joined("attic", 0, vec![]));
    assert!(client.engine.model().rooms.contains_key("attic"));
}

#[test]
fn presence_keeps_the_list() {
    let mut client = Client::online();
    let mut presence = |nick: &str, called: &str, change: &str| {
        let MemberRef { id, .. } = member(nick);
        client.json(&format!(
            r#"{{"type":"presence","room":"lobby","member":{{"id":"{id}","nick":"{called}"}},"change":"{change}"}}"#
        ));
        let room = &client.engine.model().rooms["lobby"];
        (room.members.iter().map(|m| m.nick.clone()).collect::<Vec<_>>().join(" "), room.count)
    };
    assert_eq!(presence("zoe", "zoe", "joined"), ("me zoe".to_owned(), 2));
    assert_eq!(presence("ann", "Ann", "joined"), ("Ann me zoe".to_owned(), 3));
    assert_eq!(presence("zoe", "bea", "renamed"), ("Ann bea me".to_owned(), 3));
    assert_eq!(presence("ann", "Ann", "left"), ("bea me".to_owned(), 2));
}

#[test]
fn a_crowd_is_counted_and_listed_again_once_it_has_shrunk() {
    let mut client = Client::online();
    assert_eq!(client.json(r#"{"type":"count","room":"lobby","count":1234}"#), [""; 0]);
    let here = |client: &Client| {
        let room = &client.engine.model().rooms["lobby"];
        (room.members.iter().map(|m| m.nick.clone()).collect::<Vec<_>>().join(" "), room.count)
    };
    assert_eq!(here(&client), ("me".to_owned(), 1234));
    client.json(r#"{"type":"count","room":"nowhere","count":7}"#);
    assert!(!client.engine.model().rooms.contains_key("nowhere"));
    let members = r#"{"type":"members","room":"lobby","count":2,"members":[{"id":"00000000000000000000000000000001","nick":"zoe"},{"id":"00000000000000000000000000000002","nick":"Ann"}]}"#;
    assert_eq!(client.json(members), [""; 0], "it comes unasked");
    assert_eq!(here(&client), ("Ann zoe".to_owned(), 2));
}

#[test]
fn what_the_person_asked_is_answered_where_they_are() {
    let mut client = Client::online();
    assert_eq!(client.line("/who"), [r#"{"type":"who","room":"lobby"}"#]);
    let members = r#"{"type":"members","room":"lobby","count":3,"members":[{"id":"00000000000000000000000000000001","nick":"zoe"},{"id":"00000000000000000000000000000002","nick":"Ann"}]}"#;
    assert_eq!(client.json(members), ["notice: 3 here: Ann, zoe and 1 more"]);
    assert_eq!(client.json(members), [""; 0], "the page may ask without the person");
    assert_eq!(client.line("/rooms"), [r#"{"type":"rooms"}"#]);
    let rooms = r#"{"type":"rooms","rooms":[{"room":"lobby","count":2,"head":9},{"room":"attic","count":0,"head":1}]}"#;
    assert_eq!(client.json(rooms), ["listed", "notice: lobby (2 here)\nattic (0 here)"]);
    assert_eq!(client.line("/help"), [format!("notice: {}", help())]);
    assert_eq!(client.line("/nick moi"), [r#"{"type":"nick","nick":"moi"}"#]);
    assert_eq!(client.json(r#"{"type":"refused","code":"nick_taken","text":"moi is taken"}"#), ["error: moi is taken"]);
    assert!(client.line("/dance")[0].starts_with("error: there is no command /dance"));
    assert!(client.line("/receipts on")[0].starts_with("notice: /receipts is for plain text"));
    client.input(Input::Lost);
    assert_eq!(client.line("/rooms"), ["error: there is no connection now: ask again once there is"]);
}

#[test]
fn rooms_that_are_offered_are_learned_quietly_and_seldom() {
    let mut client = Client::online();
    assert_eq!(client.act(Action::FindRooms), [r#"{"type":"rooms"}"#]);
    assert_eq!(client.act(Action::FindRooms), [""; 0], "not at each key");
    let rooms = r#"{"type":"rooms","rooms":[{"room":"lobby","count":2,"head":9},{"room":"attic","count":0,"head":1}]}"#;
    assert_eq!(client.json(rooms), ["listed"]);
    assert_eq!(client.engine.model().listed, ["lobby", "attic"]);
    client.now += 30_000;
    assert_eq!(client.act(Action::FindRooms), [r#"{"type":"rooms"}"#]);
    let many: Vec<_> = (0..2000).map(|n| format!(r#"{{"room":"r{n}","count":0,"head":1}}"#)).collect();
    assert_eq!(client.json(&format!(r#"{{"type":"rooms","rooms":[{}]}}"#, many.join(","))), ["listed"]);
    assert_eq!(client.engine.model().listed.len(), 1000);
    client.input(Input::Lost);
    assert_eq!(client.act(Action::FindRooms), [""; 0]);
}

fn private_message(seq: u64, from: &str, to: &str, text: &str) -> Event {
    let other = if from == "me" { to } else { from };
    Event::Message(Message { to: Some(member(to)), ..message(&private(other), seq, from, text) })
}

#[test]
fn a_private_message_makes_a_conversation() {
    let mut client = Client::online();
    let bob = private("bob");
    client.event(private_message(1, "bob", "me", "psst"));
    assert_eq!(client.shows(&bob), "1 bob:psst");
    assert_eq!((client.unread(&bob), client.engine.model().rooms[&bob].title.as_str()), (1, "bob"));
    client.event(private_message(2, "me", "bob", "from my other window"));
    assert_eq!(client.unread(&bob), 1);
    let said = client.act(Action::Say { room: bob.clone(), text: "hm".to_owned(), action: false });
    assert_eq!(said, [format!(r#"{{"type":"say","room":"{bob}","text":"hm","ref":"0000000000000001-1"}}"#)]);
    assert_eq!(client.reconnect("e1")[0].matches("room\":").count(), 1, "conversations are no resume points");
}

#[test]
fn a_conversation_that_one_lacks_the_beginning_of_is_fetched() {
    let mut client = Client::online();
    let bob = private("bob");
    let asked = client.event(private_message(9, "bob", "me", "psst"));
    assert_eq!(asked, [format!(r#"{{"type":"history","room":"{bob}","limit":50}}"#)]);
    let mut earlier = messages(&bob, 5..=9);
    for message in &mut earlier {
        message.to = Some(member("me"));
    }
    client.event(page(&bob, 9, earlier, true));
    assert_eq!(client.window(&bob), (5, 9));
    assert_eq!(client.unread(&bob), 1, "the earlier ones aren't news");
}

#[test]
fn conversations_are_caught_up_with_a_few_at_a_time() {
    let mut client = Client::online();
    client.event(private_message(1, "bob", "me", "psst"));
    client.reconnect("e1");
    let conversation =
        |nick: &str, head| Conversation { room: private(nick), nick: nick.to_owned(), head: Seq(head), read: None };
    let conversations = ["bob", "c1", "c2", "c3", "c4", "c5"].iter().map(|nick| conversation(nick, 3)).collect();
    let asked = client.event(Event::Conversations { conversations });
    assert_eq!(asked.len(), 4, "{asked:?}");
    let bob = private("bob");
    if let Some(ask) = asked.iter().find(|ask| ask.contains(&bob)) {
        assert!(ask.contains(r#""after":1"#), "{ask}");
    }
    let room = asked[0].split('"').find(|word| word.starts_with('@')).unwrap().to_owned();
    let first = if room == bob { 2 } else { 1 };
    let next = client.event(page(&room, 3, messages(&room, first..=3), false));
    assert_eq!(next.len(), 1, "{next:?}");
    assert_eq!(client.window(&room), (1, 3));
}

#[test]
fn another_log_has_other_conversations() {
    let mut client = Client::online();
    client.event(private_message(1, "bob", "me", "psst"));
    client.reconnect("e2");
    assert_eq!(client.shows(&private("bob")), "");
    client.event(private_message(1, "bob", "me", "hello again"));
    assert_eq!(client.shows(&private("bob")), "1 bob:hello again");
}

#[test]
fn typing_is_told_at_most_every_three_seconds() {
    let mut client = Client::online();
    let told = [r#"{"type":"typing","room":"lobby"}"#];
    assert_eq!(client.act(type_in("lobby")), told);
    client.now += 2999;
    assert_eq!(client.act(type_in("lobby")), [""; 0]);
    client.now += 1;
    assert_eq!(client.act(type_in("lobby")), told);
    client.line("done");
    assert_eq!(client.act(type_in("lobby")), told, "what follows a message is news again");
}

#[test]
fn who_types_stops_after_five_seconds_or_with_a_message() {
    let mut client = Client::online();
    let types = Event::Typing { room: "lobby".to_owned(), member: member("ann") };
    let typing = |client: &Client| client.engine.model().rooms["lobby"].typing.len();
    client.event(types.clone());
    assert_eq!(typing(&client), 1);
    client.wake();
    assert_eq!((typing(&client), client.now), (0, 6000));
    client.event(types);
    client.event(Event::Message(message("lobby", 1, "ann", "done")));
    assert_eq!(typing(&client), 0);
    client.event(Event::Typing { room: "lobby".to_owned(), member: member("me") });
    assert_eq!(typing(&client), 0, "one knows what one does oneself");
}
