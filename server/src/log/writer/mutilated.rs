//! A writer that is broken on purpose: see [`crate::faults::Fault::DeliverFirst`].

use std::thread;
use std::time::Duration;

use partyline_hub::Input;
use partyline_shared::Timestamp;

use super::{WaitingAppend, Writer};
use crate::log::append::write_all;
use crate::log::open::locked;
use crate::log::transaction::immediate;

/// So long that whoever kills the server as soon as anything is told always comes before the commit.
const HELD_BACK: Duration = Duration::from_mins(1);

impl Writer {
    /// Answers, and only then commits.
    pub(super) fn deliver_first(&mut self, taken: Vec<WaitingAppend>, at: Timestamp) {
        let mut connection = locked(&self.db);
        let done = immediate(&mut connection).and_then(|transaction| {
            let committed = write_all(&transaction, taken.iter().map(|waiting| &waiting.entry), at)?;
            let answer = |(waiting, committed): (WaitingAppend, _)| Input::Committed {
                append: waiting.append,
                outcome: Ok(committed),
            };
            (self.answer)(taken.into_iter().zip(committed).map(answer).collect());
            thread::sleep(HELD_BACK);
            transaction.commit()
        });
        if let Err(error) = done {
            tracing::error!(%error, "the broken writer can't even be broken");
        }
    }
}
