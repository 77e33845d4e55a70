//! Starting, and not starting.

use crate::support::{Server, folder, run};

#[test]
fn an_address_in_use_is_said_so() {
    let server = Server::start(&[]);
    let (code, _, stderr) = run(&["--listen", &server.address.to_string(), "--data", ":memory:"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("the address is in use: is another partylined running?"), "{stderr}");
}

#[test]
fn a_data_folder_that_cannot_be_written_is_said_so() {
    let folder = folder();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let (code, _, stderr) = run(&["--listen", "127.0.0.1:0", "--data", file.join("log").to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("--data"), "{stderr}");
}

#[test]
fn a_folder_that_another_server_uses_is_refused() {
    let folder = folder();
    let _server = Server::in_folder(folder.path(), "127.0.0.1:0", &[]);
    let (code, _, stderr) = run(&["--listen", "127.0.0.1:0", "--data", folder.path().to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("another"), "{stderr}");
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let folder = folder();
    Server::in_folder(folder.path(), "127.0.0.1:0", &[]).kill();
    let file = folder.path().join("partyline.db");
    let database = rusqlite::Connection::open(&file).unwrap();
    database.pragma_update(None, "user_version", 1000).unwrap();
    database.pragma_update(None, "journal_mode", "delete").unwrap();
    drop(database);
    let before = std::fs::read(&file).unwrap();
    let (code, _, stderr) = run(&["--listen", "127.0.0.1:0", "--data", folder.path().to_str().unwrap()]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("newer"), "{stderr}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}

#[test]
fn wrong_settings_are_all_said_at_once() {
    let (code, _, stderr) = run(&["--listen", "x", "--burst", "many", "--data", ":memory:"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("--listen: \"x\"") && stderr.contains("--burst: \"many\""), "{stderr}");
}

#[test]
fn the_default_settings_can_be_printed() {
    let (code, stdout, _) = run(&["--print-config"]);
    assert_eq!(code, Some(0));
    assert!(stdout.contains("# listen = [\"[::]:19534\"]"), "{stdout}");
}

#[test]
fn every_listener_is_announced_and_serves() {
    let folder = folder();
    let server = Server::in_folder(folder.path(), "127.0.0.1:0", &["--listen", "[::1]:0", "--log-format", "json"]);
    let mut ann = server.connect();
    ann.send("hi");
    assert_eq!(ann.receive(), "收到你的消息hi");
    server.terminate();
    let (status, stdout) = server.wait();
    assert!(status.success());
    assert!(stdout.starts_with("listening on [::1]:"), "{stdout}");
    assert!(stdout.contains(folder.path().to_str().unwrap()), "{stdout}");
}
