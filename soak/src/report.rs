//! What a scenario found.

use std::fmt;

/// Figures, for people, and what was not as it must be.
#[derive(Debug, Default)]
pub struct Report {
    figures: Vec<String>,
    failures: Vec<String>,
}

impl Report {
    /// Something measured.
    pub fn figure(&mut self, text: impl Into<String>) {
        self.figures.push(text.into());
    }

    /// Something that is not as it must be.
    pub fn failure(&mut self, text: impl Into<String>) {
        self.failures.push(text.into());
    }

    /// Notes `text` as a failure unless it holds.
    pub fn check(&mut self, holds: bool, text: impl FnOnce() -> String) {
        if !holds {
            self.failures.push(text());
        }
    }

    /// Whether all was as it must be.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// What was not.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for figure in &self.figures {
            writeln!(f, "  {figure}")?;
        }
        for failure in &self.failures {
            writeln!(f, "  FAILED: {failure}")?;
        }
        Ok(())
    }
}
