//! Whether files are still what they were.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

use crate::files;

/// A digest of the names and contents of files, and of all files in folders.
///
/// Contents and not times: a clean clone and a change of branch give every file a new time. It only has to tell
/// an accident apart, so the standard library's hash will do; where that changes with the Rust version, one
/// build too many is done.
pub(crate) fn digest(root: &Path, paths: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(files::below(&root.join(path))?);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let contents = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let name = file.strip_prefix(root).unwrap_or(&file).as_os_str().as_encoded_bytes();
        // Lengths as well, so that no byte can move from one name or file to the next unseen.
        for part in [name, &contents] {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_change_of_name_or_content_is_seen_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |name: &str, text: &str| fs::write(root.join(name), text).unwrap();
        let now = || digest(root, &["index.html", "web", "absent"]).unwrap();
        fs::create_dir_all(root.join("web/target")).unwrap();
        write("index.html", "page");
        write("web/a", "one");
        let before = now();

        write("web/a", "one");
        write("web/target/built", "x");
        write("web/.hidden", "x");
        write("elsewhere", "x");
        assert_eq!(now(), before, "rewritten, or not an input");

        write("web/a", "two");
        assert_ne!(now(), before, "content");
        write("web/a", "one");
        assert_eq!(now(), before);

        fs::rename(root.join("web/a"), root.join("web/b")).unwrap();
        assert_ne!(now(), before, "name");
        fs::rename(root.join("web/b"), root.join("web/a")).unwrap();

        write("absent", "");
        assert_ne!(now(), before, "a file that came");
    }
}
