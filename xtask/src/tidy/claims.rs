//! Whether the tests that docs/SECURITY.md names are there: a claim without its test is worse than none.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::files;

/// The document.
const DOCUMENT: &str = "docs/SECURITY.md";

/// Folders that files and functions are looked for in.
const CODE: [&str; 8] = ["shared", "hub", "engine", "server", "client", "soak", "web", "xtask"];

/// What it names and isn't there.
pub(super) fn complaints(root: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(root.join(DOCUMENT)).with_context(|| format!("reading {DOCUMENT}"))?;
    let (mut paths, mut code) = (Vec::new(), String::new());
    for folder in CODE {
        for file in files::below(&root.join(folder))? {
            let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
            if file.extension().is_some_and(|end| end == "rs") {
                code += &fs::read_to_string(&file).with_context(|| format!("reading {path}"))?;
            }
            paths.push(path);
        }
    }
    let missing = named(&text).filter(|name| !is_there(name, &paths, &code));
    Ok(missing.map(|name| format!("{DOCUMENT} names {name}, and there is no such test")).collect())
}

/// What stands in backticks in the last column of its tables.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let cells = text.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|')?.rsplit('|').next());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2))
}

fn is_there(name: &str, paths: &[String], code: &str) -> bool {
    let function = name.rsplit("::").next().unwrap_or(name);
    if name.starts_with("cargo ") {
        return true;
    }
    if Path::new(name).extension().is_some_and(|end| end == "rs") {
        let name = format!("/{name}");
        return paths.iter().any(|path| format!("/{path}").ends_with(&name));
    }
    if name.contains('/') {
        return paths.iter().any(|path| path.starts_with(&format!("{name}/")));
    }
    match function.strip_suffix('…') {
        Some(start) => code.contains(&format!("fn {start}")),
        // Words that are the product's: a scenario's name, a target's, a module of tests.
        None if function.matches('_').count() < 2 => true,
        None => code.contains(&format!("fn {function}(")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_may_be_named() {
        let paths = ["server/src/meter.rs".to_owned(), "hub/tests/rules.rs".to_owned()];
        let code = "fn a_flood_is_slow() {}";
        for name in ["meter.rs", "hub/tests/rules.rs", "hub/tests", "a_flood_is_slow", "floods::a_flood_is_…", "kills"]
        {
            assert!(is_there(name, &paths, code), "{name}");
        }
        for name in ["eter.rs", "server/tests", "a_flood_is_fast", "a_flood_is", "a_drought_…"] {
            assert!(!is_there(name, &paths, code), "{name}");
        }
    }

    #[test]
    fn names_are_those_in_the_last_column() {
        let text = "`x.rs`\n| a `b.rs` | c | `d.rs`, `e` |\n|---|---|---|\n";
        assert_eq!(named(text).collect::<Vec<_>>(), ["d.rs", "e"]);
    }
}
