//! What a tool is to the set-up: how to see that it is there, and the ways to get it.

use anyhow::{Result, bail};

use crate::machine::Machine;
use crate::say::say;

/// Something the build or the tests need on the machine.
pub(crate) struct Tool {
    /// Its name, with its version where that matters.
    pub(crate) name: String,
    /// Roughly how long installing takes.
    pub(crate) time: &'static str,
    /// Whether it is there. Asked on every start: must be quick and need no network.
    pub(crate) here: fn(&Machine) -> Result<bool>,
    /// How to get it: tried in this order until one has worked.
    pub(crate) ways: Vec<Way>,
    /// What to do where none of the ways works.
    pub(crate) by_hand: &'static str,
    /// Whether things work, if less well, without it.
    pub(crate) optional: bool,
}

/// One way to get a tool.
pub(crate) struct Way {
    /// What it does, as the person watching reads it.
    pub(crate) what: &'static str,
    /// Whether it is worth trying on this machine.
    pub(crate) fits: fn(&Machine) -> bool,
    /// Does it.
    pub(crate) run: fn(&Machine) -> Result<()>,
}

/// For [`Way::fits`]: worth trying anywhere.
pub(crate) fn anywhere(_: &Machine) -> bool {
    true
}

/// For [`Way::fits`]: a release archive can be fetched and unpacked.
pub(crate) fn with_curl(machine: &Machine) -> bool {
    machine.has("curl") && machine.has("tar")
}

/// For [`Way::fits`]: cargo-binstall, which finds prebuilt programs, is installed.
pub(crate) fn with_binstall(machine: &Machine) -> bool {
    machine.has("cargo-binstall")
}

impl Tool {
    /// Whether any way to get it fits this machine.
    pub(crate) fn can_be_had(&self, machine: &Machine) -> bool {
        self.ways.iter().any(|way| (way.fits)(machine))
    }

    /// Tries the ways until the tool is there.
    ///
    /// A way that says it worked isn't believed: an archive can hold a program that needs a newer libc.
    pub(crate) fn install(&self, machine: &Machine) -> Result<()> {
        for way in self.ways.iter().filter(|way| (way.fits)(machine)) {
            say!("  {}", way.what);
            match (way.run)(machine) {
                Ok(()) if (self.here)(machine)? => return Ok(()),
                Ok(()) => say!("  That went well, yet {} isn't there, or doesn't run.", self.name),
                // The command and what it had to say stand above already.
                Err(error) if error.is::<xshell::Error>() => say!("  That didn't work."),
                Err(error) => say!("  That didn't work: {error:#}"),
            }
        }
        bail!("{} can't be installed from here. {}", self.name, self.by_hand)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    thread_local! {
        static TRIED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    }

    fn way(what: &'static str, run: fn(&Machine) -> Result<()>) -> Way {
        Way { what, fits: anywhere, run }
    }

    fn done(what: &'static str) -> Result<()> {
        TRIED.with_borrow_mut(|tried| tried.push(what));
        if what == "failing" {
            bail!("no network");
        }
        Ok(())
    }

    fn failing(_: &Machine) -> Result<()> {
        done("failing")
    }

    fn tool(ways: Vec<Way>) -> Tool {
        Tool {
            name: "thing".into(),
            time: "",
            here: |_| Ok(TRIED.with_borrow(|tried| tried.contains(&"good"))),
            ways,
            by_hand: "Pray.",
            optional: false,
        }
    }

    #[test]
    fn ways_are_tried_until_the_tool_is_there() {
        let machine = Machine::find().unwrap();
        let unfit = Way { fits: |_| false, ..way("unfit", failing) };
        let ways = vec![
            unfit,
            way("1", failing),
            way("2", |_| done("idle")),
            way("3", |_| done("good")),
            way("4", |_| done("too late")),
        ];
        tool(ways).install(&machine).unwrap();
        assert_eq!(TRIED.take(), ["failing", "idle", "good"]);
    }

    #[test]
    fn when_no_way_works_it_says_what_to_do() {
        let machine = Machine::find().unwrap();
        let error = tool(vec![way("1", failing), way("2", |_| done("idle"))]).install(&machine).unwrap_err();
        assert_eq!(error.to_string(), "thing can't be installed from here. Pray.");
    }
}
