//! `partyline send` by datagram.

use std::net::UdpSocket;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::PathBuf;

use crate::scripted::{PATIENCE, partyline};

/// The server's receipt, no longer than what it answers.
fn receipt(said: &[u8]) -> Vec<u8> {
    let mut receipt = format!("收到你的消息{}", String::from_utf8_lossy(said));
    while receipt.len() > said.len() {
        receipt.pop();
    }
    receipt.into_bytes()
}

fn udp() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let address = format!("udp:{}", socket.local_addr().unwrap());
    (socket, address)
}

/// Hears one datagram, and answers it.
fn answer(socket: &UdpSocket, answer: impl FnOnce(&[u8]) -> Vec<u8>) {
    let mut data = [0; 2048];
    let (count, peer) = socket.recv_from(&mut data).unwrap();
    socket.send_to(&answer(&data[..count]), peer).unwrap();
}

#[test]
fn a_receipt_is_a_success() {
    let (socket, address) = udp();
    for (args, stdin, said) in [(&["hello", "there"][..], "", "hello there"), (&["-"], "你\n", "你"), (&["x"], "", "x")]
    {
        let outcome = partyline(&[&["send", &address], args].concat(), stdin, || {
            answer(&socket, |data| {
                assert_eq!(data.trim_ascii_end(), said.as_bytes());
                assert!(data.len() >= 128, "there is room for an answer");
                receipt(data)
            });
        });
        assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "", ""), "{said}");
    }
}

#[test]
fn an_error_is_a_failure_however_much_of_it_there_is_room_for() {
    let (socket, address) = udp();
    let refuse = |text: &str, line: &'static [u8]| {
        partyline(&["send", &address, text], "", || answer(&socket, |data| line[..line.len().min(data.len())].to_vec()))
    };
    refuse("hi", b"-- error\x1b[2J: too fast\n").fails_with("refused: too fast");
    refuse("hi", b"-- err").fails_with("refused: the answer was cut before it says why");
}

#[test]
fn silence_proves_nothing() {
    let (_socket, address) = udp();
    let outcome = partyline(&["send", "--timeout", "1", &address, "x"], "", || {});
    outcome.fails_with("has not answered within 1 s: datagrams are never certain");
}

#[test]
fn where_nobody_listens_it_is_said() {
    let (socket, address) = udp();
    drop(socket);
    partyline(&["send", &address, "x"], "", || {}).fails_with(&format!("nothing answers at {address}"));
    let long = "x".repeat(65_536);
    partyline(&["send", &address], &long, || {}).fails_with("65536 bytes are too many for a datagram");
}

#[test]
fn raw_shows_whatever_comes_back() {
    let (socket, address) = udp();
    let outcome = partyline(&["send", "--crlf", &address, "ping"], "", || {
        answer(&socket, |data| {
            assert_eq!(data, b"ping\r\n");
            b"-- error\x1b[2J: pong\r\n".to_vec()
        });
    });
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "-- error: pong\n", ""));
}

#[test]
fn a_unix_datagram_is_answered_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.sock");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut own = PathBuf::new();
    let outcome = partyline(&["send", &format!("unixgram:{}", path.display()), "hello"], "", || {
        let mut data = [0; 2048];
        let (count, peer) = socket.recv_from(&mut data).unwrap();
        assert_eq!(data[..count].trim_ascii_end(), b"hello");
        own = peer.as_pathname().unwrap().to_owned();
        assert!(own.exists());
        socket.send_to(&receipt(b"hello"), &own).unwrap();
    });
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "", ""));
    assert!(!own.exists());
}

#[test]
fn what_is_wrong_with_a_path_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let failure =
        |name: &str| partyline(&["send", &format!("unixgram:{}", folder.path().join(name).display()), "x"], "", || {});
    failure("none").fails_with("there is no socket at /");
    let _stream = UnixListener::bind(folder.path().join("stream")).unwrap();
    failure("stream").fails_with("write unix:/");
}

#[test]
fn what_datagrams_cannot_do_is_an_error_of_usage() {
    let address = "udp:127.0.0.1:9";
    let cases = [
        (&["chat", address][..], "partyline send udp:127.0.0.1:9 TEXT"),
        (&["chat", "--raw", address], "partyline send udp:127.0.0.1:9 TEXT"),
        (&["send", "--room", "attic", address, "x"], "leave out --room and --nick"),
        (&["send", "--raw", "-N", address, "x"], "leave out --half-close"),
    ];
    for (args, why) in cases {
        let outcome = partyline(args, "", || {});
        assert_eq!(outcome.code, Some(2), "{args:?}");
        assert!(outcome.problems.contains(why), "{}", outcome.problems);
    }
}
