//! Lines that aren't JSON, in a loop, by such as don't read what they get for it.

use anyhow::Result;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

use super::{Context, Flood, Target, together};
use crate::report::Report;
use crate::wire::Lines;

/// How many connections do it.
const CONNECTIONS: usize = 16;

/// Lines in a write.
const LINES: usize = 1000;

pub(in crate::scenarios) async fn run(context: Context) -> Result<Report> {
    let mut flood = Flood::new(|target| Box::pin(attack(target)));
    flood.counted = Some(r#"partyline_refusals_total{code="bad_json"}"#);
    Ok(flood.run(&context).await?.report)
}

async fn attack(target: Target) -> Result<()> {
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        tasks.spawn(babble(target.clone()));
    }
    together(tasks).await
}

async fn babble(target: Target) -> Result<()> {
    let lines = "{\"type\":\"say\",oops}\n".repeat(LINES);
    loop {
        let mut connection = Lines::connect(target.address).await?;
        while connection.writer.write_all(lines.as_bytes()).await.is_ok() {
            target.tally.add("lines", LINES as u64);
        }
        target.tally.add("cut off", 1);
    }
}
