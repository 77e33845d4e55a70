//! What people with `nc`, and scripts, see.

use std::net::TcpStream;

use crate::support::{Server, Socket};

#[test]
fn the_first_line_is_answered_with_a_greeting() {
    let server = Server::start(&[]);
    let mut ann = server.connect();
    assert!(ann.is_silent(), "nobody is spoken to first");
    ann.send("\n");
    assert!(ann.line().starts_with("-- Welcome to Partyline"));
    assert!(ann.line().starts_with("-- This is lobby: 1 here (guest-"));
    ann.send("/help\n");
    for command in ["/nick", "/join", "/part", "/me", "/msg", "/who", "/rooms", "/history", "/quit"] {
        assert!(ann.line_with(command).starts_with("-- /"));
    }
}

#[test]
fn lines_reach_others_and_are_not_echoed() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut bob = Socket::plain_in(server.address, "bob");
    ann.line_with("is now called bob");
    ann.send("hello bob\r\n");
    assert_eq!(bob.line(), "ann: hello bob");
    bob.send("/me waves\n//slash\r\0");
    assert_eq!(ann.line(), "* bob waves");
    assert_eq!(ann.line(), "bob: /slash");
    assert!(bob.is_silent() && ann.is_silent());
}

#[test]
fn every_command_is_answered() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut bob = Socket::plain_in(server.address, "bob");
    ann.line_with("is now called bob");
    bob.send("/msg ann psst\n");
    assert_eq!(ann.line(), "[private] bob: psst");
    ann.send("/who\n");
    assert_eq!(ann.line(), "-- lobby: 2 here (ann, bob)".replace("ann, bob", &order(&mut bob)));
    ann.send("/join kitchen\n");
    assert_eq!(ann.line(), "-- This is kitchen: 1 here (ann)");
    assert_eq!(ann.line(), "-- ann left lobby");
    assert_eq!(bob.line(), "-- ann left lobby");
    ann.send("alone\n/rooms\n");
    assert!(ann.line_with("kitchen").starts_with("-- kitchen: 1 here, 1 messages"));
    assert_eq!(ann.line(), "-- lobby: 1 here, 0 messages");
    ann.send("/history\n");
    assert_eq!(ann.line(), "-- kitchen (times are UTC):");
    assert!(ann.line().ends_with(" ann: alone"));
    assert_eq!(ann.line(), "-- end of history");
    ann.send("/receipts on\nconfirmed\n");
    assert_eq!(ann.line(), "-- receipts are on");
    assert_eq!(ann.line(), "收到你的消息confirmed");
    ann.send("/part\nlost\n");
    assert_eq!(ann.line(), "-- ann left kitchen");
    assert_eq!(ann.line(), "-- error: you are in no room; /join ROOM enters one");
    ann.send("/quit\n");
    assert_eq!(ann.line(), "-- good-bye");
    assert_eq!(ann.try_line(), None);
}

/// Members are listed by who they are, which the nick doesn't tell.
fn order(bob: &mut Socket) -> String {
    bob.send("/who\n");
    let line = bob.line();
    line.split_once('(').unwrap().1.trim_end_matches(')').to_owned()
}

#[test]
fn a_half_closed_tail_is_said_confirmed_and_then_the_connection_ends() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut script = server.connect();
    script.send("deployed");
    assert_eq!(script.finish(), "收到你的消息deployed\n");
    assert!(ann.line_with("deployed").starts_with("guest-"));
    let mut script = server.connect();
    script.send("line\nand tail");
    let output = script.finish();
    assert!(output.starts_with("-- Welcome"), "{output}");
    ann.line_with(": line");
    ann.line_with(": and tail");
}

#[test]
fn whoever_never_ends_a_line_gets_one_answer_a_message() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut witness = Socket::json_in(server.address, "witness", "lobby");
    let mut script = server.connect();
    script.send("teset");
    assert_eq!(script.receive(), "收到你的消息teset");
    ann.line_with("teset");
    ann.send("one\ntwo\n");
    while witness.event("message")["text"] != "two" {}
    assert!(script.is_silent(), "what others say is not pushed");
    script.send("again");
    assert_eq!(script.receive().lines().collect::<Vec<_>>()[..3], ["收到你的消息again", "ann: one", "ann: two"]);
    script.send("/who");
    assert!(script.receive().starts_with("-- lobby: "));
    script.send("/nonsense");
    assert!(script.receive().starts_with("-- error: there is no command /nonsense"));
}

