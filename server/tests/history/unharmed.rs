//! The server as it is: no promise is broken.

use partyline_soak::scenarios::{drops, ending, kills};

use crate::{seed, server};

#[tokio::test]
async fn nothing_acknowledged_is_lost_doubled_moved_or_shown_and_then_gone_by_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let round = kills::Round { resends: 10, ..kills::Round::new(&server(), 10, seed()) };
    let kills::Outcome { findings, back } = round.run(folder.path()).await.unwrap();
    assert!(findings.violations().is_empty(), "{}\n{findings}", folder.keep().display());
    // It was killed while they talked, they came back, and what was said twice was recognised.
    assert!(back.count() > 1 && findings.clients == 12 && findings.connections > 11 * 10, "{findings}");
    assert!(findings.acknowledged >= 200 && findings.recognised >= 10 && findings.resent >= 10, "{findings}");
}

#[tokio::test]
async fn everybody_is_told_good_bye_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let findings = ending::Round { program: server(), ends: 3, seed: seed() }.run(folder.path()).await.unwrap();
    assert!(findings.violations().is_empty(), "{}\n{findings}", folder.keep().display());
    assert!(findings.connections == 11 * 4 + 1 && findings.acknowledged >= 60, "{findings}");
}

#[tokio::test]
async fn whoever_is_dropped_a_hundred_times_misses_nothing_and_sees_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let findings = drops::Round { program: server(), drops: 100, seed: seed() }.run(folder.path()).await.unwrap();
    assert!(findings.violations().is_empty(), "{}\n{findings}", folder.keep().display());
    assert!(findings.connections >= 8 + 100 && findings.resent > 0 && findings.read_up > 50, "{findings}");
}
