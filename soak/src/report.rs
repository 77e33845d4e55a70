//! What a scenario found.

use std::fmt;

use anyhow::Result;
use tempfile::TempDir;

use crate::history::Findings;

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

    /// What came of a round in a folder, and of checking the journals there. The folder is kept where that is nothing good.
    ///
    /// # Errors
    /// The round's own.
    pub fn history(&mut self, findings: Result<Findings>, folder: TempDir) -> Result<()> {
        let findings = match findings {
            Ok(findings) => findings,
            Err(error) => return Err(error.context(format!("{} keeps the journals", folder.keep().display()))),
        };
        let text = findings.to_string();
        if findings.violations().is_empty() {
            self.figures.extend(text.lines().map(str::to_owned));
        } else {
            self.failures.push(format!("{} keeps the journals:\n{text}", folder.keep().display()));
        }
        Ok(())
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
