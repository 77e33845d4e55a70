//! Puts the texts of all languages into the page, and stops the build where they don't agree.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

#[path = "build/catalogue.rs"]
mod catalogue;

use catalogue::{Catalogue, differences, read};

/// Each language: its folder, its name in the code, the cases that its plurals distinguish (CLDR).
const LANGUAGES: [(&str, &str, &[&str]); 2] =
    [("locales/en", "ENGLISH", &["one", "other"]), ("locales/zh-CN", "CHINESE", &["other"])];

fn main() -> Result<(), Box<dyn Error>> {
    watch();
    let mut catalogues = Vec::new();
    for (folder, _, cases) in LANGUAGES {
        catalogues.push(read_folder(Path::new(folder), cases)?);
    }
    let names = LANGUAGES.map(|(_, name, _)| name);
    for (catalogue, name) in catalogues.iter().zip(names).skip(1) {
        let differences = differences(&catalogues[0], catalogue);
        if !differences.is_empty() {
            return Err(format!("{} and {name} differ:\n{}", names[0], differences.join("\n")).into());
        }
    }
    let languages: Vec<_> = names.into_iter().zip(&catalogues).collect();
    let folder = env::var_os("OUT_DIR").ok_or("cargo says where to write")?;
    fs::write(Path::new(&folder).join("words.rs"), table(&languages))?;
    Ok(())
}

/// The table as Rust: the keys with their arguments, and for each language all texts in one string, in the order of
/// the keys, with where each ends.
fn table(languages: &[(&str, &Catalogue)]) -> String {
    let mut code = String::new();
    if let Some((_, first)) = languages.first() {
        let keys: Vec<_> = first.iter().map(|(key, text)| (key, &text.arguments)).collect();
        let keys: String = keys.iter().map(|(key, arguments)| format!("({key:?}, &{arguments:?}),")).collect();
        code.push_str(&format!("const KEYS: &[(&str, &[&str])] = &[{keys}];\n"));
    }
    for (name, catalogue) in languages {
        let texts: String = catalogue.values().map(|text| text.pattern.as_str()).collect();
        let mut end = 0;
        let ends = catalogue.values().map(|text| {
            end += text.pattern.len();
            end
        });
        let ends: Vec<_> = ends.collect();
        code.push_str(&format!("static {name}: Table = Table {{ texts: {texts:?}, ends: &{ends:?} }};\n"));
    }
    code
}

fn read_folder(folder: &Path, cases: &[&str]) -> Result<Catalogue, Box<dyn Error>> {
    let mut catalogue = Catalogue::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "ftl") {
            let source = fs::read_to_string(&path)?;
            read(&mut catalogue, &source, cases).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(catalogue)
}

/// Printing is how a build script talks to cargo.
fn watch() {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=build");
}
