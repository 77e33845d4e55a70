//! What was said before the curtain rises: rooms, people, two days of talk.

use partyline_shared::Timestamp;
use serde_json::{Value, json};

/// Who takes part beside the person whose page is shown.
pub(crate) const MEMBERS: [&str; 6] = ["mara", "jonas", "小明", "ops-bot", "Priya", "liwei"];

/// The person whose page is shown.
pub(crate) const ME: &str = "ann";

/// The id of whoever isn't a member: who sends datagrams.
const NOBODY: &str = "4f1c9f2f0a9d4e0f8b6f0f7f5a3c2d1e";

/// A room, and what was said in it.
pub(crate) struct Room {
    /// Its name.
    pub(crate) name: &'static str,
    /// What was said.
    pub(crate) lines: &'static [Line],
}

/// Who said it, through which door, on which day (0 is today, 1 yesterday), when, and what it was.
pub(crate) type Line = (&'static str, &'static str, u64, (u64, u64), &'static str);

/// The rooms, the default one first.
pub(crate) const ROOMS: [Room; 4] = [
    Room { name: "lobby", lines: LOBBY },
    Room { name: "design", lines: DESIGN },
    Room { name: "读书会", lines: READERS },
    Room { name: "builds", lines: BUILDS },
];

const LOBBY: &[Line] = &[
    (
        "mara",
        "ws",
        1,
        (15, 2),
        "Reminder: the *staging* cluster moves to the new rack tonight, 20:00 to 21:00. Nothing should be noticeable.",
    ),
    ("jonas", "tcp", 1, (15, 4), "who has the runbook?"),
    ("mara", "ws", 1, (15, 4), "https://wiki.example/ops/rack-move#steps"),
    ("jonas", "tcp", 1, (15, 6), "thanks"),
    ("小明", "tcp", 1, (16, 18), "我这边的传感器还没有切到新的地址，今晚之前会改好。"),
    ("小明", "tcp", 1, (16, 19), "改完之后我在这里说一声 👍"),
    (
        "ann",
        "ws",
        1,
        (16, 31),
        "Perfect. Two things that I would like to see done before:\n\n- the backup of 18:00 is checked, not only made\n- somebody other than me knows where the *old* cables go\n\nThe second one is serious.",
    ),
    ("Priya", "ws", 1, (16, 40), "I can do the first. Which machine?"),
    (
        "ann",
        "ws",
        1,
        (16, 41),
        "`backup-2`. The script is the one from last week:\n\n```sh\nfor room in lobby design builds; do\n    partylined export \"$room\" \"/backups/$room.jsonl\"\ndone\nsha256sum -c /backups/SHA256SUMS\n```",
    ),
    ("Priya", "ws", 1, (16, 55), "All three are fine, and they import again on my laptop."),
    ("ops-bot", "json", 1, (20, 3), "rack move: 3 of 3 nodes are up, longest gap 1.4 s"),
    ("mara", "ws", 1, (20, 9), "Nobody noticed. 🎉"),
    ("小明", "tcp", 0, (8, 47), "早上好！传感器已经切换到新地址，一晚上没有丢数据。"),
    ("liwei", "ws", 0, (8, 52), "早！那个温度偏高的问题也解决了吗？我昨天看到 basement 的读数一直在 **31 °C** 以上。"),
    (
        "小明",
        "tcp",
        0,
        (8, 53),
        "解决了，是风扇的线没插好。现在稳定在 21 度左右，详情见 https://wiki.example/传感器/地下室",
    ),
    ("udp.4f1c", "udp", 0, (9, 0), "basement 21.4 °C, 43 %"),
    ("ops-bot", "json", 0, (9, 12), "build 4812 is green (6 min 41 s)"),
    ("jonas", "tcp", 0, (9, 14), "deploy to staging?"),
    (
        "mara",
        "ws",
        0,
        (9, 15),
        "> deploy to staging?\n\nYes, but please with the flag off first. @ann wrote down why:\n\n1. the migration takes the table for about a minute\n2. the old workers must be gone by then\n3. then the flag",
    ),
    ("jonas", "tcp", 0, (9, 17), "ok. doing it by hand, watching the graphs"),
    (
        "ann",
        "ws",
        0,
        (9, 21),
        "One more thing on that: what surprised us last time was not the migration itself but the queue that had built up behind it. While the table is held, every worker that wants a row waits, and each of them holds a connection; after forty seconds there are none left, and then the health check fails too, although nothing is wrong with the machine. So before you start, lower the workers to four, wait until the queue is short, and only then go on. It costs two minutes and saves an evening.",
    ),
    ("jonas", "tcp", 0, (9, 22), "understood, four workers"),
    ("ops-bot", "json", 0, (9, 31), "staging: 4 workers, queue 12, migration 0042 done in 48 s"),
    ("Priya", "ws", 0, (9, 33), "The graphs look good from here. Shall we open it for everybody after lunch? @ann"),
];

const DESIGN: &[Line] = &[
    ("Priya", "ws", 1, (11, 5), "New icons are in `icons/2026-spring`. The pin is still too heavy next to the others."),
    ("mara", "ws", 1, (11, 12), "I like them. The pin: half a pixel less?"),
    ("Priya", "ws", 1, (11, 13), "Done, have another look."),
    ("ann", "ws", 1, (11, 30), "Much better."),
    ("liwei", "ws", 0, (9, 2), "中文界面的行高我觉得还可以再松一点，1.6 左右读起来更舒服。"),
    ("Priya", "ws", 0, (9, 9), "Good point, the headings too."),
    ("mara", "ws", 0, (9, 25), "Do we keep the rounded avatars? At 24 px they look like buttons."),
    ("Priya", "ws", 0, (9, 27), "Squares with a small radius, then."),
    ("mara", "ws", 0, (9, 28), "Agreed."),
];

const READERS: &[Line] = &[
    ("liwei", "ws", 1, (21, 10), "这个月读《乡土中国》，大家读到第几章了？"),
    (
        "小明",
        "tcp",
        1,
        (21, 14),
        "第三章「差序格局」。有一段写得特别好：\n\n> 我们的格局不是一捆一捆扎清楚的柴，而是好像把一块石头丢在水面上所发生的一圈圈推出去的波纹。",
    ),
    ("liwei", "ws", 1, (21, 16), "对，就是这一段！周五晚上八点照旧？"),
    ("小明", "tcp", 1, (21, 17), "没问题。"),
    ("liwei", "ws", 0, (8, 30), "地点改到图书馆二楼，楼下有活动。"),
];

const BUILDS: &[Line] = &[
    ("ops-bot", "json", 1, (14, 20), "build 4809 is green (6 min 47 s)"),
    ("ops-bot", "json", 1, (17, 2), "build 4810 is green (6 min 52 s)"),
    ("ops-bot", "json", 1, (18, 44), "build 4811 failed: `timeline::keeps_its_place` (1 of 412 tests)"),
    ("jonas", "tcp", 1, (18, 47), "that was mine, mending it"),
    ("ops-bot", "json", 0, (9, 12), "build 4812 is green (6 min 41 s)"),
];

/// The file that `partylined import` makes a room of. `midnight` is when today began where the page is, `id` says who is who.
pub(crate) fn file(room: &Room, midnight: Timestamp, id: impl Fn(&str) -> Option<String>) -> String {
    let head = room.lines.len();
    let header = json!({
        "partyline_room": 1, "room": room.name, "epoch": "0000000000000000", "head": head, "exported_at": midnight.0,
    });
    let mut last = 0;
    let entries = room.lines.iter().zip(1..).map(|((who, via, days_ago, (hour, minute), text), seq)| {
        let minutes = hour * 60 + minute;
        // Within one minute in the order of the script.
        last = (midnight.0 + minutes * 60_000 - days_ago * 86_400_000).max(last + 1_000);
        json!({
            "seq": seq, "at": last, "from": {"id": id(who).unwrap_or_else(|| NOBODY.to_owned()), "nick": who}, "kind": "text", "text": text, "via": via,
        })
    });
    let lines: Vec<Value> = std::iter::once(header).chain(entries).collect();
    lines.iter().map(|line| format!("{line}\n")).collect()
}
