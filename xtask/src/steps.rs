//! Work in numbered steps, each with a header before it and its time after it.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::say::say;

/// A count of steps, and what each one took.
pub(crate) struct Steps {
    total: usize,
    started: Instant,
    done: Vec<Done>,
}

struct Done {
    name: String,
    took: Duration,
    failed: bool,
}

impl Steps {
    /// Will hold this many steps.
    pub(crate) fn new(total: usize) -> Self {
        Self { total, started: Instant::now(), done: Vec::new() }
    }

    /// Does one step. `hint` says what to expect of it, most often how long it takes; it may be empty.
    pub(crate) fn step<T>(&mut self, name: &str, hint: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let (number, total) = (self.done.len() + 1, self.total);
        let hint = if hint.is_empty() { String::new() } else { format!(" ({hint})") };
        say!("\n[{number}/{total}] {name}{hint} …");
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        let failed = result.is_err();
        let end = if failed { "failed after" } else { "done in" };
        say!("[{number}/{total}] {name}: {end} {}", time(took));
        self.done.push(Done { name: name.to_owned(), took, failed });
        result
    }

    /// The time since the first step was announced.
    pub(crate) fn elapsed(&self) -> String {
        time(self.started.elapsed())
    }

    /// How many steps there are.
    pub(crate) fn total(&self) -> usize {
        self.total
    }

    /// What was done and how long each took, in the form that CONTRIBUTING.md shows.
    pub(crate) fn table(&self) -> String {
        let mut table = String::from("| step | time |\n|---|---|\n");
        for Done { name, took, failed } in &self.done {
            let mark = if *failed { " (failed)" } else { "" };
            // Writing to a String can't fail.
            let _ = writeln!(table, "| {name} | {}{mark} |", time(*took));
        }
        table
    }
}

/// A time as people say it.
fn time(took: Duration) -> String {
    let seconds = took.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", took.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        assert_eq!(time(Duration::from_millis(340)), "0.3 s");
        assert_eq!(time(Duration::from_secs(12)), "12 s");
        assert_eq!(time(Duration::from_secs(145)), "2 min 25 s");
    }

    #[test]
    fn the_table_holds_every_step_and_marks_the_one_that_failed() {
        let mut steps = Steps::new(2);
        steps.step("one", "quick", || Ok(())).unwrap();
        steps.step("two", "", || anyhow::bail!("no") as Result<()>).unwrap_err();
        assert_eq!(steps.table(), "| step | time |\n|---|---|\n| one | 0.0 s |\n| two | 0.0 s (failed) |\n");
    }
}
