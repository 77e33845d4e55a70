//! The server, broken on purpose: the checker notices.

use std::ops::Range;

use partyline_soak::history::{Findings, Rule};
use partyline_soak::scenarios::kills::Round;

use crate::{seed, server};

/// A round against a server with this fault; the last one, which is only read from, is whole again.
async fn round(fault: &str, kills: u32, acknowledgements: Range<u64>, resends: u64) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    let whole = Round::new(&server(), kills, seed());
    let program = whole.program.clone().with_variable("PARTYLINE_FAULT", fault);
    let round = Round { program, acknowledgements, resends, ..whole };
    round.run(folder.path()).await.unwrap().findings
}

#[tokio::test]
async fn a_log_that_does_not_know_what_it_has_already_is_found_out() {
    // Whoever goes deaf says something again that is in the log: once that is answered, it is there twice.
    let findings = round("no-dedup", 2, 20..40, 1).await;
    assert!(findings.rules().contains(&Rule::Doubled), "{findings}");
}

#[tokio::test]
async fn a_message_that_is_told_before_it_is_committed_is_found_out() {
    // The fault holds each commit back for longer than it takes to hear of the first message and to kill. So there is
    // no second one.
    let findings = round("deliver-first", 1, 1..2, 0).await;
    assert!(findings.rules().contains(&Rule::Lost), "{findings}");
}
