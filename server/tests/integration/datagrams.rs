//! Datagrams: one is one message, with one receipt that is never longer.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::os::unix::net::UnixDatagram;

use serde_json::json;

use crate::support::{PATIENCE, Server, Socket, folder, run};

const FAST: [&str; 4] = ["--burst", "100000", "--per-second", "0"];

/// A server, and where it takes datagrams.
fn start(flags: &[&str]) -> (Server, SocketAddr) {
    let mut server = Server::start(&[&["--listen", "udp:127.0.0.1:0"], flags].concat());
    let address = server.listens_also();
    (server, address.strip_prefix("udp:").unwrap().parse().unwrap())
}

fn device(from: &str, to: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind(from).unwrap();
    socket.connect(to).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn receive(socket: &UdpSocket) -> String {
    let mut buffer = [0; 8193];
    let len = socket.recv(&mut buffer).unwrap();
    String::from_utf8(buffer[..len].to_vec()).unwrap()
}

/// Asked after an answer that would have come later.
fn is_silent(socket: &UdpSocket) -> bool {
    socket.set_nonblocking(true).unwrap();
    let silent = matches!(socket.recv(&mut [0]), Err(error) if error.kind() == ErrorKind::WouldBlock);
    socket.set_nonblocking(false).unwrap();
    silent
}

#[test]
fn a_datagram_is_a_message_of_somebody_who_is_not_there() {
    let (server, udp) = start(&[]);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let first = device("127.0.0.1:0", udp);
    first.send("temperature: 21.5 °C\n".as_bytes()).unwrap();
    assert_eq!(receive(&first), "收到你的消息temp", "as long as what came, at most");
    let message = ann.json();
    assert_eq!((&message["type"], &message["seq"]), (&json!("message"), &json!(1)), "nobody came: {message}");
    assert_eq!((&message["text"], &message["via"]), (&json!("temperature: 21.5 °C"), &json!("udp")));
    let nick = message["from"]["nick"].as_str().unwrap();
    assert!(nick.starts_with("udp.") && nick.len() == 8, "{nick}");
    ann.send_json(&json!({"type": "who", "room": "lobby"}));
    assert_eq!(ann.event("members")["count"], 1);
    // Another port of the same machine; and another machine.
    device("127.0.0.1:0", udp).send(b"again").unwrap();
    assert_eq!(ann.event("message")["from"], message["from"]);
    device("127.0.0.2:0", udp).send(b"I am another").unwrap();
    assert_ne!(ann.event("message")["from"]["id"], message["from"]["id"]);
    ann.send_json(&json!({"type": "nick", "nick": nick}));
    assert_eq!(ann.event("refused")["code"], "bad_nick", "nobody can pass for it");
}

#[test]
fn what_is_said_to_an_empty_room_is_kept() {
    let (server, udp) = start(&[]);
    let device = device("127.0.0.1:0", udp);
    for text in ["one, long enough", "two, long enough"] {
        device.send(text.as_bytes()).unwrap();
        assert!(receive(&device).starts_with("收到"));
    }
    let mut late = server.connect();
    late.send("\n");
    assert!(late.line_with("one, long").contains(" udp."));
    assert!(late.line().ends_with("two, long enough"));
}

#[test]
fn an_answer_is_never_longer_than_the_datagram() {
    let (server, udp) = start(&FAST);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let device = device("127.0.0.1:0", udp);
    for len in 1..60 {
        let said = "x".repeat(len);
        device.send(said.as_bytes()).unwrap();
        assert_eq!(ann.event("message")["text"], said.as_str());
        // One or two bytes hold no character of a receipt.
        if len > 2 {
            let answer = receive(&device);
            assert!(answer.len() <= len && answer.len() + 3 > len.min(18), "{len}: {answer}");
            assert!(format!("收到你的消息{said}").starts_with(&answer), "{answer}");
        }
    }
}

#[test]
fn what_will_not_do_is_refused() {
    let (server, udp) = start(&FAST);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let device = device("127.0.0.1:0", udp);
    device.send(b"").unwrap();
    device.send(&[b' '; 50]).unwrap();
    assert_eq!(receive(&device), "-- error: there is nothing to say");
    device.send(&vec![b'x'; 8193]).unwrap();
    assert_eq!(receive(&device), "-- error: that is longer than 8192 bytes, and was not said");
    device.send(&vec![b'x'; 8192]).unwrap();
    assert_eq!(receive(&device), "-- error: the message has 8192 characters, at most 4000 are allowed");
    device.send(b"caf\xe9\x1b[2J cleared, and more").unwrap();
    assert_eq!(receive(&device), "收到你的消息caf\u{fffd} c");
    let message = ann.event("message");
    assert_eq!((&message["seq"], &message["text"]), (&json!(1), &json!("caf\u{fffd} cleared, and more")));
}

#[test]
fn whoever_is_too_fast_is_told_once_and_holds_up_nobody() {
    let (_server, udp) = start(&["--burst", "2", "--per-second", "1"]);
    let (fast, other) = (device("127.0.0.1:0", udp), device("127.0.0.2:0", udp));
    for n in 0..5 {
        fast.send(format!("message number {n}, of several").as_bytes()).unwrap();
    }
    let mut answers: Vec<_> = (0..3).map(|_| receive(&fast)).collect();
    answers.sort();
    assert_eq!(answers[0], "-- error: too fast: this was", "as much as fits");
    assert!(answers[1].starts_with("收到你的消息mess") && answers[2].starts_with("收到你的消息mess"), "{answers:?}");
    other.send(b"not me, I am not fast").unwrap();
    assert!(receive(&other).starts_with("收到你的消息"));
    assert!(is_silent(&fast));
}

#[test]
fn what_looks_like_an_answer_is_not_answered() {
    let (server, udp) = start(&FAST);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let device = device("127.0.0.1:0", udp);
    for text in ["收到你的消息hello, other server", "收到", "-- error: that is longer", "-"] {
        device.send(text.as_bytes()).unwrap();
        assert_eq!(ann.event("message")["text"], text);
    }
    device.send(b"and this one is").unwrap();
    assert!("收到你的消息and".starts_with(&receive(&device)));
    assert!(is_silent(&device));
}

#[test]
fn everywhere_means_both_families_and_a_taken_port_is_said_so() {
    let mut server = Server::start(&["--listen", "udp:[::]:0"]);
    let address = server.listens_also();
    let port = address.rsplit_once(':').unwrap().1;
    for host in ["127.0.0.1", "[::1]"] {
        let device = device(&format!("{host}:0"), format!("{host}:{port}").parse().unwrap());
        device.send(b"from this family").unwrap();
        assert_eq!(receive(&device), "收到你的消");
    }
    let (code, _, stderr) = run(&["--listen", &address, "--data", ":memory:"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains(&format!("--listen {address}: the address is in use")), "{stderr}");
}

#[test]
fn a_unix_datagram_is_one_too() {
    let folder = folder();
    let path = folder.path().join("gram.sock");
    let address = format!("unixgram:{}", path.display());
    let mut server = Server::start(&["--listen", &address]);
    assert_eq!(server.listens_also(), address);
    let mut ann = Socket::json_in(server.address, "ann", "lobby");
    let bound = UnixDatagram::bind(folder.path().join("me")).unwrap();
    bound.set_read_timeout(Some(PATIENCE)).unwrap();
    bound.send_to(b"the backup is done", &path).unwrap();
    let mut buffer = [0; 100];
    let len = bound.recv(&mut buffer).unwrap();
    assert_eq!(std::str::from_utf8(&buffer[..len]).unwrap(), "收到你的消息");
    let message = ann.event("message");
    assert_eq!((&message["text"], &message["via"]), (&json!("the backup is done"), &json!("unix")));
    assert!(message["from"]["nick"].as_str().unwrap().starts_with("unix."));
    UnixDatagram::unbound().unwrap().send_to(b"from nowhere", &path).unwrap();
    assert_eq!(ann.event("message")["text"], "from nowhere");
    server.terminate();
    assert!(server.wait().0.success() && !path.exists());
}
