//! Programs that people have: each is tried against the real server, and what works with which is a table in the
//! README, which this test writes. With `PARTYLINE_UPDATE_TABLE=1` it does; without, the two must be the same.
//!
//! Where a program is missing it is left out, but not under `cargo xtask test`, which installs them where there
//! are Debian's packages.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects by failing, also in its helpers"
)]

#[path = "../tutorial/program.rs"]
mod program;
#[path = "../integration/support.rs"]
#[expect(dead_code, reason = "the integration tests use all of it")]
mod support;
mod talkers;
mod web;

use std::path::Path;
use std::process::Command;

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
const START: &str = "<!-- tools -->\n";
const END: &str = "<!-- /tools -->\n";

/// The programs, and Debian's package of each.
const PROGRAMS: [(&str, &str); 8] = [
    ("nc.openbsd", "netcat-openbsd"),
    ("nc.traditional", "netcat-traditional"),
    ("ncat", "ncat"),
    ("socat", "socat"),
    ("telnet", "telnet"),
    ("bash", "bash"),
    ("script", "bsdutils"),
    ("curl", "curl"),
];

/// What is missing here, by package.
fn missing() -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_here = |program: &str| std::env::split_paths(&path).any(|folder| folder.join(program).exists());
    let mut missing: Vec<_> =
        PROGRAMS.iter().filter(|(program, _)| !is_here(program)).map(|(_, package)| *package).collect();
    let websockets = Command::new(web::PYTHON).args(["-c", "import websockets"]).output();
    if !websockets.is_ok_and(|output| output.status.success()) {
        missing.push("python3-websockets");
    }
    missing
}

#[test]
fn the_readme_says_what_works_with_which() {
    let missing = missing();
    if !missing.is_empty() {
        let why = format!("these packages aren't installed: {}", missing.join(", "));
        let expected = std::env::var_os("PARTYLINE_BROWSER_TESTS").is_some() && Path::new("/usr/bin/apt-get").exists();
        assert!(!expected, "{why}");
        eprintln!("skipped: {why}");
        return;
    }
    let talkers = talkers::TALKERS.iter().map(|talker| std::thread::spawn(|| talker.row()));
    let talkers: Vec<_> = talkers.collect();
    let web = std::thread::spawn(web::rows);
    let talkers: String = talkers.into_iter().map(|row| row.join().unwrap()).collect();
    let table = format!("{}{talkers}\n{}{}", talkers::HEADING, web::HEADING, web.join().unwrap());

    let readme = std::fs::read_to_string(README).unwrap();
    let (before, rest) = readme.split_once(START).expect("the README has the mark where the table starts");
    let (now, after) = rest.split_once(END).expect("the README has the mark where the table ends");
    if std::env::var_os("PARTYLINE_UPDATE_TABLE").is_some() {
        std::fs::write(README, [before, START, &table, END, after].concat()).unwrap();
    } else {
        assert!(now == table, "the README says otherwise (what failed stands above); this was seen:\n{table}");
    }
}

/// What a cell of the table says: `yes` where the check holds. Why it doesn't is in the test's output.
fn cell(yes: &str, check: impl FnOnce() + std::panic::UnwindSafe) -> &str {
    match std::panic::catch_unwind(check) {
        Ok(()) => yes,
        Err(_) => "no",
    }
}
