//! Members who ask for something in a loop: another nick and that they are typing; pages of history.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use tokio::task::JoinSet;

use super::member::{Member, ODD, RATE_LIMITED};
use super::{Context, Flood, Target, together};
use crate::report::Report;

/// How many members do it.
const MEMBERS: usize = 20;

/// What a page of history is made of: so many members have said so many messages of so many bytes.
const AUTHORS: usize = 100;
const MESSAGES: usize = 5;
const LENGTH: usize = 1000;

/// Another nick and `typing`, in a room with those who do the same.
pub(in crate::scenarios) async fn nicks(context: Context) -> Result<Report> {
    check(Flood::new(|target| Box::pin(each(target, fidget))), &context).await
}

/// Pages of history, the largest there are.
pub(in crate::scenarios) async fn history(context: Context) -> Result<Report> {
    let mut flood = Flood::new(|target| Box::pin(each(target, browse)));
    flood.prepare = Some(|target| Box::pin(fill(target)));
    check(flood, &context).await
}

async fn check(mut flood: Flood, context: &Context) -> Result<Report> {
    flood.counted = Some(r#"partyline_refusals_total{code="rate_limited"}"#);
    let mut flooded = flood.run(context).await?;
    let (tally, report) = (&flooded.tally, &mut flooded.report);
    report.check(tally.get(RATE_LIMITED) > 0, || "nothing was refused as too fast".to_owned());
    Ok(flooded.report)
}

async fn each<F: Future<Output = Result<()>> + Send + 'static>(
    target: Target,
    act: fn(Target, usize) -> F,
) -> Result<()> {
    let mut tasks = JoinSet::new();
    for at in 0..MEMBERS {
        tasks.spawn(act(target.clone(), at));
    }
    together(tasks).await
}

async fn fidget(target: Target, at: usize) -> Result<()> {
    // What somebody was called in an earlier turn is kept for them.
    static TURN: AtomicU64 = AtomicU64::new(0);
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    let mut member = Member::connect(target.address).await?;
    member.ask_and_wait("{\"type\":\"join\",\"room\":\"rowdy\"}\n", &target.tally).await?;
    for number in 0_u64.. {
        let mut commands = String::new();
        for again in 0..10 {
            let nick = format!("f{turn}-{at}-{}", number * 10 + again);
            write!(
                commands,
                "{{\"type\":\"nick\",\"nick\":\"{nick}\"}}\n{{\"type\":\"typing\",\"room\":\"rowdy\"}}\n"
            )?;
        }
        target.tally.add("asked", 20);
        member.ask_and_wait(&commands, &target.tally).await?;
    }
    Ok(())
}

async fn browse(target: Target, _: usize) -> Result<()> {
    let mut member = Member::connect(target.address).await?;
    let commands = "{\"type\":\"history\",\"room\":\"archive\"}\n".repeat(10);
    loop {
        target.tally.add("asked", 10);
        member.ask(&commands).await?;
        for _ in 0..10 {
            member.next(&target.tally).await?;
        }
    }
}

async fn fill(target: Target) -> Result<()> {
    let text = "x".repeat(LENGTH);
    let say = format!("{{\"type\":\"say\",\"room\":\"archive\",\"text\":\"{text}\"}}\n").repeat(MESSAGES);
    for _ in 0..AUTHORS {
        let mut member = Member::connect(target.address).await?;
        member.ask_and_wait("{\"type\":\"join\",\"room\":\"archive\"}\n", &target.tally).await?;
        member.ask(&say).await?;
        for _ in 0..MESSAGES {
            while !matches!(member.next(&target.tally).await?, "accepted" | ODD) {}
        }
    }
    Ok(())
}
