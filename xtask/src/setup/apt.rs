//! System packages, where the system has apt.

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::machine::Machine;
use crate::say::say;

/// For [`Way::fits`](super::tool::Way::fits): there is apt. Root is another matter, for [`install`] to say.
pub(crate) fn fits(machine: &Machine) -> bool {
    machine.has("apt-get")
}

/// Whether packages can be installed without asking anybody.
pub(crate) fn can(machine: &Machine) -> bool {
    fits(machine) && machine.as_root().is_some()
}

/// Installs packages.
///
/// The package lists are fetched only when installing without doing so fails: that is the slow half, and a
/// machine that was set up a minute ago has them.
pub(crate) fn install(machine: &Machine, packages: &[&str]) -> Result<()> {
    let Some(root) = machine.as_root() else {
        bail!("it needs root. Run this, then repeat:\n\n    {}\n", by_hand(packages));
    };
    if run(machine, root, &["install", "--yes", "--no-install-recommends"], packages).is_ok() {
        return Ok(());
    }
    say!("  Not with the package lists as they are: fetching new ones.");
    run(machine, root, &["update"], &[])?;
    run(machine, root, &["install", "--yes", "--no-install-recommends"], packages)
}

/// The command a person types for the same.
fn by_hand(packages: &[&str]) -> String {
    format!("sudo apt-get update && sudo apt-get install --no-install-recommends {}", packages.join(" "))
}

fn run(machine: &Machine, root: &[&str], what: &[&str], packages: &[&str]) -> Result<()> {
    // sudo clears the environment; `env` sets the variable behind it.
    let words = [root, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"], what, packages].concat();
    let (program, arguments) = words.split_first().context("no command")?;
    cmd!(machine.sh, "{program} {arguments...}").run()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_to_type_names_every_package() {
        let expected = "sudo apt-get update && sudo apt-get install --no-install-recommends a b";
        assert_eq!(by_hand(&["a", "b"]), expected);
    }
}
