//! What a second core gives.
//!
//! With two cores in all, a generator that reads while the server writes takes from the second core what the server was to get of it. So
//! it doesn't: a burst of messages is sent, and read only once all of it waits in the readers' sockets. While the server works, the
//! generator sleeps. (On the loopback device, what the kernel does to receive is done on the writer's core and in its time.)

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::cores::Cores;
use crate::load::Speaker;
use crate::partyline::{DEFAULT_ROOM, Dialect};
use crate::plan::{Case, Plan, failures};
use crate::report::Section;
use crate::server::Launch;
use crate::statistics::{Spread, figure};
use crate::swarm::{Client, Role, Swarm};
use crate::table::Table;
use crate::target::Target;

const READERS: usize = 1000;

/// Messages of a burst. What they are on the wire fits a socket's buffer as Linux makes it, without being read.
const BURST: u64 = 128;

const AT_ONCE: usize = 64;

/// Between two looks at whether all is there.
const LOOK: Duration = Duration::from_micros(300);

/// How long a burst may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn run(plan: &Plan) -> Section {
    let own = Dialect::ALL.map(|dialect| plan.partyline(dialect));
    let floors = plan.floors();
    let mut targets: Vec<&dyn Target> = own.iter().map(|one| one as &dyn Target).collect();
    // It has one thread: a second core must give it nothing, or the method is wrong.
    targets.push(&floors[0]);
    let mut table = Table::new(&["server", "deliveries/s on one core", "on two", "ratio"]);
    let cases = targets.into_iter().map(|target| Case::of(target, READERS));
    let all = plan.interleaved("cores", cases, |case| {
        let one = bursts(plan, case.target, Cores::of_server())?;
        let two = bursts(plan, case.target, Cores::both())?;
        let line = format!("{} deliveries/s on one core, {} on two", figure(one), figure(two));
        Ok(((one, two), line))
    });
    for rounds in all.iter().filter(|rounds| !rounds.found.is_empty()) {
        let ratio = rounds.text(|(one, two)| two / one);
        table.row([rounds.case.name.clone(), rounds.text(|found| found.0), rounds.text(|found| found.1), ratio]);
    }
    Section {
        title: "What a second core gives".to_owned(),
        about: format!(
            "Bursts of {BURST} messages to 1,000 readers in one room, from the moment at which a burst is sent until all of it waits in the \
             readers' sockets. The generator reads it only then, and sleeps meanwhile, so that the server has the second core to itself. The \
             floor has one thread: it shows what the method makes of a second core that isn't used."
        ),
        tables: vec![table],
        failures: failures(&all),
        ..Section::default()
    }
}

/// Deliveries a second, of the burst in the middle.
fn bursts(plan: &Plan, target: &dyn Target, cores: Cores) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let server = target.start(&Launch { folder: folder.path().to_owned(), cores })?;
    let mut swarm = Swarm::new()?;
    let readers = (0..READERS).map(|number| {
        (target.reader(&server, DEFAULT_ROOM, number), Role::Reader { room: 0, sampled: number % 100 == 0 })
    });
    let readers = swarm.enter(readers, target.at_once(AT_ONCE))?;
    let sender = swarm.enter([(target.sender(&server, DEFAULT_ROOM, 0), Role::Sender)].into_iter(), 1)?;
    let mut speaker = Speaker::new(*sender.first().context("no sender")?, vec![DEFAULT_ROOM.to_owned()]);
    swarm.settle()?;
    let first = *readers.first().context("no reader")?;
    let mut expected = u64::MAX;
    // Twice, in case the last that entered was announced after the first.
    for _ in 0..2 {
        let before = swarm.received(first)?;
        send(&mut swarm, target, &mut speaker)?;
        read(&mut swarm)?;
        // Numbers grow, so that a later burst is as long or a little longer.
        expected = expected.min(swarm.received(first)? - before);
    }
    let mut times = Vec::new();
    let until = Instant::now() + plan.time;
    while Instant::now() < until {
        swarm.settle()?;
        let begun = Instant::now();
        send(&mut swarm, target, &mut speaker)?;
        wait(&swarm, &readers, expected)?;
        times.push(begun.elapsed().as_secs_f64());
        read(&mut swarm)?;
    }
    let time = Spread::of(times).context("no burst")?;
    #[expect(clippy::cast_precision_loss, reason = "far below 2⁵²")]
    Ok((BURST * READERS as u64) as f64 / time.median)
}

fn send(swarm: &mut Swarm, target: &dyn Target, speaker: &mut Speaker) -> Result<()> {
    let mut out = Vec::new();
    let now = swarm.now();
    for _ in 0..BURST {
        speaker.say(target, &mut out, now);
    }
    swarm.send(speaker.client, &out)
}

/// Waits until so many bytes wait for each reader.
fn wait(swarm: &Swarm, readers: &[Client], expected: u64) -> Result<()> {
    let begun = Instant::now();
    for &reader in readers {
        while swarm.unread(reader)? < expected {
            ensure!(begun.elapsed() < PATIENCE, "of {expected} bytes, {} wait for a reader", swarm.unread(reader)?);
            thread::sleep(LOOK);
        }
    }
    Ok(())
}

/// Reads a burst.
fn read(swarm: &mut Swarm) -> Result<()> {
    let all = (swarm.counts().deliveries / (BURST * READERS as u64) + 1) * BURST * READERS as u64;
    let begun = Instant::now();
    while swarm.counts().deliveries < all {
        ensure!(begun.elapsed() < PATIENCE, "of {all} deliveries, {} came", swarm.counts().deliveries);
        swarm.turn(Some(PATIENCE))?;
    }
    Ok(())
}
