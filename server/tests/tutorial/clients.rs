//! The tutorial's clients, with our server.

use std::net::SocketAddr;

use crate::Python;
use crate::program::Program;
use crate::support::{Server, Socket, program, say};

/// What `chat_client.py` shows when it waits for its person.
const PROMPT: &str = "say> ";

/// What one says is said at once, however much of it.
const UNLIMITED: [&str; 4] = ["--burst", "100000", "--per-second", "0"];

/// The longest answer: what one `recv` takes, and the line break that `print` adds.
const ANSWER_BYTES: usize = 1024 + 1;

fn one_shot(python: &Python, address: SocketAddr) -> String {
    let output = python.program("one_shot_client.py", address).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What was said in the room next, by anybody but the bot.
fn next_said(witness: &mut Socket) -> String {
    loop {
        let message = witness.event("message");
        if message["from"]["nick"] != "bot" {
            return message["text"].as_str().unwrap().to_owned();
        }
    }
}

/// The bot says something, and it is on the disk.
fn bot_says(bot: &mut Socket, number: &mut u64) {
    let reference = number.to_string();
    bot.send_json(&say("lobby", &format!("busy {number}"), &reference));
    while bot.event("sent")["ref"] != reference.as_str() {}
    *number += 1;
}

#[test]
fn the_one_shot_client_gets_its_receipt() {
    let Some(python) = Python::find() else { return };
    let server = Server::start(&[]);
    let mut witness = Socket::json_in(server.address, "witness", "lobby");
    assert_eq!(one_shot(python, server.address), "收到你的消息teset\n");
    assert_eq!(next_said(&mut witness), "teset");
}

#[test]
fn every_port_that_is_listened_on_serves_it() {
    let Some(python) = Python::find() else { return };
    let flags = ["--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--data", ":memory:"];
    let mut server = Program::start(&mut program(&flags));
    let ports = [(); 2].map(|()| {
        let line = server.until("\n");
        line.trim().strip_prefix("listening on ").unwrap().parse::<SocketAddr>().unwrap()
    });
    let mut witness = Socket::json_in(ports[0], "witness", "lobby");
    for port in ports {
        assert_eq!(one_shot(python, port), "收到你的消息teset\n");
        assert_eq!(next_said(&mut witness), "teset");
    }
}

/// Types a line, and takes the answer to it: the receipt, and the lines after it.
fn type_line(client: &mut Program, line: &str) -> (String, Vec<String>) {
    client.write(&format!("{line}\n"));
    answer(client)
}

fn answer(client: &mut Program) -> (String, Vec<String>) {
    let answer = client.until(PROMPT);
    let answer = answer.strip_suffix(PROMPT).unwrap();
    assert!(answer.len() <= ANSWER_BYTES, "{} bytes: {answer}", answer.len());
    let mut lines = answer.lines().map(str::to_owned);
    (lines.next().expect("every message is answered"), lines.collect())
}

#[test]
fn the_chat_client_stays_in_step_in_a_busy_room() {
    let Some(python) = Python::find() else { return };
    let server = Server::start(&UNLIMITED);
    let mut witness = Socket::json_in(server.address, "witness", "lobby");
    let mut bot = Socket::json_in(server.address, "bot", "lobby");
    let mut client = Program::start(&mut python.program("chat_client.py", server.address));
    client.until(PROMPT);
    let (mut said, mut said_before) = (0, 0);
    let mut shown = Vec::new();
    for number in 0..20 {
        let line = format!("line {number} 行");
        said_before = said;
        client.write(&format!("{line}\n"));
        // While its message is under way, and after its answer.
        (0..10).for_each(|_| bot_says(&mut bot, &mut said));
        let (receipt, others) = answer(&mut client);
        assert_eq!(receipt, format!("收到你的消息{line}"));
        assert_eq!(next_said(&mut witness), line);
        shown.extend(others);
        (0..5).for_each(|_| bot_says(&mut bot, &mut said));
    }
    let shown: Vec<u64> = shown.iter().filter_map(|line| line.strip_prefix("bot: busy ")?.parse().ok()).collect();
    assert!(shown.windows(2).all(|pair| pair[1] == pair[0] + 1), "each once, in order: {shown:?}");
    assert!(shown[0] <= 10, "from its first message on: {shown:?}");
    assert!(shown.last().unwrap() + 1 >= said_before, "up to its last one: {shown:?}");
    client.write("\n");
    assert!(client.finish().0.success(), "an empty line ends it");
}

#[test]
fn whoever_waits_before_the_first_message_gets_its_receipt_not_a_greeting() {
    let Some(python) = Python::find() else { return };
    let server = Server::start(&UNLIMITED);
    let mut bot = Socket::json_in(server.address, "bot", "lobby");
    let mut client = Program::start(&mut python.program("chat_client.py", server.address));
    // It connects before it asks its person.
    client.until(PROMPT);
    let mut said = 0;
    (0..30).for_each(|_| bot_says(&mut bot, &mut said));
    let answer = type_line(&mut client, "at last");
    assert_eq!(answer, ("收到你的消息at last".to_owned(), vec![]));
    bot_says(&mut bot, &mut said);
    let (receipt, others) = type_line(&mut client, "and again");
    assert_eq!(receipt, "收到你的消息and again");
    assert!(others.contains(&"bot: busy 30".to_owned()), "{others:?}");
}

#[test]
fn fifty_of_them_stay_in_step_with_each_other_in_the_room() {
    const CLIENTS: usize = 50;
    const LINES: usize = 3;
    let Some(python) = Python::find() else { return };
    let server = Server::start(&[]);
    let mut witness = Socket::json_in(server.address, "witness", "lobby");
    let start = |_| Program::start(&mut python.program("chat_client.py", server.address));
    let mut clients: Vec<_> = (0..CLIENTS).map(start).collect();
    for client in &mut clients {
        client.until(PROMPT);
    }
    for line in 0..LINES {
        for (number, client) in clients.iter_mut().enumerate() {
            client.write(&format!("{line} of {number}\n"));
        }
        for (number, client) in clients.iter_mut().enumerate() {
            assert_eq!(answer(client).0, format!("收到你的消息{line} of {number}"));
        }
    }
    let mut said: Vec<_> = (0..CLIENTS * LINES).map(|_| next_said(&mut witness)).collect();
    said.sort_unstable();
    said.dedup();
    assert_eq!(said.len(), CLIENTS * LINES, "each once");
}

#[test]
fn an_http_request_by_hand_gets_the_whole_page() {
    let Some(python) = Python::find() else { return };
    let server = Server::start(&[]);
    let output = python.program("raw_http_get.py", server.address).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let response = String::from_utf8(output.stdout).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 "), "{head}");
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    assert_eq!(length, Some(body.len()), "{head}");
    assert!(body.trim_end().ends_with("</html>"), "{body}");
}
