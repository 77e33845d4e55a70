//! Each file of the page compressed beside itself, once, as small as it gets: the server then only picks.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::files;

/// What text and WebAssembly end in. Pictures and fonts are compressed already.
const COMPRESSIBLE: [&str; 10] = ["css", "html", "ico", "js", "json", "map", "svg", "txt", "wasm", "webmanifest"];

/// The sizes of one file, in bytes.
#[derive(Debug)]
pub(crate) struct Sizes {
    /// Its name.
    pub(crate) name: String,
    /// As it is.
    pub(crate) plain: usize,
    /// With brotli.
    pub(crate) brotli: usize,
    /// With gzip.
    pub(crate) gzip: usize,
}

/// Writes `<file>.br` and `<file>.gz` beside every file in a folder that gets smaller.
pub(crate) fn folder(folder: &Path) -> Result<Vec<Sizes>> {
    files::below(folder)?.iter().filter(|file| is_compressible(file)).map(|file| one(file)).collect()
}

fn is_compressible(file: &Path) -> bool {
    file.extension().and_then(|end| end.to_str()).is_some_and(|end| COMPRESSIBLE.contains(&end))
}

fn one(file: &Path) -> Result<Sizes> {
    let plain = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    let sizes = Sizes {
        name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        plain: plain.len(),
        brotli: keep(&beside(file, "br"), &brotli(&plain)?, &plain)?,
        gzip: keep(&beside(file, "gz"), &gzip(&plain)?, &plain)?,
    };
    Ok(sizes)
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    name.into()
}

/// A compressed file that is no smaller is one more file to choose from for nothing.
fn keep(file: &Path, compressed: &[u8], plain: &[u8]) -> Result<usize> {
    if compressed.len() < plain.len() {
        fs::write(file, compressed).with_context(|| format!("writing {}", file.display()))?;
    } else if file.exists() {
        fs::remove_file(file)?;
    }
    Ok(compressed.len())
}

fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let parameters =
        brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: plain.len(), ..Default::default() };
    brotli::BrotliCompress(&mut &*plain, &mut compressed, &parameters)?;
    Ok(compressed)
}

fn gzip(plain: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_gets_smaller_is_written_and_reads_back() {
        let dist = tempfile::tempdir().unwrap();
        let page = dist.path().join("index.html");
        let text = "party line ".repeat(200);
        fs::write(&page, &text).unwrap();
        fs::write(dist.path().join("tiny.css"), "a").unwrap();
        fs::write(dist.path().join("picture.png"), &text).unwrap();

        let sizes = folder(dist.path()).unwrap();
        assert_eq!(sizes.iter().map(|file| &file.name).collect::<Vec<_>>(), ["index.html", "tiny.css"]);
        assert!(sizes[0].brotli < sizes[0].gzip && sizes[0].gzip < sizes[0].plain);

        let mut gzip = String::new();
        let file = fs::File::open(beside(&page, "gz")).unwrap();
        flate2::read::GzDecoder::new(file).read_to_string(&mut gzip).unwrap();
        assert_eq!(gzip, text);
        let mut brotli = Vec::new();
        let mut file = fs::File::open(beside(&page, "br")).unwrap();
        brotli::BrotliDecompress(&mut file, &mut brotli).unwrap();
        assert_eq!(brotli, text.as_bytes());

        assert_eq!(fs::read_dir(dist.path()).unwrap().count(), 5, "nothing beside the tiny one and the picture");
    }
}
