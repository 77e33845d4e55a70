//! `partyline chat` without a terminal.

use partyline_shared::Command as Said;

use crate::scripted::{Server, WELCOME, partyline};

#[test]
fn lines_are_said_in_order_and_the_end_waits_for_the_last() {
    let server = Server::new();
    let outcome = partyline(&["chat", &server.address], "one\n/me waves\n", || {
        let mut client = server.accept();
        client.welcome();
        let (text, reference) = client.hear_message();
        assert_eq!(text, "one");
        client.say(r#"{"type":"message","room":"lobby","seq":1,"at":0,"from":{"id":"00000000000000000000000000000001","nick":"a\u001b[2Jnn"},"text":"**first** `x`\n- second","via":"tcp"}"#);
        client.say(r#"{"type":"presence","room":"lobby","member":{"id":"00000000000000000000000000000002","nick":"bob"},"change":"joined"}"#);
        client.confirm(&reference, 2);
        let Some(Said::Say(say)) = client.hear() else { panic!("a message is expected") };
        assert!(say.action);
        client.confirm(say.reference.unwrap().as_str(), 3);
        assert_eq!(client.hear(), Some(Said::Quit));
    });
    assert_eq!((outcome.code, outcome.problems.as_str()), (Some(0), ""));
    let expected = "\
-- connected: scripted, as me
-- lobby, 1 here
-- Thursday, 1970-01-01
00:00 ann: **first** `x`
    | - second
-- bob joined
00:00 me: one
00:00 * me waves
";
    assert_eq!(outcome.out, expected);
}

#[test]
fn a_dropped_connection_comes_back_with_what_was_missed() {
    let server = Server::new();
    let outcome = partyline(&["chat", "--room", "lobby", &server.address], "one\n", || {
        let mut client = server.accept();
        client.welcome();
        let (_, reference) = client.hear_message();
        drop(client);
        let mut client = server.accept();
        let Some(Said::Hello(hello)) = client.hear() else { panic!("hello comes first") };
        assert_eq!(String::from(hello.token.unwrap()), "00112233445566778899aabbccddeeff");
        client.say(WELCOME);
        client.say(r#"{"type":"joined","room":"lobby","count":1,"members":[],"head":1,"messages":[{"room":"lobby","seq":1,"at":0,"from":{"id":"00000000000000000000000000000001","nick":"ann"},"text":"missed","via":"ws"}]}"#);
        assert_eq!(client.hear_message().1, reference);
        client.confirm(&reference, 2);
        assert_eq!(client.hear(), Some(Said::Quit));
    });
    assert_eq!(outcome.code, Some(0), "{}", outcome.problems);
    assert!(outcome.out.ends_with("00:00 ann: missed\n00:00 me: one\n"), "{}", outcome.out);
}

#[test]
fn a_line_that_was_refused_shows_in_the_exit_status() {
    let server = Server::new();
    let outcome = partyline(&["chat", &server.address], "one\n", || {
        let mut client = server.accept();
        client.welcome();
        let (_, reference) = client.hear_message();
        client.say(&format!(
            r#"{{"type":"refused","code":"not_in_room","text":"you were put out","ref":"{reference}"}}"#
        ));
        assert_eq!(client.hear(), Some(Said::Quit));
    });
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.out.contains("!! not sent (you were put out): one"), "{}", outcome.out);
}

#[test]
fn other_rooms_are_hinted_at_and_private_messages_shown_anywhere() {
    let server = Server::new();
    let outcome =
        partyline(&["chat", "--room", "lobby", "--room", "attic", &server.address], "/join attic\nhi", || {
            let mut client = server.accept();
            assert!(matches!(client.hear(), Some(Said::Hello(hello)) if hello.resume.len() == 2));
            client.say(WELCOME);
            client.say(r#"{"type":"joined","room":"attic","count":1,"members":[],"head":0,"messages":[]}"#);
            let from = r#""from":{"id":"00000000000000000000000000000001","nick":"ann"}"#;
            client.say(&format!(
                r#"{{"type":"message","room":"attic","seq":1,"at":0,{from},"text":"up here","via":"tcp"}}"#
            ));
            let (room, to) =
                ("@00000000000000000000000000000001", r#""to":{"id":"6d650000000000000000000000000000","nick":"me"}"#);
            client.say(&format!(
                r#"{{"type":"message","room":"{room}","seq":1,"at":0,{from},{to},"text":"psst","via":"ws"}}"#
            ));
            client.say(crate::scripted::JOINED);
            // The last line has no end, and is one.
            let Some(Said::Say(say)) = client.hear() else { panic!("a message is expected") };
            assert_eq!((say.room.as_str(), say.text.as_str()), ("attic", "hi"));
            client.say(&format!(
                r#"{{"type":"sent","ref":"{}","room":"attic","seq":2,"at":0}}"#,
                say.reference.unwrap().as_str()
            ));
            assert_eq!(client.hear(), Some(Said::Quit));
        });
    assert_eq!((outcome.code, outcome.problems.as_str()), (Some(0), ""));
    let expected = "\
-- connected: scripted, as me
-- something new in attic: /join attic shows it
-- Thursday, 1970-01-01
00:00 [private with ann] ann: psst
-- lobby, 1 here
-- attic, 1 here
00:00 ann: up here
00:00 me: hi
";
    assert_eq!(outcome.out, expected);
}
