//! What one call of the engine wants done.

use partyline_shared::Command;

use crate::{Change, Output, Saying};

/// Collects outputs in order. A change that was noted already is noted once: whoever looks reads the model, which
/// is the same for all of them.
#[derive(Debug, Default)]
pub(crate) struct Outputs(Vec<Output>);

impl Outputs {
    /// Adds whatever it is.
    pub(crate) fn push(&mut self, output: Output) {
        self.0.push(output);
    }

    /// Sends a command.
    pub(crate) fn transmit(&mut self, command: Command) {
        self.push(Output::Transmit(command));
    }

    /// Notes that something changed.
    pub(crate) fn changed(&mut self, change: Change) {
        let output = Output::Changed(change);
        if !self.0.contains(&output) {
            self.push(output);
        }
    }

    /// Tells the person something.
    pub(crate) fn notice(&mut self, room: Option<&str>, text: Saying) {
        self.push(Output::Changed(Change::Notice { room: room.map(str::to_owned), text, error: false }));
    }

    /// Tells the person that something failed.
    pub(crate) fn error(&mut self, room: Option<&str>, text: Saying) {
        self.push(Output::Changed(Change::Notice { room: room.map(str::to_owned), text, error: true }));
    }

    /// All of them.
    pub(crate) fn into_vec(self) -> Vec<Output> {
        self.0
    }
}
