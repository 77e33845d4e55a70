//! What keeps the house in order, beyond what a compiler sees.

mod claims;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::files;
use crate::machine::Machine;
use crate::say::say;

/// A file that takes more than one screenful to grasp holds more than one thing.
const MOST_LINES: usize = 400;

/// Files that may be longer, each with the reason why splitting it would make it worse.
const LONG: [(&str, &str); 0] = [];

/// Which of our crates each crate may use: imports go down only.
const FLOORS: [(&str, &[&str], &[&str]); 11] = [
    ("shared", &[], &[]),
    ("hub", &["shared"], &[]),
    ("engine", &["shared"], &[]),
    // Its tests may drive a real server with the real client's engine, and check what clients saw.
    ("server", &["hub", "shared"], &["chromium", "engine", "soak"]),
    ("client", &["engine", "shared"], &[]),
    ("web", &["engine", "shared"], &[]),
    // Drives a server that is a program to it: it knows none of its code.
    ("soak", &["engine", "shared"], &[]),
    ("bench", &["shared"], &[]),
    // A browser, which knows of the page only what a person sees.
    ("chromium", &[], &[]),
    // Shows the page to people, and measures it as `bench` does the server.
    ("stage", &["bench", "chromium", "shared", "soak"], &[]),
    ("xtask", &[], &[]),
];

/// Reports everything that is out of order.
pub(crate) fn tidy(machine: &Machine) -> Result<()> {
    let mut complaints = complaints(&machine.root)?;
    complaints.extend(claims::complaints(&machine.root)?);
    for complaint in &complaints {
        say!("  {complaint}");
    }
    ensure!(complaints.is_empty(), "{} things are out of order", complaints.len());
    Ok(())
}

fn complaints(root: &Path) -> Result<Vec<String>> {
    let mut complaints = Vec::new();
    for (name, may_use, tests_may_use) in FLOORS {
        let folder = root.join(name);
        let manifest = folder.join("Cargo.toml");
        let manifest = fs::read_to_string(&manifest).with_context(|| format!("reading {}", manifest.display()))?;
        complaints.extend(upward(name, &manifest, may_use, tests_may_use));
        if !takes_lints(&manifest) {
            complaints.push(format!("{name}/Cargo.toml: no `[lints] workspace = true`"));
        }
        for file in files::below(&folder)? {
            complaints.extend(too_long(root, &file)?);
        }
    }
    Ok(complaints)
}

fn too_long(root: &Path, file: &Path) -> Result<Option<String>> {
    let name = file.strip_prefix(root).unwrap_or(file);
    let of_tests = name.components().any(|part| ["tests", "benches"].iter().any(|folder| part.as_os_str() == *folder));
    let argued = LONG.iter().any(|(long, _)| name == Path::new(long));
    if of_tests || argued || file.extension().is_none_or(|end| end != "rs") {
        return Ok(None);
    }
    let lines = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?.lines().count();
    let complaint = || format!("{}: {lines} lines, and no file has more than {MOST_LINES}", name.display());
    Ok((lines > MOST_LINES).then(complaint))
}

/// Dependencies on our own crates that go up, or sideways.
fn upward(name: &str, manifest: &str, may_use: &[&str], tests_may_use: &[&str]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (section, used) in own_dependencies(manifest) {
        let of_tests = section.contains("dev-dependencies");
        let fine = may_use.contains(&used) || (of_tests && tests_may_use.contains(&used));
        if !fine {
            complaints.push(format!("{name}/Cargo.toml: [{section}] has {used}, and imports go down only"));
        }
    }
    complaints
}

/// Each of our crates that a manifest depends on, with the table that says so.
fn own_dependencies(manifest: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (section, line) in in_sections(manifest) {
        // `[dependencies.partyline-hub]` or `partyline-hub.workspace = true` below `[dependencies]`.
        let (table, key) = match section.split_once("dependencies.") {
            Some((_, key)) => (section, key),
            None => (section, line),
        };
        if let Some(rest) =
            key.trim_matches(['"', '\'']).strip_prefix("partyline-").filter(|_| table.contains("dependencies"))
        {
            let end = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
            found.push((section, &rest[..end]));
        }
    }
    found
}

fn takes_lints(manifest: &str) -> bool {
    in_sections(manifest).any(|(section, line)| section == "lints" && line.replace(' ', "") == "workspace=true")
}

