//! `--raw`: any plain TCP server, as socket tutorials have them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use crate::scripted::{Outcome, PATIENCE, command, partyline};

struct Port {
    listener: TcpListener,
    address: String,
}

fn port() -> Port {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    Port { listener, address }
}

impl Port {
    fn accept(&self) -> TcpStream {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

/// What one `recv(1024)` gets.
fn recv(stream: &mut TcpStream) -> Vec<u8> {
    let mut data = vec![0; 1024];
    let count = stream.read(&mut data).unwrap();
    data.truncate(count);
    data
}

/// Each thing that is said comes back, until the client is done.
fn echo(mut stream: TcpStream) {
    loop {
        let data = recv(&mut stream);
        if data.is_empty() {
            return;
        }
        stream.write_all(&data).unwrap();
    }
}

#[test]
fn a_one_shot_server_answers_and_closes() {
    let server = port();
    let outcome = partyline(&["send", "--raw", &server.address, "teset"], "", || {
        let mut client = server.accept();
        assert_eq!(recv(&mut client), b"teset");
        client.write_all(b"get").unwrap();
    });
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "get\n", ""));
    let outcome = partyline(&["chat", "--raw", &server.address], "teset\n", || {
        let mut client = server.accept();
        assert_eq!(recv(&mut client), b"teset");
        client.write_all(b"get").unwrap();
    });
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "get\n", ""));
}

#[test]
fn a_serial_echo_server_serves_one_after_the_other() {
    let server = port();
    for args in [&["send", "--raw", &server.address, "你好"][..], &["send", "-N", "--raw", &server.address, "你好"]]
    {
        let outcome = partyline(args, "", || echo(server.accept()));
        assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "你好\n", ""));
    }
    let outcome = partyline(&["chat", "--raw", &server.address], "one\n\ntwo", || echo(server.accept()));
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "one\ntwo\n", ""));
}

#[test]
fn a_threaded_server_hears_each_line_of_a_pipe_by_itself() {
    let server = port();
    let receipts = || {
        let mut client = server.accept();
        for text in ["one", "two", "three"] {
            assert_eq!(recv(&mut client), text.as_bytes());
            client.write_all(format!("收到你的消息{text}").as_bytes()).unwrap();
        }
        assert_eq!(recv(&mut client), b"");
    };
    let outcome = partyline(&["chat", "--raw", &server.address], "one\ntwo\nthree\n", || {
        std::thread::scope(|scope| {
            scope.spawn(receipts);
        });
    });
    assert_eq!(outcome.code, Some(0), "{}", outcome.problems);
    assert_eq!(outcome.out, "收到你的消息one收到你的消息two收到你的消息three\n".replace("收", "\n收").trim_start());
}

#[test]
fn what_is_cut_on_the_way_is_put_together_and_cleaned() {
    let server = port();
    let outcome = partyline(&["chat", "--raw", &server.address], "1\n2\n3\n", || {
        let mut client = server.accept();
        // Each part is an answer to a line of its own, so that each is read by itself.
        for part in [&b"-\xe4\xb8"[..], b"\xad\x1b]0;ti", b"tle\x07\xe2\x80\xae!\x1b[2J\r"] {
            recv(&mut client);
            client.write_all(part).unwrap();
        }
        assert_eq!(recv(&mut client), b"");
        client.write_all(b"\n\xff").unwrap();
    });
    assert_eq!(outcome.code, Some(0), "{}", outcome.problems);
    // Where it paused, a line without an end may have been shown as one.
    assert_eq!(outcome.out.replace('\n', ""), "-中!\u{fffd}");
}

#[test]
fn lines_end_as_they_are_told_to() {
    let server = port();
    let cases = [("--lf", "a\nb\n", "a\nb\n"), ("--crlf", "GET / HTTP/1.0\n\n", "GET / HTTP/1.0\r\n\r\n")];
    for (flag, stdin, wire) in cases {
        for verb in ["send", "chat"] {
            let mut args = vec![verb, flag, server.address.as_str()];
            args.extend((verb == "send").then_some("-N"));
            let outcome = partyline(&args, stdin, || {
                let mut heard = String::new();
                let mut client = server.accept();
                client.read_to_string(&mut heard).unwrap();
                assert_eq!(heard, wire);
                client.write_all(b"yes\r\n").unwrap();
            });
            assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "yes\n", ""));
        }
    }
}

