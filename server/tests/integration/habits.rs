//! Habits of those who talk to a socket without anything between: bytes in pieces, no line ends, telnet, half-close.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::support::{Server, Socket, say};

/// Without a limit to what is said.
const FAST: [&str; 4] = ["--burst", "100000", "--per-second", "0"];

#[test]
fn telnet_may_be_cut_anywhere() {
    let server = Server::start(&FAST);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    // WILL ECHO, DO TTYPE, a subnegotiation that holds a line end and an escaped 255, NOP.
    let bytes = b"\xff\xfb\x01h\xff\xfd\x18i\xff\xfa\x18\x00\n\xff\xff\xff\xf0!\xff\xf1\r\0";
    let declined = b"\xff\xfe\x01\xff\xfc\x18";
    for cut in 1..bytes.len() {
        let mut telnet = server.connect();
        // A pause inside its first line would make two messages of it.
        let first = cut <= 3;
        if !first {
            telnet.send("\n");
            telnet.line_with("-- This is lobby");
        }
        telnet.send(&bytes[..cut]);
        telnet.send(&bytes[cut..]);
        assert_eq!(ann.event("message")["text"], "hi!", "cut at {cut}");
        let output = telnet.finish_bytes();
        let answer = output.windows(declined.len()).position(|window| window == declined);
        assert!(answer.is_some_and(|at| at == 0 || !first), "cut at {cut}: {}", String::from_utf8_lossy(&output));
    }
}

#[test]
fn a_character_in_two_pieces_is_one_however_long_the_pause() {
    let server = Server::start(&FAST);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let (head, tail) = "三".as_bytes().split_at(1);
    let mut script = server.connect();
    script.send(["二".as_bytes(), head].concat());
    // It is answered after a silence, and the piece stays for what comes.
    assert_eq!(script.receive(), "收到你的消息二");
    script.send(tail);
    assert_eq!(script.receive(), "收到你的消息三");
    let mut lines = server.connect();
    lines.send(head);
    lines.send([tail, b"\n"].concat());
    for text in ["二", "三", "三"] {
        assert_eq!(ann.event("message")["text"], text);
    }
}

#[test]
fn what_comes_without_a_pause_is_one_message_to_whoever_ends_no_lines() {
    let server = Server::start(&FAST);
    let mut script = server.connect();
    // Two sends, as the system hands them over when they were fast enough.
    script.send(["one", "two"].concat());
    assert_eq!(script.receive(), "收到你的消息onetwo");
}

#[test]
fn whoever_ends_lines_may_send_them_byte_by_byte() {
    let server = Server::start(&FAST);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let mut device = server.connect();
    device.send("\n");
    device.line_with("-- This is lobby");
    for line in ["t=21.5 °C\r\n", "收到\n", "x\r\0"] {
        for byte in line.bytes() {
            device.send([byte]);
        }
        assert_eq!(ann.event("message")["text"], line.trim_end_matches(['\r', '\n', '\0']));
    }
}

#[test]
fn a_first_message_gets_its_receipt_however_late_it_comes() {
    let server = Server::start(&FAST);
    let mut person = server.connect();
    let mut ann = Socket::plain_in(server.address, "ann");
    for text in ["one", "two", "three"] {
        ann.send(format!("{text}\n"));
    }
    ann.send("/history\n");
    ann.line_with("end of history");
    assert!(person.is_silent(), "nobody is spoken to first");
    person.send("hello");
    assert_eq!(person.receive(), "收到你的消息hello", "and no greeting, nor what was said before");
}

#[test]
fn fifty_at_a_time_stay_in_step_in_a_busy_room() {
    const CLIENTS: usize = 50;
    const MESSAGES: usize = 20;
    let server = Server::start(&FAST);
    let address = server.address;
    let mut witness = Socket::json_in(address, "witness", "lobby");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut bot = Socket::json_in(address, "bot", "lobby");
            for n in 0.. {
                bot.send_json(&say("lobby", &format!("busy {n}"), &n.to_string()));
                bot.event("sent");
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                scope.spawn(move || {
                    let mut socket = Socket::connect(address);
                    for n in 0..MESSAGES {
                        let said = format!("消息 {n} of {client}.");
                        socket.send(&said);
                        let answer = socket.receive();
                        let receipt = format!("收到你的消息{said}");
                        let rest = answer.strip_prefix(&receipt);
                        assert!(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('\n')), "{said}: {answer}");
                    }
                    // The bot and the others talk on, and nothing of it was pushed.
                    assert!(socket.is_silent());
                })
            })
            .collect();
        for client in clients {
            client.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    let mut heard = 0;
    while heard < CLIENTS * MESSAGES {
        heard += usize::from(witness.event("message")["text"].as_str().unwrap().starts_with("消息"));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_silent_connection_is_asked_whether_it_is_there() {
    let server = Server::start(&[]);
    let (silent, address) = (server.connect(), server.address);
    let port = |port: u16| format!(":{port:04X}");
    let (ours, theirs) = (port(silent.local_port()), port(address.port()));
    let asked = || {
        // Its line in the server's direction: addresses, state, queues, and the timer, of which 02 is keepalive's.
        let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
        table.lines().any(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            fields[1].ends_with(&theirs) && fields[2].ends_with(&ours) && fields[5].starts_with("02:")
        })
    };
    let patience = std::time::Instant::now() + crate::support::PATIENCE;
    while !asked() {
        assert!(std::time::Instant::now() < patience, "no keepalive");
        std::thread::yield_now();
    }
}

#[test]
fn whoever_closes_its_side_is_answered_in_its_own_dialect() {
    let server = Server::start(&FAST);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let finish = |said: &str| {
        let mut socket = server.connect();
        socket.send(said);
        socket.finish()
    };
    assert_eq!(finish("no line end"), "收到你的消息no line end\n");
    assert_eq!(ann.event("message")["text"], "no line end");
    assert!(finish("a line\n").starts_with("-- Welcome"));
    assert_eq!(ann.event("message")["text"], "a line");
    // The last object lacks its line end.
    let hello = json!({"type": "hello", "resume": [{"room": "lobby", "seq": 0}]});
    let answers = finish(&format!("{hello}\n{}", say("lobby", "an object", "1")));
    assert!(answers.contains(r#""type":"sent","ref":"1""#) && answers.contains(r#""type":"bye""#), "{answers}");
    assert_eq!(ann.event("message")["text"], "an object");
    assert!(finish("GET /healthz HTTP/1.0\r\n\r\n").ends_with("\r\n\r\nok\n"));
    assert!(finish("USER x 0 * :x\r\n").starts_with("ERROR :"));
    // Which dialect that was to become is never known.
    assert_eq!(finish("GE"), "收到你的消息GE\n");
    assert_eq!(finish(""), "");
}
