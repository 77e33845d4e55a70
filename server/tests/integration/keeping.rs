//! What operators need of the log, all while the server runs: a copy of it, a room out of it and into it, and its bounds.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::support::{Server, Socket, folder, program, run, say};

/// As fast as it goes.
const FAST: [&str; 4] = ["--burst", "1000000", "--per-second", "0"];

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs it with this on its stdin; returns the exit code, stdout and stderr.
fn run_with(flags: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    let mut child = program(flags).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Fails, and says why in one line.
#[track_caller]
fn fails(flags: &[&str], code: i32, parts: &[&str]) {
    let (found, stdout, stderr) = run(flags);
    assert_eq!((found, &*stdout), (Some(code), ""), "{stderr}");
    assert!(stderr.starts_with("partylined: ") && stderr.lines().count() == 1, "{stderr}");
    for part in parts {
        assert!(stderr.contains(part), "{part} is missing in: {stderr}");
    }
}

#[track_caller]
fn succeeds(flags: &[&str]) -> String {
    let (code, stdout, stderr) = run(flags);
    assert_eq!((code, &*stderr), (Some(0), ""));
    stdout
}

/// Says so much in a room, and returns once all of it is acknowledged.
fn talk(socket: &mut Socket, room: &str, count: usize) {
    for n in 1..=count {
        socket.send_json(&say(room, &format!("text {n}"), &format!("r{n}")));
        assert_eq!(socket.event("sent")["ref"], format!("r{n}"));
    }
}

/// Everything that the server has of a room, by number.
fn all_of(server: &Server, room: &str) -> Vec<(u64, String)> {
    let mut socket = Socket::json_in(server.address, "reader", room);
    let mut all: Vec<(u64, String)> = Vec::new();
    loop {
        let after = all.last().map_or(0, |(seq, _)| *seq);
        socket.send_json(&json!({"type": "history", "room": room, "after": after, "limit": 100}));
        let page = socket.event("history");
        for message in page["messages"].as_array().unwrap() {
            all.push((message["seq"].as_u64().unwrap(), message["text"].as_str().unwrap().to_owned()));
        }
        if page["more"] == false {
            return all;
        }
    }
}

#[test]
fn a_backup_under_load_has_everything_that_was_acknowledged_before_it_began() {
    let (data, copies, restored) = (folder(), folder(), folder());
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &FAST);
    let copy = copies.path().join("copy.db");
    let (stop, acknowledged) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut writers: Vec<_> = (0..4).map(|n| Socket::json_in(server.address, &format!("writer{n}"), "lobby")).collect();
    let before = std::thread::scope(|scope| {
        for (n, socket) in writers.iter_mut().enumerate() {
            let (stop, acknowledged) = (&stop, &acknowledged);
            scope.spawn(move || {
                for count in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    socket.send_json(&say("lobby", &format!("{n}-{count}"), &format!("{count}")));
                    let seq = socket.event("sent")["seq"].as_u64().unwrap();
                    acknowledged.fetch_max(seq, Ordering::SeqCst);
                }
            });
        }
        while acknowledged.load(Ordering::SeqCst) < 300 {
            std::thread::yield_now();
        }
        let before = acknowledged.load(Ordering::SeqCst);
        let output = run(&["backup", text(&copy), "--data", text(data.path())]);
        stop.store(true, Ordering::SeqCst);
        assert_eq!(output, (Some(0), String::new(), String::new()));
        before
    });
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(copies.path()).unwrap().count(), 1, "nothing else is left there");
    let original = all_of(&server, "lobby");

    fs::copy(&copy, restored.path().join("partyline.db")).unwrap();
    let server = Server::in_folder(restored.path(), "127.0.0.1:0", &FAST);
    let kept = all_of(&server, "lobby");
    assert!(kept.len() as u64 >= before, "{} of {before}", kept.len());
    assert_eq!(kept[..], original[..kept.len()]);
    assert!(kept.iter().map(|(seq, _)| *seq).eq(1..=kept.len() as u64), "numbers without a gap");
    let mut socket = Socket::json_in(server.address, "next", "lobby");
    socket.send_json(&say("lobby", "next", "next"));
    assert_eq!(socket.event("sent")["seq"], kept.len() as u64 + 1);
}

#[test]
fn a_backup_is_another_log_whose_numbers_mean_something_else_from_now_on() {
    let (data, restored) = (folder(), folder());
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &FAST);
    let mut ann = Socket::connect(server.address);
    ann.send_json(&json!({"type": "hello", "nick": "ann"}));
    let epoch = ann.event("welcome")["epoch"].clone();
    ann.send_json(&json!({"type": "join", "room": "lobby"}));
    talk(&mut ann, "lobby", 3);
    succeeds(&["backup", text(&restored.path().join("partyline.db")), "--data", text(data.path())]);

    let server = Server::in_folder(restored.path(), "127.0.0.1:0", &FAST);
    let mut ann = Socket::connect(server.address);
    let resume = json!([{"room": "lobby", "seq": 2}]);
    ann.send_json(&json!({"type": "hello", "nick": "ann", "epoch": epoch, "resume": resume}));
    assert_ne!(ann.event("welcome")["epoch"], epoch);
    let joined = ann.event("joined");
    assert_eq!((&joined["afresh"], &joined["head"]), (&json!(true), &json!(3)));
}

