//! Unix stream sockets.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixListener};

use partyline_shared::Command as Said;

use crate::scripted::{Server, partyline};

#[test]
fn send_and_chat_speak_with_a_partyline_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::unix(&folder.path().join("chat.sock"));
    for verb in ["send", "chat"] {
        let outcome = partyline(&[verb, &server.address], "hello\n", || {
            let mut client = server.accept();
            client.welcome();
            let (text, reference) = client.hear_message();
            assert_eq!(text.trim_end(), "hello");
            client.confirm(&reference, 1);
            assert_eq!(client.hear(), Some(Said::Quit));
        });
        assert_eq!((outcome.code, outcome.problems.as_str()), (Some(0), ""));
    }
}

#[test]
fn raw_bytes_go_there_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("echo.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let address = format!("unix:{}", path.display());
    for verb in ["send", "chat"] {
        let outcome = partyline(&[verb, "--raw", &address], "hello\n", || {
            let (mut client, _) = listener.accept().unwrap();
            let mut data = [0; 5];
            client.read_exact(&mut data).unwrap();
            client.write_all(&data).unwrap();
        });
        assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), "hello\n", ""));
    }
}

#[test]
fn what_is_wrong_with_a_path_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| format!("unix:{}", folder.path().join(name).display());
    let failure = |name: &str| partyline(&["send", "--raw", &at(name), "x"], "", || {});
    failure("none").fails_with("there is no socket at /");
    drop(UnixListener::bind(folder.path().join("left")).unwrap());
    failure("left").fails_with("nothing answers at unix:/");
    let _datagrams = UnixDatagram::bind(folder.path().join("datagrams")).unwrap();
    failure("datagrams").fails_with("write unixgram:/");
    let path = folder.path().join("closed");
    let _closed = UnixListener::bind(&path).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Nothing is closed to root.
    if std::os::unix::net::UnixStream::connect(&path).is_err() {
        failure("closed").fails_with("is closed to you");
    }
    assert_eq!(partyline(&["send", "unix:", "x"], "", || {}).code, Some(2));
}
