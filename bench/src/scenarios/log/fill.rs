//! Logs of many messages, made once by an import.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::announce;
use crate::stamp::LENGTH;

/// What an import takes in a minute, which it does with rests, so that a server beside it isn't held up.
const A_MINUTE: usize = 1_700_000;

/// People who said it.
const AUTHORS: usize = 97;

/// The folder (of which `log` is the server's) with a log of so many messages in a room, made if it isn't there.
pub(super) fn filled(server: &Path, cache: &Path, room: &str, messages: usize) -> Result<PathBuf> {
    let folder = cache.join(format!("{messages}-messages"));
    // Written last, so that what was broken off is made again.
    let done = folder.join("filled");
    if done.exists() {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    announce(messages, messages.div_ceil(A_MINUTE));
    let mut import = Command::new(server)
        .args(["import", room, "-", "--data"])
        .arg(folder.join("log"))
        .stdin(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {}", server.display()))?;
    let mut lines = BufWriter::new(import.stdin.take().context("it has no stdin")?);
    // Where writing fails, the import has ended, and says why.
    let written = write(&mut lines, room, messages).and_then(|()| lines.flush());
    drop(lines);
    let status = import.wait()?;
    ensure!(status.success(), "the import ended with {status}");
    written?;
    fs::write(done, "")?;
    Ok(folder)
}

/// A room as `partylined export` writes it.
fn write(to: &mut impl std::io::Write, room: &str, messages: usize) -> std::io::Result<()> {
    // A moment long past, so that nothing is from the future.
    let at = 1_700_000_000_000_u64;
    writeln!(
        to,
        "{{\"partyline_room\":1,\"room\":\"{room}\",\"epoch\":\"00112233445566aa\",\"head\":{messages},\"exported_at\":{at}}}"
    )?;
    for seq in 1..=messages {
        let author = seq % AUTHORS;
        writeln!(
            to,
            "{{\"seq\":{seq},\"at\":{},\"from\":{{\"id\":\"{author:032x}\",\"nick\":\"m{author}\"}},\"kind\":\"text\",\
             \"text\":\"{seq:0LENGTH$}\",\"via\":\"json\"}}",
            at + seq as u64
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_has_a_heading_and_a_line_a_message() {
        let mut written = Vec::new();
        write(&mut written, "hall", 3).unwrap();
        let lines: Vec<_> = std::str::from_utf8(&written).unwrap().lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(lines[0].contains("\"head\":3"));
        assert!(lines[3].starts_with("{\"seq\":3,\"at\":1700000000003,"));
        assert!(lines[3].contains(&format!("\"text\":\"{:0>128}\"", 3)));
    }
}
