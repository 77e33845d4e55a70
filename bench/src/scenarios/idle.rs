//! C: thousands who are there and say nothing: how fast they come in, and what memory they take.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::cores::Cores;
use crate::measure::own_processor;
use crate::partyline::Dialect;
use crate::plan::{Case, Plan, failures};
use crate::report::Section;
use crate::server::{Launch, Server};
use crate::statistics::figure;
use crate::swarm::{Role, Swarm};
use crate::table::Table;
use crate::target::Target;

const CONNECTIONS: usize = 10_000;
const ROOMS: usize = 100;

/// Connections that are being made at a time.
const AT_ONCE: usize = 256;

/// Between two looks at the memory.
const LOOK: Duration = Duration::from_millis(500);

/// So many looks in a row find it settled, of so many at most.
const STEADY: usize = 3;
const LOOKS: usize = 40;

struct Found {
    connects: f64,
    server_busy: f64,
    generator_busy: f64,
    memory: f64,
    bytes: f64,
}

pub(super) fn run(plan: &Plan) -> Section {
    let own = [Dialect::WebSocket, Dialect::Json].map(|dialect| plan.partyline(dialect));
    let mut targets: Vec<&dyn Target> = own.iter().map(|one| one as &dyn Target).collect();
    targets.extend(plan.peers.iter().map(AsRef::as_ref));
    let cases = targets.into_iter().map(|target| Case::of(target, CONNECTIONS));
    let all = plan.interleaved("C", cases, |case| {
        let found = round(case.target, case.size)?;
        let line = format!("{} connections/s, {} KiB each", figure(found.connects), figure(found.memory));
        Ok((found, line))
    });
    let mut table =
        Table::new(&["server", "connections/s", "memory KiB each", "bytes each got", "server busy", "generator busy"]);
    for rounds in all.iter().filter(|rounds| !rounds.found.is_empty()) {
        table.row([
            rounds.case.name.clone(),
            rounds.text(|found| found.connects),
            rounds.text(|found| found.memory),
            rounds.text(|found| found.bytes),
            format!("{} %", rounds.text(|found| found.server_busy)),
            format!("{} %", rounds.text(|found| found.generator_busy)),
        ]);
    }
    Section {
        title: "C: 10,000 idle connections in 100 rooms".to_owned(),
        about: format!(
            "Connected {AT_ONCE} at a time, but to inspircd 1,000, since it lets clients in once a second, and to ngircd 8, since no more wait in its \
             queue; one counts once it has shaken hands, said who it is and entered its room. Memory is what the server \
             has resident once nothing happens any more, less what it had when it was empty, for each connection; the kernel's is not in it."
        ),
        tables: vec![table],
        failures: failures(&all),
        ..Section::default()
    }
}

fn round(target: &dyn Target, connections: usize) -> Result<Found> {
    let folder = tempfile::tempdir()?;
    let server = target.start(&Launch { folder: folder.path().to_owned(), cores: Cores::of_server() })?;
    let mut swarm = Swarm::new()?;
    let empty = settled(&mut swarm, &server)?;
    let rooms: Vec<String> = (0..ROOMS).map(|room| format!("room{room}")).collect();
    let (processor, generator, begun) = (server.spent()?, own_processor()?, Instant::now());
    let readers = (0..connections).map(|number| {
        (target.reader(&server, &rooms[number % ROOMS], number), Role::Reader { room: number % ROOMS, sampled: false })
    });
    swarm.enter(readers, target.at_once(AT_ONCE))?;
    let wall = begun.elapsed().as_secs_f64();
    let (processor, generator) = (server.spent()?.since(processor), own_processor()?.saturating_sub(generator));
    swarm.settle()?;
    let full = settled(&mut swarm, &server)?;
    Ok(Found {
        connects: to_float(connections) / wall,
        server_busy: processor.as_secs_f64() * 100.0 / wall,
        generator_busy: generator.as_secs_f64() * 100.0 / wall,
        memory: (full - empty) / 1024.0 / to_float(connections),
        bytes: to_float(usize::try_from(swarm.counts().bytes)?) / to_float(connections),
    })
}

/// The server's memory once it doesn't change any more, or at the last look.
fn settled(swarm: &mut Swarm, server: &Server) -> Result<f64> {
    let mut last = 0;
    let mut steady = 0;
    for _ in 0..LOOKS {
        swarm.turn_until(Instant::now() + LOOK)?;
        let now = server.resident()?;
        // A thousandth is noise.
        steady = if now.abs_diff(last) <= now / 1000 { steady + 1 } else { 0 };
        last = now;
        if steady == STEADY {
            break;
        }
    }
    Ok(to_float(usize::try_from(last)?))
}

#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2⁵²")]
fn to_float(count: usize) -> f64 {
    count as f64
}