#[test]
fn a_backup_needs_no_server_and_overwrites_nothing() {
    let (data, copies) = (folder(), folder());
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &[]);
    talk(&mut Socket::json_in(server.address, "ann", "lobby"), "lobby", 1);
    server.kill();
    let copy = copies.path().join("copy.db");
    succeeds(&["--data", text(data.path()), "backup", text(&copy)]);
    let first = fs::read(&copy).unwrap();
    fails(&["backup", text(&copy), "--data", text(data.path())], 1, &["copy.db exists, and is not overwritten"]);
    assert_eq!(fs::read(&copy).unwrap(), first);

    let nowhere = copies.path().join("no/such/folder/copy.db");
    fails(&["backup", text(&nowhere), "--data", text(data.path())], 1, &["can't be written"]);
    fails(&["backup", text(&nowhere), "--data", text(copies.path())], 1, &["there is no log in", "--data"]);
    fails(&["backup", text(&nowhere), "--data", ":memory:"], 1, &["a log in memory", "--data"]);
    assert_eq!(fs::read_dir(copies.path()).unwrap().count(), 1);
}

#[test]
fn a_damaged_log_makes_no_backup() {
    let (data, copies) = (folder(), folder());
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &FAST);
    talk(&mut Socket::json_in(server.address, "ann", "lobby"), "lobby", 300);
    server.terminate();
    assert!(server.wait().0.success());
    let file = data.path().join("partyline.db");
    let mut content = fs::read(&file).unwrap();
    let middle = content.len() / 2 / 4096 * 4096;
    content[middle..middle + 4096].fill(0xa5);
    fs::write(&file, content).unwrap();
    let copy = copies.path().join("copy.db");
    fails(&["backup", text(&copy), "--data", text(data.path())], 1, &["damaged"]);
    assert_eq!(fs::read_dir(copies.path()).unwrap().count(), 0);
}

/// A room that was exported: its first line, and the others.
fn exported(data: &Path, room: &str) -> (Value, Vec<String>) {
    let output = succeeds(&["export", room, "--data", text(data)]);
    let mut lines = output.lines().map(str::to_owned);
    let header = serde_json::from_str(&lines.next().unwrap()).unwrap();
    (header, lines.collect())
}

#[test]
fn a_room_goes_out_and_in_again_as_it_was_also_into_a_room_that_somebody_waits_in() {
    let (data, other, files) = (folder(), folder(), folder());
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &FAST);
    let mut ann = Socket::json_in(server.address, "ann", "Küche");
    talk(&mut ann, "Küche", 150);
    ann.send_json(&json!({"type": "say", "room": "Küche", "text": "waves\nand \"smiles\" 收到", "action": true}));
    ann.event("sent");
    let (header, lines) = exported(data.path(), "KÜCHE");
    assert_eq!(
        (&header["partyline_room"], &header["room"], &header["head"]),
        (&json!(1), &json!("Küche"), &json!(151))
    );
    assert_eq!(lines.len(), 151);
    let last: Value = serde_json::from_str(&lines[150]).unwrap();
    assert_eq!((&last["kind"], &last["via"], &last["from"]["nick"]), (&json!("action"), &json!("json"), &json!("ann")));

    let file: PathBuf = files.path().join("room.jsonl");
    succeeds(&["export", "Küche", text(&file), "--data", text(data.path())]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    fails(&["export", "Küche", text(&file), "--data", text(data.path())], 1, &["exists, and is not overwritten"]);

    let server = Server::in_folder(other.path(), "127.0.0.1:0", &FAST);
    let (mut bob, mut cleo) =
        (Socket::json_in(server.address, "bob", "Cellar"), Socket::json_in(server.address, "cleo", "Cellar"));
    succeeds(&["import", "Cellar", text(&file), "--data", text(other.path())]);
    let (imported, again) = exported(other.path(), "cellar");
    assert_eq!(again, lines);
    assert_eq!((&imported["room"], &imported["head"]), (&json!("Cellar"), &json!(151)));
    // The number that comes next is the one after what was imported, and nothing is missing between.
    bob.send_json(&say("cellar", "and on", "x"));
    assert_eq!(bob.event("sent")["seq"], 152);
    assert_eq!(cleo.event("message")["seq"], 152);
    let all = all_of(&server, "cellar");
    assert!(all.iter().map(|(seq, _)| *seq).eq(1..=152));
    drop(server);

    // Without a server, from stdin, into a folder that has no log yet.
    let third = folder();
    let content = fs::read_to_string(&file).unwrap();
    for (room, file) in [("one", None), ("two", Some("-"))] {
        let flags = ["--data", text(third.path()), "import", room].into_iter().chain(file).collect::<Vec<_>>();
        assert_eq!(run_with(&flags, &content), (Some(0), String::new(), String::new()));
        assert_eq!(exported(third.path(), room).1, lines);
    }
}