/// The lines of a manifest that say something, a table's own heading included, each with the table it is in.
fn in_sections(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    manifest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(move |line| {
        if let Some(heading) = line.strip_prefix('[') {
            section = heading.trim_end_matches(']');
        }
        (section, line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup;

    const GOOD: &str = "[package]\nname = \"x\"\n\n[lints]\nworkspace = true\n\n[dependencies]\nserde = \"1\"\n";

    /// A tree of all crates, in order.
    fn sample() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, ..) in FLOORS {
            fs::create_dir_all(root.path().join(name).join("src")).unwrap();
            fs::write(root.path().join(name).join("Cargo.toml"), GOOD).unwrap();
            fs::write(root.path().join(name).join("src/lib.rs"), "//\n".repeat(MOST_LINES)).unwrap();
        }
        root
    }

    fn after_writing(file: &str, text: &str) -> Vec<String> {
        let root = sample();
        let file = root.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        complaints(root.path()).unwrap()
    }

    #[test]
    fn a_tree_in_order_gives_no_complaints() {
        assert!(complaints(sample().path()).unwrap().is_empty());
    }

    #[test]
    fn long_files_are_found_outside_tests() {
        let long = "//\n".repeat(MOST_LINES + 1);
        assert_eq!(after_writing("hub/src/deep/long.rs", &long).len(), 1);
        assert!(after_writing("hub/tests/long.rs", &long).is_empty());
        assert!(after_writing("hub/long.md", &long).is_empty());
    }

    #[test]
    fn imports_go_down_only() {
        let with = |lines: &str| format!("{GOOD}{lines}\n");
        let hub = "partyline-hub.workspace = true";
        assert!(after_writing("server/Cargo.toml", &with(hub)).is_empty());
        for name in ["shared", "engine", "client", "web", "xtask"] {
            assert_eq!(after_writing(&format!("{name}/Cargo.toml"), &with(hub)).len(), 1, "{name}");
        }
        let other_forms = [
            "partyline-hub = { path = \"../hub\" }",
            "[dependencies.partyline-hub]\npath = \"../hub\"",
            "[build-dependencies]\npartyline-hub.workspace = true",
            "[target.'cfg(unix)'.dependencies]\n\"partyline-hub\" = { workspace = true }",
        ];
        for form in other_forms {
            assert_eq!(
                after_writing("web/Cargo.toml", &with(form)).iter().collect::<std::collections::HashSet<_>>().len(),
                1,
                "{form}"
            );
        }
    }

    #[test]
    fn only_the_servers_tests_may_use_the_engine() {
        let tests = "[dev-dependencies]\npartyline-engine.workspace = true";
        assert!(after_writing("server/Cargo.toml", &format!("{GOOD}{tests}\n")).is_empty());
        assert_eq!(after_writing("hub/Cargo.toml", &format!("{GOOD}{tests}\n")).len(), 1);
        let itself = "partyline-engine.workspace = true";
        assert_eq!(after_writing("server/Cargo.toml", &format!("{GOOD}{itself}\n")).len(), 1);
    }

    #[test]
    fn every_crate_takes_the_lints() {
        assert_eq!(after_writing("web/Cargo.toml", "[package]\nname = \"web\"\n").len(), 1);
        assert_eq!(after_writing("web/Cargo.toml", "[lints]\n[dependencies]\nworkspace = true\n").len(), 1);
    }

    /// The set-up installs, trunk wants and the page is linked with the same versions.
    #[test]
    fn versions_agree() {
        let root = crate::machine::Machine::find().unwrap().root;
        let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
        let (trunk, cargo, lock) = (read("Trunk.toml"), read("Cargo.toml"), read("Cargo.lock"));
        let bindgen = setup::WASM_BINDGEN;
        assert!(trunk.contains(&format!("wasm_bindgen = \"{bindgen}\"")));
        assert!(cargo.contains(&format!("wasm-bindgen = \"={bindgen}\"")));
        assert!(
            !lock.contains("name = \"wasm-bindgen\"\n")
                || lock.contains(&format!("name = \"wasm-bindgen\"\nversion = \"{bindgen}\""))
        );
        assert!(trunk.contains(&format!("wasm_opt = \"version_{}\"", setup::WASM_OPT)));
    }
}