#[test]
fn a_server_that_answers_while_it_reads_does_not_block_a_long_message() {
    let server = port();
    let long = "0123456789abcde\n".repeat(65_535);
    for args in [&["send", "--lf", "-N", &server.address][..], &["chat", "--lf", &server.address]] {
        let outcome = partyline(args, &long, || echo(server.accept()));
        assert_eq!((outcome.code, outcome.problems.as_str()), (Some(0), ""));
        assert!(outcome.out == long, "{} bytes", outcome.out.len());
    }
}

#[test]
fn replies_are_shown_as_they_come() {
    let (server, home) = (port(), tempfile::tempdir().unwrap());
    let mut child = command(&["chat", "--raw", &server.address], home.path()).spawn().unwrap();
    let mut shown = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut client = server.accept();
    client.write_all(b"greeting\nprompt> ").unwrap();
    assert_eq!(shown.next().as_deref(), Some("greeting"));
    assert_eq!(shown.next().as_deref(), Some("prompt> "));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"hi\n").unwrap();
    assert_eq!(recv(&mut client), b"hi");
    // The end of stdin is told, and what still comes is heard.
    drop(stdin);
    assert_eq!(recv(&mut client), b"");
    client.write_all(b"late\n").unwrap();
    assert_eq!(shown.next().as_deref(), Some("late"));
    drop(client);
    assert_eq!(shown.next(), None);
    assert_eq!(Outcome::of(child).code, Some(0));
}

#[test]
fn a_server_that_closes_ends_the_talk() {
    let (server, home) = (port(), tempfile::tempdir().unwrap());
    let mut child = command(&["chat", "--raw", &server.address], home.path()).spawn().unwrap();
    // Nobody has said that there will be no more.
    let stdin = child.stdin.take();
    server.accept().write_all(b"bye\n").unwrap();
    let outcome = Outcome::of(child);
    drop(stdin);
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "bye\n", ""));
}

#[test]
fn what_is_left_unsaid_is_a_failure() {
    let server = port();
    partyline(&["chat", "--raw", &server.address], "one\ntwo\n", || {
        // It closes without an answer, while the second line waits for one.
        assert_eq!(recv(&mut server.accept()), b"one");
    })
    .fails_with("before it had taken all that was to be said");
}

#[test]
fn who_does_not_answer_is_given_up() {
    let server = port();
    let silence = || {
        let mut client = server.accept();
        while !recv(&mut client).is_empty() {}
    };
    let address = server.address.as_str();
    let outcome = partyline(&["send", "--raw", "--timeout", "1", address, "x"], "", silence);
    outcome.fails_with("has not answered within 1 s: --timeout waits longer");
    partyline(&["send", "--raw", address, "-N", "x"], "", silence)
        .fails_with("closed the connection without an answer");

    let home = tempfile::tempdir().unwrap();
    let mut child = command(&["chat", "--raw", "--timeout", "1", address], home.path()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut client = server.accept();
    stdin.write_all(b"x\n").unwrap();
    assert_eq!(recv(&mut client), b"x");
    Outcome::of(child).fails_with("has not answered within 1 s");
    assert_eq!(recv(&mut client), b"");

    let mut chat = command(&["chat", "--raw", "--timeout", "1", address], home.path());
    let child = chat.stdin(Stdio::null()).spawn().unwrap();
    let client = server.accept();
    Outcome::of(child).fails_with("has been silent for 1 s without closing");
    drop(client);
}

#[test]
fn who_answers_and_never_closes_is_heard_for_a_while() {
    let (server, mut held) = (port(), None);
    let outcome = partyline(&["send", "--raw", "--timeout", "1", "-N", &server.address, "x"], "", || {
        let client = held.insert(server.accept());
        client.write_all(b"tick").unwrap();
    });
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(0), "tick\n"));
    assert!(outcome.problems.contains("has not closed within 1 s: there may be more"), "{}", outcome.problems);
}

#[test]
fn where_nobody_listens_it_is_said() {
    let address = port().address;
    for verb in ["send", "chat"] {
        partyline(&[verb, "--raw", &address], "x\n", || {})
            .fails_with(&format!("nothing answers at {address}: is a server running there?"));
    }
    assert_eq!(partyline(&["send", "--raw", &address], "\n", || {}).code, Some(2), "no bytes are nothing to send");
}
