//! `partyline send` says with its exit status whether the message is in the log.

use partyline_shared::Command as Said;

use crate::scripted::{Server, partyline};

#[test]
fn it_exits_0_once_the_message_is_confirmed() {
    let server = Server::new();
    let outcome = partyline(&["send", &server.address, "hello", "there"], "", || {
        let mut client = server.accept();
        client.welcome();
        let (text, reference) = client.hear_message();
        assert_eq!(text, "hello there");
        // Whatever else is said is no confirmation.
        client.say(r#"{"type":"pong"}"#);
        client.confirm(&reference, 1);
        assert_eq!(client.hear(), Some(Said::Quit));
    });
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "", ""));
}

#[test]
fn it_exits_1_and_says_why_when_it_is_refused() {
    let server = Server::new();
    let outcome = partyline(&["send", "--room", "lobby", &server.address, "x"], "", || {
        let mut client = server.accept();
        client.welcome();
        let (_, reference) = client.hear_message();
        client.say(&format!(
            r#"{{"type":"refused","code":"bad_text","text":"not like that\u001b[2J","ref":"{reference}"}}"#
        ));
        assert_eq!(client.hear(), Some(Said::Quit));
    });
    assert_eq!((outcome.code, outcome.problems.as_str()), (Some(1), "partyline: refused: not like that\n"));
}

#[test]
fn a_room_that_cannot_be_entered_is_a_refusal() {
    let server = Server::new();
    let outcome = partyline(&["send", "--room", "attic", &server.address, "x"], "", || {
        let mut client = server.accept();
        assert!(matches!(client.hear(), Some(Said::Hello(hello)) if hello.resume[0].room == "attic"));
        client.say(crate::scripted::WELCOME);
        client.say(r#"{"type":"refused","code":"too_many_rooms","text":"too many rooms","room":"attic"}"#);
        assert_eq!(client.hear(), Some(Said::Quit));
    });
    assert_eq!((outcome.code, outcome.problems.as_str()), (Some(1), "partyline: refused: too many rooms\n"));
}

#[test]
fn a_drop_and_a_rate_limit_are_ridden_out_under_the_same_reference() {
    let server = Server::new();
    let outcome = partyline(&["send", &server.address, "-"], "two\nlines\n", || {
        let mut client = server.accept();
        client.welcome();
        let (text, reference) = client.hear_message();
        assert_eq!(text, "two\nlines");
        drop(client);
        let mut client = server.accept();
        client.welcome();
        assert_eq!(client.hear_message(), (text.clone(), reference.clone()));
        client.say(&format!(
            r#"{{"type":"refused","code":"rate_limited","text":"slower","ref":"{reference}","retry_after_ms":1}}"#
        ));
        assert_eq!(client.hear_message(), (text, reference.clone()));
        client.confirm(&reference, 1);
        assert_eq!(client.hear(), Some(Said::Quit));
    });
    assert_eq!((outcome.code, outcome.problems.as_str()), (Some(0), ""));
}

#[test]
fn without_a_confirmation_it_exits_1_after_the_timeout() {
    let server = Server::new();
    let outcome = partyline(&["send", "--timeout", "1.5", &server.address, "x"], "", || {
        let mut client = server.accept();
        client.welcome();
        client.hear_message();
        assert_eq!(client.hear(), Some(Said::Quit));
    });
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.problems.contains("has not confirmed the message within 1.5 s"), "{}", outcome.problems);
}

#[test]
fn where_nobody_listens_it_says_what_to_do() {
    let address = Server::new().address;
    let outcome = partyline(&["send", "--timeout", "1.5", &address, "x"], "", || {});
    assert_eq!(outcome.code, Some(1));
    let expected = format!("partyline: not sent: nothing answers at {address}: is partylined running there?\n");
    assert_eq!(outcome.problems, expected);
}

#[test]
fn what_answers_may_be_no_partyline() {
    let server = Server::new();
    let outcome = partyline(&["send", "--timeout", "1.5", &server.address, "x"], "", || {
        let mut client = server.accept();
        assert!(matches!(client.hear(), Some(Said::Hello(_))));
        client.say("220 mail.example.org ESMTP");
        assert_eq!(client.hear(), None);
    });
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.problems.contains("isn't a Partyline"), "{}", outcome.problems);
}

#[test]
fn nothing_to_send_is_an_error_of_usage() {
    let outcome = partyline(&["send", "127.0.0.1:1"], " \n", || {});
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.problems.contains("there is nothing to send"), "{}", outcome.problems);
    assert_eq!(partyline(&["send", "http://x", "y"], "", || {}).code, Some(2));
}
