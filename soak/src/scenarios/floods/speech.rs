//! One member that says a thousand messages a second: it gets as many as `burst` and `per-second` allow, and hears of each of
//! the others that it was refused, and when to try again.

use std::time::Duration;

use anyhow::Result;
use tokio::time::interval;

use super::member::{Member, RATE_LIMITED};
use super::{Context, Flood, TURN, Target};
use crate::report::Report;

/// The settings' defaults.
const BURST: u64 = 5;
const PER_SECOND: u64 = 2;

pub(in crate::scenarios) async fn run(context: Context) -> Result<Report> {
    let mut flood = Flood::new(|target| Box::pin(attack(target)));
    flood.counted = Some(r#"partyline_refusals_total{code="rate_limited"}"#);
    let mut flooded = flood.run(&context).await?;
    let (tally, report) = (&flooded.tally, &mut flooded.report);
    // Each turn is somebody else. What was said in a turn's last moment is answered in the pause after it.
    let allowed = flooded.turns * (BURST + PER_SECOND * (TURN.as_secs() + 1));
    let accepted = tally.get("accepted");
    report.check(accepted <= allowed, || format!("{accepted} messages were accepted, over {allowed}"));
    let asked = flooded.turns * TURN.as_secs() * 1000;
    let refused = tally.get(RATE_LIMITED);
    report.check(refused * 2 > asked, || format!("only {refused} of {asked} were refused"));
    Ok(flooded.report)
}

async fn attack(target: Target) -> Result<()> {
    let mut member = Member::connect(target.address).await?;
    member.ask_and_wait("{\"type\":\"join\",\"room\":\"loud\"}\n", &target.tally).await?;
    let say = "{\"type\":\"say\",\"room\":\"loud\",\"text\":\"me, me, me\"}\n".repeat(10);
    let mut ticks = interval(Duration::from_millis(10));
    loop {
        ticks.tick().await;
        target.tally.add("said", 10);
        member.ask_and_wait(&say, &target.tally).await?;
    }
}
