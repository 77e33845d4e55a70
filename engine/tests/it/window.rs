//! Where the window lies: at the end, or where somebody reads; and going to a message.

use partyline_engine::{Action, Engine, Input, Loading, Output, Settings};
use partyline_shared::{Code, Command, Event, Limits, Message, Refused, Seq, Timestamp};

use crate::client::{Client, joined, member, message, messages, page, private};

fn lobby() -> String {
    "lobby".to_owned()
}

fn older() -> Action {
    Action::LoadOlder(lobby())
}

fn newer() -> Action {
    Action::LoadNewer(lobby())
}

fn go_to(seq: u64) -> Action {
    Action::GoTo { room: lobby(), seq: Seq(seq) }
}

fn follow(follow: bool) -> Action {
    Action::Follow { room: lobby(), follow }
}

fn asked_before(seq: u64) -> String {
    format!(r#"{{"type":"history","room":"lobby","before":{seq},"limit":25}}"#)
}

fn asked_after(seq: u64) -> String {
    format!(r#"{{"type":"history","room":"lobby","after":{seq},"limit":25}}"#)
}

fn asked_around(seq: u64) -> String {
    format!(r#"{{"type":"history","room":"lobby","after":{},"limit":100}}"#, seq - 51)
}

/// In the lobby, whose last message is 600, with a full window at the end: 501 to 600.
fn at_the_end() -> Client {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined("lobby", 550, messages("lobby", 501..=550)));
    for seq in 551..=600 {
        client.event(Event::Message(message("lobby", seq, "ann", "live")));
    }
    client.act(Action::MarkRead(lobby()));
    assert_eq!(client.window("lobby"), (501, 600));
    client
}

/// The same, read up to 476.
fn further_up() -> Client {
    let mut client = at_the_end();
    client.act(follow(false));
    assert_eq!(client.act(older()), [asked_before(501)]);
    client.event(page("lobby", 600, messages("lobby", 476..=500), true));
    assert_eq!(client.window("lobby"), (476, 575));
    client
}

#[test]
fn who_follows_keeps_the_end() {
    let mut client = at_the_end();
    client.event(Event::Message(message("lobby", 601, "ann", "live")));
    assert_eq!(client.window("lobby"), (502, 601), "the oldest goes");
    assert_eq!(client.act(older()), [""; 0], "the end would have to go for it");
    let full = "notice: there is nothing more here to be shown now";
    assert_eq!(client.line("/history"), [full]);
    assert!(client.room("lobby").has_older && !client.room("lobby").has_newer);
}

#[test]
fn who_reads_keeps_what_they_read() {
    let mut client = at_the_end();
    client.act(follow(false));
    for seq in 601..=900 {
        client.event(Event::Message(message("lobby", seq, "ann", "live")));
    }
    assert_eq!(client.window("lobby"), (501, 600), "a full window stays");
    let room = client.room("lobby");
    assert_eq!((room.has_newer, room.head, room.unread, room.live().len()), (true, Seq(900), 300, 25));
    assert_eq!(room.live().back().unwrap().seq, Seq(900), "what is said is known, wherever one reads");

    assert_eq!(client.act(Action::ToEnd(lobby())), [""; 0], "the end is here already");
    assert_eq!(client.window("lobby"), (876, 900));
    assert!(!client.room("lobby").has_newer && client.room("lobby").has_older);
    client.event(Event::Message(message("lobby", 901, "ann", "live")));
    assert_eq!(client.window("lobby"), (876, 901));
}

#[test]
fn a_window_that_has_room_takes_what_comes_while_one_reads() {
    let mut client = Client::online();
    client.act(follow(false));
    for seq in 1..=120 {
        client.event(Event::Message(message("lobby", seq, "ann", "live")));
    }
    assert_eq!(client.window("lobby"), (1, 100));
    assert_eq!(client.unread("lobby"), 120);
    assert_eq!(client.act(newer()), [""; 0], "what comes next is here");
    assert_eq!(client.window("lobby"), (21, 120));
}

#[test]
fn the_window_moves_up_and_down() {
    let mut client = further_up();
    assert_eq!(client.room("lobby").loading, None);
    assert_eq!(client.act(older()), [asked_before(476)]);
    assert_eq!(client.act(older()), [""; 0], "asked once");
    client.event(page("lobby", 600, messages("lobby", 451..=475), true));
    assert_eq!(client.window("lobby"), (451, 550));
    client.event(Event::Message(message("lobby", 601, "ann", "live")));
    assert_eq!((client.window("lobby"), client.unread("lobby")), ((451, 550), 1), "counted, and no more");

    assert_eq!(client.act(newer()), [asked_after(550)]);
    client.event(page("lobby", 601, messages("lobby", 551..=575), true));
    assert_eq!((client.window("lobby"), client.room("lobby").has_newer), ((476, 575), true));
    assert_eq!(client.act(newer()), [asked_after(575)], "601 is kept, 576 no longer");
    client.event(page("lobby", 601, messages("lobby", 576..=600), true));
    assert_eq!((client.window("lobby"), client.room("lobby").has_newer), ((502, 601), false));
}

#[test]
fn what_is_left_behind_at_the_end_is_kept_as_far_as_it_fits() {
    let mut client = at_the_end();
    client.act(follow(false));
    client.act(older());
    client.event(page("lobby", 600, messages("lobby", 491..=500), true));
    assert_eq!((client.window("lobby"), client.room("lobby").live().len()), ((491, 590), 10));
    client.act(older());
    client.event(page("lobby", 600, messages("lobby", 481..=490), true));
    assert_eq!((client.window("lobby"), client.room("lobby").live().len()), ((481, 580), 20));
    assert_eq!(client.act(newer()), [""; 0], "it is here");
    assert_eq!((client.window("lobby"), client.room("lobby").has_newer), ((501, 600), false));
}

#[test]
fn what_was_not_counted_yet_does_not_come_by_the_way() {
    let mut client = further_up();
    client.reconnect("e1");
    client.event(joined("lobby", 2000, messages("lobby", 1996..=2000)));
    assert_eq!(client.unread("lobby"), 1400);
    client.act(go_to(1980));
    // 2001 to 2003 were said, and have yet to arrive.
    let asked = client.event(page("lobby", 2003, messages("lobby", 1930..=2003), false));
    assert_eq!(asked, ["reached lobby 1980", r#"{"type":"history","room":"lobby","after":2000,"limit":100}"#]);
    assert_eq!((client.window("lobby"), client.unread("lobby")), ((1930, 2000), 1400));
    client.event(page("lobby", 2003, messages("lobby", 2001..=2003), false));
    for seq in 2001..=2003 {
        client.event(Event::Message(message("lobby", seq, "ann", "live")));
    }
    assert_eq!((client.window("lobby"), client.unread("lobby")), ((1930, 2003), 1403), "each once");
}

#[test]
fn a_message_after_a_gap_is_reached_once_the_gap_is_filled() {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined("lobby", 600, messages("lobby", 551..=600)));
    client.act(go_to(605));
    let around = page("lobby", 610, messages("lobby", 555..=610), false);
    let asked = client.event(around.clone());
    assert_eq!(asked, [r#"{"type":"history","room":"lobby","after":600,"limit":100}"#]);
    assert_eq!(client.event(page("lobby", 610, messages("lobby", 601..=610), false)), [asked_around(605)]);
    assert_eq!(client.event(around), ["reached lobby 605"]);
    assert_eq!((client.window("lobby"), client.unread("lobby")), ((555, 610), 10));
}

#[test]
fn a_message_that_is_not_loaded_is_fetched_with_what_stands_around_it() {
    let mut client = at_the_end();
    assert_eq!(client.act(go_to(590)), ["reached lobby 590"], "it is here");
    assert_eq!(client.act(go_to(300)), [asked_around(300)]);
    assert_eq!(client.room("lobby").loading, Some(Loading::Around(Seq(300))));
    assert_eq!(client.window("lobby"), (501, 600), "what is here stays until then");
    assert_eq!(client.event(page("lobby", 600, messages("lobby", 250..=349), true)), ["reached lobby 300"]);
    assert_eq!(client.window("lobby"), (250, 349));
    let room = client.room("lobby");
    assert!(room.has_older && room.has_newer && !room.followed && room.loading.is_none());
    assert_eq!(client.act(go_to(580)), ["reached lobby 580"], "the end is kept");
    assert_eq!(client.window("lobby"), (576, 600));
}

#[test]
fn a_message_near_the_end_leads_to_a_window_at_the_end() {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined("lobby", 600, messages("lobby", 551..=600)));
    client.act(go_to(540));
    assert_eq!(client.event(page("lobby", 600, messages("lobby", 490..=589), true)), ["reached lobby 540"]);
    assert_eq!(client.window("lobby"), (501, 600));
    assert!(!client.room("lobby").has_newer && client.room("lobby").has_older);
}

#[test]
fn a_message_that_is_not_there_is_said_to_be_missing() {
    let mut client = at_the_end();
    client.act(go_to(700));
    assert_eq!(client.event(page("lobby", 600, vec![], false)), ["NotYet lobby 700"]);
    assert_eq!((client.window("lobby"), client.room("lobby").loading), ((501, 600), None));
    // What is kept begins at 200.
    client.act(go_to(190));
    assert_eq!(client.event(page("lobby", 600, messages("lobby", 200..=239), true)), ["Gone lobby 190"]);
    assert_eq!(client.window("lobby"), (501, 600));
    client.act(go_to(210));
    assert_eq!(client.event(page("lobby", 600, messages("lobby", 200..=258), true)), ["reached lobby 210"]);
    assert!(!client.room("lobby").has_older, "nothing before it is kept");
}

#[test]
fn a_message_in_a_room_that_one_is_not_in_is_reached_by_entering() {
    let mut client = Client::online();
    assert_eq!(
        client.act(Action::GoTo { room: "attic".to_owned(), seq: Seq(3) }),
        [r#"{"type":"join","room":"attic"}"#]
    );
    assert_eq!(client.event(joined("Attic", 5, messages("Attic", 1..=5))), ["entered Attic", "reached Attic 3"]);
    client.act(Action::GoTo { room: "cellar".to_owned(), seq: Seq(3) });
    let refused = r#"{"type":"refused","code":"too_many_rooms","text":"too many","room":"cellar"}"#;
    assert_eq!(client.json(refused), ["barred cellar TooManyRooms", "error: too many"]);
}

#[test]
fn a_message_that_was_asked_for_before_there_was_a_connection_is_reached_once_there_is() {
    let mut client = Client::new(&["lobby"]);
    assert_eq!(client.act(go_to(80)), [""; 0]);
    client.connect();
    let asked = client.event(joined("lobby", 600, messages("lobby", 551..=600)));
    assert_eq!(asked, ["entered lobby".to_owned(), asked_around(80)]);
    assert_eq!(client.event(page("lobby", 600, messages("lobby", 30..=129), true)), ["reached lobby 80"]);
}

#[test]
fn a_message_of_a_conversation_is_reached_once_there_is_one() {
    let mut client = Client::online();
    let bob = private("bob");
    assert_eq!(client.act(Action::GoTo { room: bob.clone(), seq: Seq(2) }), [""; 0]);
    let first = Message { to: Some(member("me")), ..message(&bob, 3, "bob", "psst") };
    let asked = client.event(Event::Message(first));
    assert_eq!(asked, [format!(r#"{{"type":"history","room":"{bob}","limit":50}}"#)]);
    let mut all = messages(&bob, 1..=3);
    for message in &mut all {
        message.to = Some(member("me"));
    }
    let asked = client.event(page(&bob, 3, all.clone(), false));
    assert_eq!(asked, [format!(r#"{{"type":"history","room":"{bob}","after":0,"limit":100}}"#)]);
    assert_eq!(client.event(page(&bob, 3, all, false)), [format!("reached {bob} 2")]);
}

#[test]
fn who_goes_elsewhere_is_not_pulled_back() {
    let mut client = at_the_end();
    client.act(go_to(300));
    client.act(Action::ToEnd(lobby()));
    assert_eq!(client.event(page("lobby", 600, messages("lobby", 250..=349), true)), [""; 0]);
    assert_eq!(client.window("lobby"), (501, 600));

    client.act(go_to(300));
    assert_eq!(client.act(go_to(100)), [""; 0], "one question at a time");
    let asked = client.event(page("lobby", 600, messages("lobby", 250..=349), true));
    assert_eq!(asked, [asked_around(100)], "the first answer is of no use any more");
    assert_eq!(client.event(page("lobby", 600, messages("lobby", 50..=149), true)), ["reached lobby 100"]);

    let mut client = further_up();
    client.act(older());
    client.act(Action::ToEnd(lobby()));
    client.event(page("lobby", 600, messages("lobby", 451..=475), true));
    assert_eq!(client.window("lobby"), (501, 600), "a page from where the window was");
}

#[test]
fn a_drop_finds_the_window_where_it_was() {
    let mut client = further_up();
    client.event(Event::Message(message("lobby", 601, "ann", "live")));
    client.act(older());
    let hello = client.reconnect("e1");
    assert!(hello[0].contains(r#""resume":[{"room":"lobby","seq":601}]"#), "from the end: {hello:?}");
    assert_eq!(client.room("lobby").loading, None, "what was asked for won't come");
    let gap = client.event(joined("lobby", 690, messages("lobby", 641..=690)));
    assert_eq!(gap, [r#"{"type":"history","room":"lobby","after":601,"limit":100}"#]);
    client.event(page("lobby", 690, messages("lobby", 602..=640), true));
    assert_eq!((client.window("lobby"), client.unread("lobby")), ((476, 575), 90));
    assert_eq!(client.act(older()), [asked_before(476)]);
    client.reconnect("e1");
    // More than the window holds was missed.
    client.event(joined("lobby", 2000, messages("lobby", 1951..=2000)));
    assert_eq!((client.window("lobby"), client.unread("lobby")), ((476, 575), 1400));
    client.act(Action::ToEnd(lobby()));
    assert_eq!(client.window("lobby"), (1976, 2000));
}

#[test]
fn where_one_wants_to_go_survives_a_drop() {
    let mut client = at_the_end();
    client.act(go_to(300));
    client.reconnect("e1");
    assert_eq!(client.event(joined("lobby", 600, vec![])), [asked_around(300)]);
    assert_eq!(client.event(page("lobby", 600, messages("lobby", 250..=349), true)), ["reached lobby 300"]);
}

#[test]
fn another_log_ends_the_reading() {
    let mut client = further_up();
    client.reconnect("e2");
    client.event(joined("lobby", 2, messages("lobby", 1..=2)));
    assert_eq!(client.window("lobby"), (1, 2));
    let room = client.room("lobby");
    assert!(!room.has_newer && room.loading.is_none());
    assert_eq!(room.live().len(), 2);
}

#[test]
fn what_one_says_while_one_reads_goes_to_the_end() {
    let mut client = further_up();
    client.line("from up here");
    client.json(r#"{"type":"sent","ref":"0000000000000001-1","room":"lobby","seq":601,"at":601}"#);
    assert_eq!((client.window("lobby"), client.unread("lobby")), ((476, 575), 0));
    client.act(Action::ToEnd(lobby()));
    assert_eq!(client.window("lobby"), (577, 601));
    assert_eq!(client.room("lobby").messages.back().unwrap().text, "from up here");
}

#[test]
fn what_is_refused_for_now_is_asked_again() {
    let mut client = further_up();
    client.act(older());
    let refused = Refused::new(Code::RateLimited, "too fast").room("lobby").retry_after(500);
    assert_eq!(client.event(Event::Refused(refused)), [""; 0]);
    assert_eq!(client.room("lobby").loading, Some(Loading::Older));
    assert_eq!(client.wake(), [asked_before(476)]);
    let refused = Refused::new(Code::BadField, "no").room("lobby");
    assert_eq!(client.event(Event::Refused(refused)), ["error: no"]);
    assert_eq!(client.room("lobby").loading, None);
}

#[test]
fn what_is_no_longer_kept_after_the_window_is_passed_over() {
    let mut client = further_up();
    client.act(go_to(100));
    client.event(page("lobby", 600, messages("lobby", 50..=149), true));
    // Meanwhile all up to 399 has gone.
    client.act(newer());
    client.event(page("lobby", 600, messages("lobby", 400..=424), true));
    assert_eq!(client.window("lobby"), (400, 424));
    assert!(!client.room("lobby").has_older);
    // And then all of it.
    client.act(newer());
    client.event(page("lobby", 600, vec![], false));
    assert_eq!(client.window("lobby"), (576, 600));
    assert!(!client.room("lobby").has_newer);
}

/// A log of so many messages, asked the way the engine asks.
fn answer(command: &Command, head: u64) -> Event {
    let Command::History(history) = command else { panic!("{command:?}") };
    let limit = u64::from(history.limit.unwrap());
    let (from, to) = match (history.before, history.after) {
        (Some(before), _) => (before.0.saturating_sub(limit).max(1), before.0 - 1),
        (None, Some(after)) => (after.0 + 1, (after.0 + limit).min(head)),
        (None, None) => (head.saturating_sub(limit - 1).max(1), head),
    };
    let more = if history.after.is_some() { to < head } else { from > 1 };
    page("lobby", head, messages("lobby", from..=to), more)
}

#[test]
fn a_hundred_thousand_messages_are_walked_through_with_a_few_hundred_in_memory() {
    const HEAD: u64 = 100_000;
    const WINDOW: usize = 400;
    let settings = Settings { nick: None, identity: None, rooms: vec![lobby()], entropy: 1, window: WINDOW };
    let mut engine = Engine::new(settings);
    let now = Timestamp(0);
    engine.handle(Input::Connect, now);
    engine.handle(Input::Opened, now);
    engine.handle(Input::Received(Client::welcome("me", "e1")), now);
    engine.handle(Input::Received(joined("lobby", HEAD, messages("lobby", HEAD - 49..=HEAD))), now);
    engine.handle(Input::User(follow(false)), now);
    assert_eq!(Limits::default().page, 100, "a page is a quarter of the window");

    let mut walk = |action: fn() -> Action| {
        let mut pages = 0;
        loop {
            let before = engine.model().rooms["lobby"].messages.front().unwrap().seq;
            let outputs = engine.handle(Input::User(action()), now);
            let command =
                outputs.into_iter().find_map(|output| if let Output::Transmit(c) = output { Some(c) } else { None });
            if let Some(command) = &command {
                engine.handle(Input::Received(answer(command, HEAD)), now);
                pages += 1;
            }
            let room = &engine.model().rooms["lobby"];
            assert!(room.messages.len() <= WINDOW && room.live().len() <= WINDOW);
            assert!(room.messages.iter().zip(room.messages.iter().skip(1)).all(|(a, b)| a.seq.next() == b.seq));
            if command.is_none() && room.messages.front().unwrap().seq == before {
                return (pages, before, room.messages.back().unwrap().seq);
            }
        }
    };
    assert_eq!(walk(older), (1000, Seq(1), Seq(400)), "999.5 pages up");
    let (pages, first, last) = walk(newer);
    assert_eq!((first, last), (Seq(HEAD - 399), Seq(HEAD)));
    assert!((990..=996).contains(&pages), "the last hundred are kept: {pages}");
    assert!(!engine.model().rooms["lobby"].has_newer);
}
