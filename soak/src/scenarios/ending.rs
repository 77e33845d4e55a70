//! SIGTERM under load: nothing acknowledged is lost, and everybody is told why and when to come back, and does.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use anyhow::{Result, ensure};
use oorandom::Rand64;
use partyline_shared::ByeReason;

use super::Context;
use super::kills::{FLAGS, MORE, everybody};
use crate::client::{Character, Crowd};
use crate::history::Findings;
use crate::report::Report;
use crate::server::Program;

/// Ends of the scenario.
const ENDS: u32 = 20;

/// A round of ends.
#[derive(Clone, Debug)]
pub struct Round {
    /// The server that is ended.
    pub program: Program,
    /// How often.
    pub ends: u32,
    /// What chances are drawn from.
    pub seed: u64,
}

impl Round {
    /// Does it, in an empty folder.
    ///
    /// # Errors
    /// Where a server doesn't start or doesn't end well, and where a client isn't told so or doesn't come back.
    pub async fn run(self, folder: &Path) -> Result<Findings> {
        let mut random = Rand64::new(self.seed.into());
        let (program, data) = (self.program.with(&FLAGS), folder.join("data"));
        let mut server = program.start(&data, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let address = server.address();
        let characters = everybody(address, false, &mut random);
        let plain: Vec<_> = characters.iter().map(Character::is_plain).collect();
        let mut crowd = Crowd::gather(characters, &folder.join("journals"))?;
        crowd.server_is_up(1);
        crowd.all_are_back(1).await?;
        for end in 1..=self.ends {
            let after = random.rand_range(20..120);
            crowd.let_talk(after + MORE);
            crowd.hears(crowd.acknowledged() + after).await?;
            crowd.server_goes_down();
            let told = crowd.byes().len();
            let ending = tokio::spawn(server.terminate());
            crowd.is_told_good_bye(told + plain.len()).await?;
            ensure!(ending.await??.success(), "the server says that it didn't end well");
            let mut byes = crowd.byes()[told..].to_vec();
            byes.sort_by_key(|bye| bye.client);
            for (client, bye) in byes.iter().enumerate() {
                ensure!(bye.client == client, "somebody is told good-bye twice: {byes:?}");
                let returns = plain[client] || bye.return_after_ms.is_some_and(|millis| millis > 0);
                let well = bye.reason == ByeReason::Shutdown && returns && bye.closed;
                ensure!(well, "that is no way to part: {bye:?}");
            }
            server = program.start(&data, address).await?;
            crowd.server_is_up(u64::from(end) + 1);
            crowd.all_are_back(u64::from(end) + 1).await?;
        }
        crowd.let_talk(MORE);
        let findings = crowd.finish(address).await?;
        server.kill().await?;
        Ok(findings)
    }
}

pub(super) async fn run(context: Context) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let round = Round { program: Program::new(&context.program), ends: ENDS, seed: context.seed };
    let findings = round.run(folder.path()).await;
    let mut report = Report::default();
    report.figure(format!("{ENDS} ends; everybody is told, and comes back"));
    report.history(findings, folder)?;
    Ok(report)
}
