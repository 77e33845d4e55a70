//! Clients that are dropped in every way that networks know, while somebody keeps talking: no gap, nothing twice.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use oorandom::Rand64;

use super::Context;
use super::kills::{FLAGS, MORE};
use crate::client::{Character, Crowd};
use crate::frames::Frames;
use crate::history::{Dialect, Findings};
use crate::proxy::{Flow, Proxy, Way};
use crate::report::Report;
use crate::server::Program;
use crate::wire::Lines;

/// Drops of the scenario.
const DROPS: u32 = 500;

/// Clients that are dropped, and how many of them are there from the beginning.
const CLIENTS: usize = 6;
const PUNCTUAL: usize = 4;

/// What may be said before the others come, who then read up while they are dropped.
const EARLIER: u64 = 200;

/// Pages so short that catching up and reading up take a while, and are broken off.
const SHORT_PAGES: [&str; 4] = ["--replay", "5", "--page", "5"];

/// Both sides notice a connection that is only half there within this.
const NOTICED_WITHIN: Duration = Duration::from_secs(45);

/// A round of drops.
#[derive(Clone, Debug)]
pub struct Round {
    /// The server.
    pub program: Program,
    /// How often somebody is dropped.
    pub drops: u32,
    /// What chances are drawn from.
    pub seed: u64,
}

/// A client, and the network before it.
struct Dropped {
    network: Proxy,
    /// The connection on which it was dropped last.
    connection: u64,
}

impl Round {
    /// Does it, in an empty folder.
    ///
    /// # Errors
    /// Where the server doesn't start, or a client doesn't come back.
    pub async fn run(self, folder: &Path) -> Result<Findings> {
        let mut random = Rand64::new(self.seed.into());
        let program = self.program.with(&FLAGS).with(&SHORT_PAGES);
        let server = program.start(&folder.join("data"), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let (mut dropped, mut characters) = (Vec::new(), Vec::new());
        for number in 0..CLIENTS {
            let network = Proxy::start(server.address()).await?;
            let late = if number < PUNCTUAL { 0 } else { EARLIER };
            characters.push(character(number, network.address(), late, &mut random));
            dropped.push(Dropped { network, connection: 0 });
        }
        characters.push(character(CLIENTS, server.address(), 0, &mut random));
        let mut crowd = Crowd::gather(characters, &folder.join("journals"))?;
        crowd.server_is_up(1);
        for client in (0..PUNCTUAL).chain([CLIENTS]) {
            crowd.is_back(client, 0).await?;
        }
        crowd.let_talk(EARLIER - 1);
        crowd.hears(EARLIER / 2).await?;
        crowd.let_talk(EARLIER);
        for _ in 0..self.drops {
            let client = usize::try_from(random.rand_range(0..CLIENTS as u64))?;
            // Some of it may be what breaks its connection.
            crowd.let_talk(MORE);
            dropped[client].is_back(client, &mut crowd).await?;
            crowd.let_talk(MORE);
            crowd.hears(crowd.acknowledged() + random.rand_range(0..20)).await?;
            dropped[client].drop(client, &mut crowd, &mut random).await?;
        }
        crowd.let_talk(MORE);
        for (client, dropped) in dropped.iter().enumerate() {
            dropped.is_back(client, &mut crowd).await?;
        }
        let findings = crowd.finish(server.address()).await?;
        server.kill().await?;
        Ok(findings)
    }
}

impl Dropped {
    async fn is_back(&self, client: usize, crowd: &mut Crowd) -> Result<()> {
        crowd.is_back(client, self.connection).await?;
        // What the network still had of an earlier connection arrives now, late.
        self.network.set(Flow::Open);
        Ok(())
    }

    async fn drop(&mut self, client: usize, crowd: &mut Crowd, random: &mut Rand64) -> Result<()> {
        self.connection = crowd.connection(client);
        let asleep = match random.rand_range(0..7) {
            0 => Flow::Frozen,
            1 => Flow::Cut(Way::Up),
            2 => Flow::Cut(Way::Down),
            3 => {
                // In the middle of something.
                self.network.break_after(random.rand_range(0..4000));
                return Ok(());
            }
            4 => {
                self.network.set(Flow::Closed);
                return Ok(());
            }
            5 => {
                // And once more on the way back, before it is there.
                self.network.break_next_after(random.rand_range(0..300));
                self.network.set(Flow::Reset);
                return Ok(());
            }
            _ => {
                self.network.set(Flow::Reset);
                return Ok(());
            }
        };
        self.network.set(asleep);
        // Some of what is said meanwhile is lost to it.
        crowd.hears(crowd.acknowledged() + random.rand_range(0..10)).await?;
        crowd.put_to_sleep(client);
        Ok(())
    }
}

fn character(number: usize, address: SocketAddr, late: u64, random: &mut Rand64) -> Character {
    Character {
        name: format!("client{number}"),
        dialect: if number.is_multiple_of(2) { Dialect::Json } else { Dialect::Web },
        address,
        rooms: vec!["lobby".to_owned(), "kitchen".to_owned()],
        talks: true,
        deaf_after: None,
        late,
        entropy: random.rand_u64(),
    }
}

pub(super) async fn run(context: Context) -> Result<Report> {
    let mut report = Report::default();
    let program = Program::new(&context.program);
    half_open(&program, &mut report).await?;
    let folder = tempfile::tempdir()?;
    let findings = Round { program, drops: DROPS, seed: context.seed }.run(folder.path()).await;
    report.figure(format!("{DROPS} drops"));
    report.history(findings, folder)?;
    Ok(report)
}

/// How long it takes until both sides notice that a connection is only half there, by the real clock.
async fn half_open(program: &Program, report: &mut Report) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = program.clone().with(&FLAGS);
    let server = program.start(&folder.path().join("data"), SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let mut witness = Lines::join(server.address(), "witness", "lobby").await?;
    let network = Proxy::start(server.address()).await?;
    let (mut random, mut characters) = (Rand64::new(0), Vec::new());
    for number in 0..2 {
        characters.push(character(number, network.address(), 0, &mut random));
    }
    let mut crowd = Crowd::gather(characters, &folder.path().join("journals"))?;
    crowd.server_is_up(1);
    crowd.all_are_back(1).await?;
    // Somebody who won't come back: their leaving is what the server makes of the silence.
    let mut vanished = Frames::connect(network.address()).await?;
    vanished.enter("vanished", "lobby").await?;
    let frozen = Instant::now();
    network.set(Flow::Frozen);
    let clients = async {
        for client in 0..2 {
            crowd.is_back(client, 1).await?;
        }
        anyhow::Ok(frozen.elapsed())
    };
    let server_side = async {
        loop {
            let event = witness.event("presence").await?;
            if event["change"] == "left" && event["member"]["nick"] == "vanished" {
                return anyhow::Ok(frozen.elapsed());
            }
        }
    };
    let patient = tokio::time::timeout(2 * NOTICED_WITHIN, server_side);
    let (clients, server_side) = tokio::join!(clients, patient);
    for (side, noticed) in [("clients", clients), ("the server (WebSocket)", server_side?)] {
        let noticed = noticed?;
        report.figure(format!("half-open connections are noticed by {side} within {:.1} s", noticed.as_secs_f64()));
        report.check(noticed <= NOTICED_WITHIN, || format!("{side} took {noticed:?} to notice"));
    }
    server.kill().await
}
