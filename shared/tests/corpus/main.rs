//! What the fuzz targets check, replayed over their corpus: nothing but `cargo test` is needed for it.
//!
//! `cargo xtask fuzz` looks for more. Each module is the body of the target of the same name in `fuzz/`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a check says what it expects by failing, and for which input"
)]

mod json_commands;
mod lines;
mod plain_commands;
mod sniff;
mod udp;

use std::fs;
use std::path::Path;

/// Runs a target's body over each of its files.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target);
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("each target has a corpus")
        .map(|file| file.expect("it is listed").path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        // Shown only where the check fails: it names the input.
        println!("{}", file.display());
        check(&fs::read(&file).expect("it is readable"));
    }
}

#[test]
fn sniff_holds_for_its_corpus() {
    replay("sniff", sniff::check);
}

#[test]
fn lines_holds_for_its_corpus() {
    replay("lines", lines::check);
}

#[test]
fn plain_commands_holds_for_its_corpus() {
    replay("plain_commands", plain_commands::check);
}

#[test]
fn json_commands_holds_for_its_corpus() {
    replay("json_commands", json_commands::check);
}

#[test]
fn udp_holds_for_its_corpus() {
    replay("udp", udp::check);
}

#[test]
fn every_target_is_replayed() {
    let here = env!("CARGO_MANIFEST_DIR");
    let targets = fs::read_dir(Path::new(here).join("../fuzz/fuzz_targets")).expect("there are targets");
    for target in targets {
        let name = target.expect("it is listed").file_name();
        assert!(Path::new(here).join("tests/corpus").join(&name).exists(), "{} has no body here", name.display());
    }
}
