//! What the checker finds.

use std::collections::BTreeMap;
use std::fmt;

/// Violations of a rule that are kept with their evidence: one cause has many. Those after these are only counted.
const MOST: u64 = 20;

/// A promise of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// What was acknowledged is in the history.
    Lost,
    /// It is there under the number that it was acknowledged with.
    Renumbered,
    /// What was said once is there once.
    Doubled,
    /// What somebody says in a room is there in the order it was said.
    Reordered,
    /// Nothing is missing between two messages that a client was shown, nor at the end when it left in good order.
    Gap,
    /// Nothing is shown twice, nor after what came later.
    Repeated,
    /// What anybody was shown is in the history.
    Gone,
    /// A number is the same message to everybody.
    Differs,
    /// What was refused isn't in the history, unless it was said again.
    FalseRefusal,
    /// What is in the history was said by somebody.
    Unsaid,
    /// The history's numbers are 1, 2, 3 and so on.
    Numbering,
    /// Nobody has to start afresh while the log is the same.
    Afresh,
    /// The log stays the same: it is the one that the history is of.
    AnotherLog,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub rule: Rule,
    /// To whom, and in which line of their journal, from 1; line 0 is its end.
    pub client: (String, usize),
    /// What shows it.
    pub evidence: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, client: (client, line), evidence } = self;
        write!(f, "{rule:?}: {client}:{line}: {evidence}")
    }
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Journals.
    pub clients: u64,
    /// Connections that were welcomed.
    pub connections: u64,
    /// Messages that were written to a connection for the first time.
    pub said: u64,
    /// Messages that were written to one again.
    pub resent: u64,
    /// Messages that were acknowledged, receipts included.
    pub acknowledged: u64,
    /// Of these, those that were in the log before their connection was: a resend that was recognised.
    pub recognised: u64,
    /// Messages that took their place before somebody's eyes, summed over all clients.
    pub shown: u64,
    /// Of these, those that were before one came, and were read later.
    pub read_up: u64,
    /// Messages in the history.
    pub kept: u64,
    violations: Vec<Violation>,
    broken: BTreeMap<Rule, u64>,
}

impl Findings {
    /// Notes a broken promise.
    pub(super) fn broken(&mut self, rule: Rule, client: &str, line: usize, evidence: String) {
        let times = self.broken.entry(rule).or_default();
        *times += 1;
        if *times <= MOST {
            self.violations.push(Violation { rule, client: (client.to_owned(), line), evidence });
        }
    }

    /// What is broken: the first twenty of each rule.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Which promises are broken, each once.
    pub fn rules(&self) -> Vec<Rule> {
        self.broken.keys().copied().collect()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clients, connections, said, resent, acknowledged, recognised, shown, read_up, kept, .. } = self;
        writeln!(f, "{clients} journals, {connections} connections; {said} messages said, {resent} said again")?;
        writeln!(f, "{acknowledged} acknowledged, {recognised} recognised as said again, {kept} kept")?;
        writeln!(f, "{shown} shown, {read_up} of them when somebody read up")?;
        for violation in &self.violations {
            writeln!(f, "BROKEN {violation}")?;
        }
        for (rule, times) in &self.broken {
            writeln!(f, "{rule:?}: {times} times")?;
        }
        if self.broken.is_empty() { writeln!(f, "no promise broken") } else { Ok(()) }
    }
}
