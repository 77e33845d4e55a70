//! A hundred thousand joins of new rooms: by members who enter and leave in a loop, and by such as are somebody else each time,
//! to have again what a newcomer may ask for at once.

use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at};

use super::member::Member;
use super::{Context, Flood, Target, together};
use crate::report::Report;

/// Those who stay, and those who come anew.
const STAYING: usize = 48;
const RENEWED: usize = 16;

/// Joins.
const JOINS: (&str, u64) = ("joins asked for", 100_000);

/// Rooms entered and left with one write, and how often each member does that: 12,800 joins a second.
const AT_ONCE: u64 = 25;
const EVERY: Duration = Duration::from_millis(125);

pub(in crate::scenarios) async fn run(context: Context) -> Result<Report> {
    let mut flood = Flood::new(|target| Box::pin(attack(target)));
    flood.least = Some(JOINS);
    flood.counted = Some(r#"partyline_refusals_total{code="rate_limited"}"#);
    Ok(flood.run(&context).await?.report)
}

async fn attack(target: Target) -> Result<()> {
    let mut tasks = JoinSet::new();
    for at in 0..STAYING + RENEWED {
        tasks.spawn(wander(target.clone(), at));
    }
    together(tasks).await
}

async fn wander(target: Target, at: usize) -> Result<()> {
    let mut member = Member::connect(target.address).await?;
    // One after the other: it isn't a flood because all of them happen to ask in the same moment.
    let after = EVERY * u32::try_from(at)? / u32::try_from(STAYING + RENEWED)?;
    let mut ticks = interval_at(Instant::now() + after, EVERY);
    // A room that nothing is said in is forgotten once it is left: what is entered is new.
    for batch in 0_u64.. {
        let mut commands = String::new();
        for number in 0..AT_ONCE {
            let room = format!("r{at}-{batch}-{number}");
            commands +=
                &format!("{{\"type\":\"join\",\"room\":\"{room}\"}}\n{{\"type\":\"part\",\"room\":\"{room}\"}}\n");
        }
        ticks.tick().await;
        target.tally.add(JOINS.0, AT_ONCE);
        member.ask_and_wait(&commands, &target.tally).await?;
        if at >= STAYING {
            target.tally.add("newcomers", 1);
            member = Member::connect(target.address).await?;
        }
    }
    Ok(())
}
