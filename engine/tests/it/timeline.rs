//! In order, once, without a gap.

use partyline_engine::{Action, Loading};
use partyline_shared::{Event, Seq};

use crate::client::{Client, joined, message, messages, page};

fn history_after(seq: u64) -> String {
    format!(r#"{{"type":"history","room":"lobby","after":{seq},"limit":100}}"#)
}

fn gone(count: u64) -> String {
    format!("notice: {count} messages that were said meanwhile are gone: the server no longer keeps them")
}

/// Online, with messages up to this number in the lobby, and back after a drop.
fn returned(last: u64) -> Client {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined("lobby", last, messages("lobby", last.saturating_sub(49).max(1)..=last)));
    let hello = client.reconnect("e1");
    assert!(hello[0].contains(&format!(r#""resume":[{{"room":"lobby","seq":{last}}}]"#)), "{hello:?}");
    client
}

#[test]
fn a_message_is_shown_once() {
    let mut client = Client::online();
    for seq in [1, 1, 2, 1, 2] {
        client.event(Event::Message(message("lobby", seq, "ann", "hi")));
    }
    assert_eq!(client.shows("lobby"), "1 ann:hi 2 ann:hi");
    assert_eq!(client.unread("lobby"), 2);
    client.act(Action::MarkRead("lobby".to_owned()));
    assert_eq!(client.unread("lobby"), 0);
}

#[test]
fn what_was_there_before_one_came_is_not_unread() {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined("lobby", 120, messages("lobby", 71..=120)));
    assert_eq!(client.window("lobby"), (71, 120));
    assert_eq!(client.unread("lobby"), 0);
    assert!(client.engine.model().rooms["lobby"].has_older);
}

#[test]
fn what_was_missed_comes_with_joined_and_is_unread() {
    let mut client = returned(10);
    assert_eq!(client.event(joined("lobby", 12, messages("lobby", 11..=12))), [""; 0]);
    assert_eq!(client.window("lobby"), (1, 12));
    assert_eq!(client.unread("lobby"), 2);
}

#[test]
fn a_gap_is_filled_from_history_while_the_room_goes_on() {
    let mut client = returned(10);
    assert_eq!(client.event(joined("lobby", 70, messages("lobby", 51..=70))), [history_after(10)]);
    client.event(Event::Message(message("lobby", 71, "ann", "live")));
    assert_eq!(client.window("lobby"), (1, 10), "nothing is shown out of order");
    assert_eq!(client.event(page("lobby", 71, messages("lobby", 11..=40), true)), [history_after(40)]);
    assert_eq!(client.event(page("lobby", 71, messages("lobby", 41..=60), true)), [""; 0]);
    assert_eq!(client.window("lobby"), (1, 71));
    assert_eq!(client.unread("lobby"), 61);
}

#[test]
fn a_gap_in_what_is_live_is_filled_too() {
    let mut client = Client::online();
    assert_eq!(client.event(Event::Message(message("lobby", 3, "ann", "m3"))), [history_after(0)]);
    assert_eq!(client.event(Event::Message(message("lobby", 4, "ann", "m4"))), [""; 0], "asked once");
    client.event(page("lobby", 4, messages("lobby", 1..=4), false));
    assert_eq!(client.shows("lobby"), "1 ann:m1 2 ann:m2 3 ann:m3 4 ann:m4");
}

#[test]
fn a_gap_that_the_log_cannot_fill_is_not_asked_for_ever() {
    let mut client = Client::online();
    client.event(Event::Message(message("lobby", 5, "ann", "m5")));
    assert_eq!(client.event(page("lobby", 5, vec![], false)), [gone(4)]);
    assert_eq!(client.shows("lobby"), "5 ann:m5");
    client.event(Event::Message(message("lobby", 8, "ann", "m8")));
    let one = "notice: 1 message that was said meanwhile is gone: the server no longer keeps it";
    assert_eq!(client.event(page("lobby", 8, messages("lobby", 7..=8), false)), [one], "6 is gone");
    assert_eq!(client.shows("lobby"), "7 ann:m7 8 ann:m8");
    assert_eq!(client.unread("lobby"), 3, "what nobody can read isn't unread");
}

#[test]
fn what_the_server_no_longer_keeps_is_said_to_be_gone() {
    let mut client = returned(100);
    assert_eq!(client.event(joined("lobby", 180, messages("lobby", 171..=180))), [history_after(100)]);
    // What is kept begins at 161.
    assert_eq!(client.event(page("lobby", 180, messages("lobby", 161..=180), false)), [gone(60)]);
    assert_eq!(client.window("lobby"), (161, 180));
    assert!(!client.engine.model().rooms["lobby"].has_older, "before it there is nothing");
    assert_eq!(client.act(Action::LoadOlder("lobby".to_owned())), [""; 0]);
    client.event(Event::Message(message("lobby", 181, "ann", "live")));
    assert_eq!((client.window("lobby"), client.unread("lobby")), ((161, 181), 21));
}

#[test]
fn where_nothing_is_kept_any_more_the_room_goes_on_at_its_head() {
    let mut client = returned(100);
    assert_eq!(client.event(joined("lobby", 150, vec![])), [history_after(100)]);
    assert_eq!(client.event(page("lobby", 150, vec![], false)), [gone(50)]);
    assert_eq!(client.shows("lobby"), "");
    assert_eq!(client.event(Event::Message(message("lobby", 151, "ann", "live"))), [""; 0], "there is no gap");
    assert_eq!(client.shows("lobby"), "151 ann:live");
    let hello = client.reconnect("e1");
    assert!(hello[0].contains(r#""resume":[{"room":"lobby","seq":151}]"#), "{hello:?}");
}

#[test]
fn whoever_enters_a_room_of_which_nothing_is_kept_is_told_nothing() {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    assert_eq!(client.event(joined("lobby", 150, vec![])), ["entered lobby"]);
    let older = client.act(Action::LoadOlder("lobby".to_owned()));
    assert_eq!(older, [r#"{"type":"history","room":"lobby","before":151,"limit":25}"#]);
    assert_eq!(client.event(page("lobby", 150, vec![], false)), [""; 0]);
    assert_eq!(client.act(Action::LoadOlder("lobby".to_owned())), [""; 0], "it has been seen that there is nothing");
}

#[test]
fn numbers_that_jump_while_one_is_in_the_room_are_filled_from_history() {
    // Somebody imported into a room that nothing had been said in.
    let mut client = Client::online();
    assert_eq!(client.event(Event::Message(message("lobby", 61, "ann", "m61"))), [history_after(0)]);
    assert_eq!(client.event(page("lobby", 61, messages("lobby", 1..=61), false)), [""; 0]);
    assert_eq!(client.window("lobby"), (1, 61));
}

#[test]
fn an_empty_page_before_the_window_is_not_taken_for_one_after_it() {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined("lobby", 60, messages("lobby", 31..=60)));
    client.act(Action::LoadOlder("lobby".to_owned()));
    assert_eq!(client.event(Event::Message(message("lobby", 63, "ann", "m63"))), [""; 0], "one question at a time");
    assert_eq!(client.event(page("lobby", 63, vec![], false)), [history_after(60)], "what was before 31 is gone");
    assert_eq!(client.event(page("lobby", 63, messages("lobby", 61..=63), false)), [""; 0]);
    assert_eq!(client.window("lobby"), (31, 63));
}

#[test]
fn more_than_the_window_holds_is_skipped() {
    let mut client = returned(10);
    assert_eq!(client.event(joined("lobby", 500, messages("lobby", 451..=500))), [""; 0]);
    assert_eq!(client.window("lobby"), (451, 500));
    assert_eq!(client.unread("lobby"), 490);
    assert!(client.engine.model().rooms["lobby"].has_older);
}

#[test]
fn a_log_that_cannot_be_read_now_is_asked_again() {
    let mut client = Client::online();
    client.event(Event::Message(message("lobby", 3, "ann", "m3")));
    let refused = r#"{"type":"refused","code":"log_unavailable","text":"later","room":"lobby","retry_after_ms":1000}"#;
    assert_eq!(client.json(refused), [""; 0]);
    assert_eq!(client.wake(), [history_after(0)]);
    assert_eq!(client.now, 2000);
}

#[test]
fn another_log_is_begun_afresh() {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined("lobby", 3, messages("lobby", 1..=3)));
    client.reconnect("e2");
    client.event(joined("lobby", 5, messages("lobby", 4..=5)));
    assert_eq!(client.window("lobby"), (4, 5));
    assert_eq!(client.unread("lobby"), 0);

    let mut client = returned(10);
    let Event::Joined(mut afresh) = joined("lobby", 2, messages("lobby", 1..=2)) else { unreachable!() };
    afresh.afresh = true;
    let said = client.event(Event::Joined(afresh));
    assert_eq!(said, ["notice: the server's log is a new one: what was shown here before is no longer in it"]);
    assert_eq!(client.window("lobby"), (1, 2));
}

#[test]
fn the_beginning_is_known_as_such() {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined("lobby", 60, messages("lobby", 11..=60)));
    assert_eq!(client.line("/history 20"), [r#"{"type":"history","room":"lobby","before":11,"limit":20}"#]);
    assert_eq!(client.room("lobby").loading, Some(Loading::Older));
    client.event(page("lobby", 60, messages("lobby", 1..=10), false));
    let room = client.room("lobby");
    assert!(room.loading.is_none() && !room.has_older);
    assert_eq!((room.read, client.window("lobby")), (Seq(60), (1, 60)));
}

#[test]
fn an_older_page_and_a_gap_do_not_mix() {
    let mut client = Client::new(&["lobby"]);
    client.connect();
    client.event(joined("lobby", 60, messages("lobby", 31..=60)));
    assert_eq!(client.event(Event::Message(message("lobby", 63, "ann", "m63"))), [history_after(60)]);
    assert_eq!(client.act(Action::LoadOlder("lobby".to_owned())), [""; 0], "what is missing comes first");
    let older = client.event(page("lobby", 63, messages("lobby", 61..=63), false));
    assert_eq!(older, [r#"{"type":"history","room":"lobby","before":31,"limit":25}"#]);
    client.event(page("lobby", 63, messages("lobby", 11..=30), true));
    assert_eq!(client.window("lobby"), (11, 63));
}