#[test]
fn whoever_never_ends_a_line_is_heard_in_a_busy_room() {
    let server = Server::start(&["--burst", "100000", "--per-second", "0"]);
    let address = server.address;
    let mut script = server.connect();
    script.send("first");
    script.receive();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut bot = Socket::json_in(address, "bot", "lobby");
            for n in 0.. {
                bot.send_json(&crate::support::say("lobby", &format!("{n}"), &n.to_string()));
                bot.event("sent");
                if done.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
            }
        });
        for said in ["one", "two", "三"] {
            // A character in two pieces is still one.
            let (head, tail) = said.as_bytes().split_at(1);
            script.send(head);
            script.send(tail);
            let answer = script.receive();
            assert!(answer.starts_with(&format!("收到你的消息{said}")), "{answer}");
            assert!(answer.len() <= 1024);
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn a_first_newline_makes_it_an_ordinary_client() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut script = server.connect();
    script.send("no newline");
    assert_eq!(script.receive(), "收到你的消息no newline");
    ann.send("missed\n");
    script.send("and one\n");
    assert_eq!(script.line(), "ann: missed");
    ann.line_with("and one");
    ann.send("streams in\n");
    assert_eq!(script.line(), "ann: streams in");
}

#[test]
fn a_pasted_page_arrives_whole_and_in_order() {
    // So slow that a busy machine doesn't make it fast enough.
    let server = Server::start(&["--burst", "3", "--per-second", "4"]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut bob = Socket::plain_in(server.address, "bob");
    let page: String = (0..10).map(|n| format!("line {n}\n")).collect();
    bob.send(page);
    for n in 0..10 {
        assert_eq!(ann.line_with("line"), format!("bob: line {n}"));
    }
    assert_eq!(bob.line(), "-- that is faster than allowed: your lines wait for their turn, none is lost");
    bob.send("/who\n");
    assert!(bob.line().starts_with("-- lobby"), "it is said once");
}

#[test]
fn many_lines_of_a_message_are_marked() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut bot = Socket::json_in(server.address, "bot", "lobby");
    bot.send_json(&crate::support::say("lobby", "one\nann: forged\n-- forged", "1"));
    ann.line_with("joined");
    assert_eq!(ann.line(), "bot: one");
    assert_eq!(ann.line(), "  | ann: forged");
    assert_eq!(ann.line(), "  | -- forged");
}

#[test]
fn telnet_is_declined_and_not_shown() {
    let server = Server::start(&[]);
    let mut ann = Socket::plain_in(server.address, "ann");
    let mut telnet = server.connect();
    telnet.send(b"\xff\xfb\x01hi\xff\xfd\x18!\r\0".as_slice());
    assert!(ann.line_with("hi!").ends_with(": hi!"));
    let output = telnet.finish_bytes();
    assert!(output.starts_with(b"\xff\xfe\x01\xff\xfc\x18-- Welcome"), "{:?}", String::from_utf8_lossy(&output));
}

#[test]
fn a_telnet_that_negotiates_at_once_may_take_its_time() {
    let server = Server::start(&["--hello-seconds", "1"]);
    let mut telnet = server.connect();
    telnet.send(b"\xff\xfb\x1f".as_slice());
    assert_eq!(telnet.bytes::<3>(), *b"\xff\xfe\x1f");
    // A program that came later has had its time.
    let mut program = server.connect();
    program.send("{\"type\":\"ping\"}\n");
    assert_eq!(program.event("bye")["reason"], "no_hello");
    telnet.send("hello\r\n");
    assert!(telnet.line().starts_with("-- Welcome"));
}

#[test]
fn a_connection_that_says_nothing_gets_nothing_and_harms_nobody() {
    let server = Server::start(&["--silent-connections", "2"]);
    let mut silent: Vec<_> = (0..3).map(|_| server.connect()).collect();
    assert_eq!(silent[0].try_line(), None, "the oldest makes room");
    silent[2].send("\n");
    assert!(silent[2].line().starts_with("-- Welcome"));
    let half = TcpStream::connect(server.address).unwrap();
    drop(half);
    assert!(silent[1].is_silent());
}

#[test]
fn greeting_unasked_is_a_setting() {
    let server = Server::start(&["--greet-after-ms", "1"]);
    let mut silent = server.connect();
    assert!(silent.line().starts_with("-- Welcome"));
}
