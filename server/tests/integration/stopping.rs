//! SIGTERM: everybody is told, in their own dialect.

use serde_json::json;

use crate::support::{Server, Socket, Web, folder};

#[test]
fn everybody_is_told_why_and_when_to_come_back() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &[]);
    let mut plain = Socket::plain_in(server.address, "plain");
    let mut lines = Socket::json_in(server.address, "lines", "lobby");
    let mut web = Web::join(server.address, "web", "lobby");
    plain.line_with("web joined");
    server.terminate();
    assert_eq!(plain.line(), "-- the server stops; if it comes back, so can you");
    assert_eq!(plain.try_line(), None);
    for bye in [lines.event("bye"), web.event("bye")] {
        assert_eq!((&bye["reason"], &bye["return_after_ms"]), (&json!("shutdown"), &json!(2000)));
    }
    assert_eq!(lines.try_line(), None);
    assert_eq!(web.try_json(), None);
    let (status, _) = server.wait();
    assert!(status.success());
    assert!(!folder.path().join("partyline.db-wal").exists(), "the log is closed, nothing is left beside it");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let server = Server::start(&["--stop-seconds", "600"]);
    // Whoever doesn't hang up after the good-bye is waited for a moment, and the server with them.
    let mut plain = Socket::plain_in(server.address, "plain");
    server.terminate();
    plain.line_with("the server stops");
    server.terminate();
    let (status, _) = server.wait();
    assert_eq!(status.code(), Some(1), "not in good order");
}
