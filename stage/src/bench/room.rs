//! A room of many messages, as an import makes it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

/// When the first of them was said: milliseconds since 1970.
const BEGIN: u64 = 1_767_225_600_000;

/// A minute and a bit, so that there are groups, and several days.
const STEP: u64 = 70_000;

const PEOPLE: [&str; 5] = ["mara", "jonas", "小明", "ops-bot", "liwei"];

const TEXTS: [&str; 7] = [
    "ok",
    "build 4812 is green (6 min 41 s)",
    "The graphs look good from here. Shall we open it for everybody after lunch?",
    "早上好！传感器已经切换到新地址，一晚上没有丢数据。",
    "who has the runbook? https://wiki.example/ops/rack-move#steps",
    "I would rather wait until the *backup* has been checked, and then `partylined import` it once more.",
    "thanks",
];

/// The text of the last message.
pub(super) const LAST: &str = "the last one";

/// Makes a room of so many messages.
pub(super) fn import(program: &Path, folder: &Path, room: &str, count: u64) -> Result<()> {
    let header =
        json!({"partyline_room": 1, "room": room, "epoch": "0000000000000000", "head": count, "exported_at": BEGIN});
    let mut lines = format!("{header}\n");
    for seq in 1..=count {
        // Each speaks twice in a row, and all say everything in time.
        let person = usize::try_from(seq / 2 * 3)? % PEOPLE.len();
        let text = if seq == count { LAST } else { TEXTS[usize::try_from(seq * 5)? % TEXTS.len()] };
        let from = json!({"id": format!("{person:032x}"), "nick": PEOPLE[person]});
        let at = BEGIN + seq * STEP;
        lines +=
            &format!("{}\n", json!({"seq": seq, "at": at, "from": from, "kind": "text", "text": text, "via": "ws"}));
    }
    let file = folder.join("room.jsonl");
    fs::write(&file, lines).context("writing the room")?;
    let made = Command::new(program).args(["import", room]).arg(&file).arg("--data").arg(folder).output()?;
    ensure!(made.status.success(), "importing: {}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}
