//! Set-up: what is missing is installed, the ordinary way first, then by whatever else works.

mod apt;
pub(crate) mod axe;
mod browser;
mod cargo_deny;
mod compiler;
mod components;
mod fetch;
mod programs;
mod source;
mod tool;
mod trunk;
mod wasm_bindgen;
mod wasm_opt;
pub(crate) mod wasm_target;

use anyhow::Result;

pub(crate) use self::tool::Tool;
#[cfg(test)]
pub(crate) use self::wasm_bindgen::VERSION as WASM_BINDGEN;
#[cfg(test)]
pub(crate) use self::wasm_opt::VERSION as WASM_OPT;
use crate::machine::Machine;
use crate::say::say;
use crate::steps::Steps;

/// What the machine is set up for.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Purpose {
    /// Building the page and the server.
    Run,
    /// That, and showing the page in a browser.
    Show,
    /// That, and the test command.
    Test,
}

/// `cargo xtask setup`: set up, and nothing else.
pub(crate) fn setup(machine: &Machine, purpose: Purpose) -> Result<()> {
    let missing = missing(machine, purpose)?;
    if missing.is_empty() {
        say!("Nothing to set up: all of it is here.");
        return Ok(());
    }
    announce(&missing, &[]);
    let mut steps = Steps::new(missing.len());
    install(machine, &missing, &mut steps)?;
    say!("\n{}\nSet up in {}.", steps.table(), steps.elapsed());
    Ok(())
}

/// What this machine lacks. Quick and offline: it runs before every build.
pub(crate) fn missing(machine: &Machine, purpose: Purpose) -> Result<Vec<Tool>> {
    // What may need a person's help comes first, not after minutes of compiling.
    let mut tools = vec![compiler::tool()];
    if purpose == Purpose::Test {
        tools.extend([components::tool(), programs::python(), programs::tools(), axe::tool()]);
    }
    if purpose != Purpose::Run {
        tools.extend([browser::tool(), browser::fonts()]);
    }
    if purpose == Purpose::Show {
        tools.push(browser::letters());
    }
    tools.extend([wasm_target::tool(), trunk::tool(), wasm_bindgen::tool(), wasm_opt::tool()]);
    if purpose == Purpose::Test {
        tools.push(cargo_deny::tool());
    }
    let mut missing = Vec::new();
    for tool in tools {
        if !(tool.here)(machine)? && (!tool.optional || tool.can_be_had(machine)) {
            missing.push(tool);
        }
    }
    Ok(missing)
}

/// Says what is about to happen and how long it takes, before any of it does. `then` is what follows the set-up.
pub(crate) fn announce(missing: &[Tool], then: &[(&str, &str)]) {
    if missing.is_empty() {
        return;
    }
    say!("This machine lacks something that Partyline is built with. To be installed, and how long each takes");
    say!("on two cores:");
    for tool in missing {
        say!("  {:<32} {}", tool.name, tool.time);
    }
    if !then.is_empty() {
        say!("Then:");
    }
    for (name, time) in then {
        say!("  {name:<32} {time}");
    }
}

/// Installs each tool, a step each.
pub(crate) fn install(machine: &Machine, missing: &[Tool], steps: &mut Steps) -> Result<()> {
    for tool in missing {
        let result = steps.step(&tool.name, tool.time, || tool.install(machine));
        match result {
            Err(error) if tool.optional => say!("{error:#}\nGoing on without it."),
            other => other?,
        }
    }
    Ok(())
}