#[test]
fn what_cannot_be_exported_or_imported_is_said_in_one_line_and_changes_nothing() {
    let data = folder();
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &FAST);
    talk(&mut Socket::json_in(server.address, "ann", "lobby"), "lobby", 3);
    let at = ["--data", text(data.path())];
    fails(&[&["export", "nowhere"], &at[..]].concat(), 1, &["has no room nowhere"]);
    fails(&[&["export", "no room"], &at[..]].concat(), 1, &["no room can be called \"no room\""]);
    fails(&[&["import", "new", "/no/such/file"], &at[..]].concat(), 1, &["/no/such/file can't be read"]);
    let content = succeeds(&[&["export", "lobby"], &at[..]].concat());
    let refuses = |room: &str, content: &str, part: &str| {
        let (code, _, stderr) = run_with(&[&["import", room], &at[..]].concat(), content);
        assert_eq!(code, Some(1));
        assert!(stderr.starts_with("partylined: ") && stderr.lines().count() == 1, "{stderr}");
        assert!(stderr.contains(part), "{part} is missing in: {stderr}");
    };
    refuses("lobby", &content, "has a room lobby already");
    refuses("new", "hello\n", "line 1 of stdin: it isn't the first line of a room");
    refuses("new", &content.replace("\"seq\":3", "\"seq\":7"), "line 4 of stdin: number 7 follows 2");
    refuses("new", &content.replace("\"ref\":\"r3\"", "\"ref\":\"r1\""), "line 4 of stdin: its author has used");
    let cut: String = content.split_inclusive('\n').take(2).collect();
    refuses("new", &cut, "it was cut off");
    fails(&[&["export", "new"], &at[..]].concat(), 1, &["has no room new"]);
    let mut socket = Socket::json_in(server.address, "ann", "new");
    socket.send_json(&say("new", "hello", "a"));
    assert_eq!(socket.event("sent")["seq"], 1);
}

#[test]
fn the_jobs_are_in_the_help_and_take_the_flags_and_the_environment_of_the_server() {
    let (_, help, _) = run(&["--help"]);
    for job in ["backup", "export", "import"] {
        assert!(help.contains(&format!("\n  {job} ")), "{help}");
        let (code, help, _) = run(&[job, "--help"]);
        assert!(code == Some(0) && help.contains("--data") && help.contains("--config"), "{help}");
    }
    assert_eq!(run(&["backup"]).0, Some(2));
    assert_eq!(run(&["exort", "lobby"]).0, Some(2));
    let (code, _, stderr) = run(&["--burst", "many", "export", "lobby"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("--burst: \"many\""), "{stderr}");

    let data = folder();
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &[]);
    talk(&mut Socket::json_in(server.address, "ann", "lobby"), "lobby", 1);
    let output = program(&["export", "lobby"]).env("PARTYLINE_DATA", data.path()).output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"{\"partyline_room\":1"), "{output:?}");
}

#[test]
fn what_is_not_kept_is_gone_and_numbers_go_on() {
    let data = folder();
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &FAST);
    talk(&mut Socket::json_in(server.address, "ann", "lobby"), "lobby", 30);
    talk(&mut Socket::json_in(server.address, "ann", "attic"), "attic", 30);
    server.kill();
    let server = Server::in_folder(data.path(), "127.0.0.1:0", &["--keep", "lobby=10", "--keep", "lobby=1GB"]);
    // Whoever comes while it is being cut down may still see what goes: asks until it has gone.
    let kept = loop {
        let kept = all_of(&server, "lobby");
        if kept.len() <= 10 {
            break kept;
        }
    };
    assert!(kept.iter().map(|(seq, _)| *seq).eq(21..=30));
    assert_eq!(all_of(&server, "attic").len(), 30);
    let mut socket = Socket::json_in(server.address, "bob", "lobby");
    socket.send_json(&json!({"type": "history", "room": "lobby", "before": 21}));
    let page = socket.event("history");
    assert_eq!((&page["messages"], &page["more"], &page["head"]), (&json!([]), &json!(false), &json!(30)));
    socket.send_json(&say("lobby", "next", "next"));
    assert_eq!(socket.event("sent")["seq"], 31);
}
