//! The power fails, under load: what was acknowledged is there, once, under its number.

use std::sync::mpsc::channel;

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::history::{Broken, check};
use crate::image::Fate;
use crate::machine::{Cut, Machine, Server, was_cut};
use crate::support::{PATIENCE, Socket, say};
use crate::writers::{Writer, read_all};

const CUTS: usize = 20;
const WRITERS: usize = 8;

/// Nothing but the disk holds the writers up.
const FAST: [&str; 8] = ["--burst", "1000000", "--per-second", "0", "--requests-per-second", "0", "--page", "1000"];

/// All choices come from `PARTYLINE_SEED`. The moments at which threads run are the machine's: a seed repeats what was
/// chosen, and nearly what happened.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let seed = std::env::var("PARTYLINE_SEED").map_or(1, |seed| seed.parse().expect("PARTYLINE_SEED is a number"));
        println!("PARTYLINE_SEED={seed}");
        Self(seed)
    }

    /// For one cut: what comes before it may take as much chance as it likes.
    fn of(&self, cut: usize) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.0);
        rng.set_stream(cut as u64);
        rng
    }
}

/// When the power fails.
#[derive(Clone, Copy, Debug)]
enum End {
    /// In the middle of something.
    During(Cut),
    /// Once this server has acknowledged so many messages.
    Acknowledged(usize),
    /// Just after a stop in good order, which began then.
    Stopped(usize),
}

/// How a life of the server goes: what the disk does, when the power fails, and what is left.
#[derive(Debug)]
struct Plan {
    disk: &'static str,
    end: End,
    fate: Fate,
}

impl Plan {
    fn new(number: usize, rng: &mut ChaCha8Rng) -> Self {
        let fate = if number == 0 { Fate::Gone } else { *Fate::ALL.choose(rng).unwrap() };
        let mut during = |file, syncs, numbers| End::During(Cut { file, syncs, number: rng.random_range(numbers) });
        let (disk, end) = match number % 5 {
            0 if number % 2 == 1 => ("well", End::Stopped(20 * number)),
            0 => ("well", End::Acknowledged(20 * (number + 1))),
            1 => ("well", during(None, false, 300..2500)),
            // Checkpoints that fail at their end, several times: the write-ahead log mustn't be begun anew.
            2 if number % 2 == 1 => ("failing partyline.db", during(Some("partyline.db"), true, 2..8)),
            // In the middle of a checkpoint.
            2 => ("well", during(Some("partyline.db"), false, 1..200)),
            // While it starts, or soon after.
            3 => ("well", during(None, false, 1..40)),
            // In place of an fsync.
            _ => ("well", during(Some("partyline.db-wal"), true, 1..120)),
        };
        Self { disk, end, fate }
    }

    fn cut(&self) -> Option<Cut> {
        if let End::During(cut) = self.end { Some(cut) } else { None }
    }
}

/// What an evening came to.
#[derive(Debug, Default)]
struct Evening {
    broken: Vec<Broken>,
    acknowledged: usize,
    /// Lives of the server in which something was written to the database itself.
    checkpointed: usize,
}

/// Writers, and a server that loses its power again and again. Ends early where a promise is broken.
fn evening(durability: &str) -> Evening {
    let chance = Chance::new();
    let flags = [&FAST[..], &["--durability", durability, "--log-level", "warn"]].concat();
    let mut machine = Machine::new();
    let mut writers: Vec<_> = (0..WRITERS).map(Writer::new).collect();
    let mut evening = Evening::default();
    for number in 0..=CUTS {
        let mut rng = chance.of(number);
        let plan = (number < CUTS).then(|| Plan::new(number, &mut rng));
        machine.turns(plan.as_ref().map_or("well", |plan| plan.disk));
        let cut = plan.as_ref().and_then(Plan::cut);
        let server = machine.start_until(cut, &flags);
        let log = server.as_ref().and_then(|server| read_all(server.address));
        assert!(log.is_some() || cut.is_some(), "only a cut keeps somebody from reading the log to its end");
        if let Some(log) = log {
            let seen: Vec<_> = writers.iter().map(|writer| &writer.seen).collect();
            evening.broken = check(&log, &seen);
            if !evening.broken.is_empty() {
                return evening;
            }
        }
        let Some(plan) = plan else { break };
        if let Some(server) = server {
            let (acknowledged, acknowledgements) = channel();
            std::thread::scope(|scope| {
                let mut writing = Vec::new();
                for writer in &mut writers {
                    let (acknowledged, address) = (acknowledged.clone(), server.address);
                    writing.push(scope.spawn(move || writer.live(address, &acknowledged)));
                }
                let mut wait_for = |count| {
                    for _ in 0..count {
                        acknowledgements.recv_timeout(PATIENCE).unwrap();
                    }
                    evening.acknowledged += count;
                };
                match plan.end {
                    End::During(_) => {
                        for writer in writing {
                            writer.join().unwrap();
                        }
                        assert!(was_cut(server.wait()), "it was the power");
                    }
                    End::Acknowledged(count) => {
                        wait_for(count);
                        server.kill();
                    }
                    End::Stopped(count) => {
                        wait_for(count);
                        server.terminate();
                        assert!(server.wait().success());
                    }
                }
            });
            evening.acknowledged += acknowledgements.try_iter().count();
        }
        let before = machine.checkpointed;
        machine.lose_power(plan.fate, &mut rng);
        evening.checkpointed += usize::from(machine.checkpointed > before);
        println!("{number}: {plan:?}, {} acknowledged so far", evening.acknowledged);
    }
    evening
}

#[test]
fn nothing_acknowledged_is_lost_or_renumbered() {
    let evening = evening("disk");
    assert_eq!(evening.broken, []);
    assert!(evening.checkpointed >= 4, "{evening:?}: checkpoints are part of it");
    assert!(evening.acknowledged >= 1000, "{evening:?}: it was under load");
}

/// The evening can fail: without an fsync before each acknowledgement, it does.
#[test]
fn what_survives_only_the_process_is_noticed_to_be_lost() {
    let evening = evening("process");
    assert!(evening.broken.iter().any(|broken| matches!(broken, Broken::Lost(_))), "{:?}", evening.broken);
    assert!(evening.broken.iter().any(|broken| matches!(broken, Broken::Gone(_))), "{:?}", evening.broken);
}

/// The power fails at each step of the first start: the next one makes the log anew, or finds it complete.
#[test]
fn a_log_that_was_being_made_is_made_again() {
    let chance = Chance::new();
    let mut steps = 0;
    loop {
        let mut rng = chance.of(steps);
        let mut machine = Machine::new();
        let cut = Cut { file: None, syncs: false, number: steps + 1 };
        let listened = machine.start_until(Some(cut), &["--log-level", "warn"]).map(Server::kill);
        machine.lose_power(*Fate::ALL.choose(&mut rng).unwrap(), &mut rng);
        let server = machine.start(&["--log-level", "warn"]);
        let mut ann = Socket::json_in(server.address, "ann", "lobby");
        ann.send_json(&say("lobby", "hello", "1"));
        assert_eq!(ann.event("sent")["seq"], 1, "after {steps} steps");
        if listened.is_some() {
            break;
        }
        steps += 1;
    }
    assert!(steps >= 20, "{steps} steps: making a log takes more");
}

/// What a server names itself after, and its rooms, are there as soon as anybody can have seen them.
#[test]
fn a_log_that_somebody_was_told_of_stays_the_same_one() {
    let mut rng = Chance::new().of(0);
    let mut machine = Machine::new();
    let server = machine.start(&[]);
    let hello = json!({"type": "hello", "nick": "ann"});
    let mut ann = server.connect();
    ann.send_json(&hello);
    let epoch = ann.event("welcome")["epoch"].clone();
    server.kill();
    machine.lose_power(Fate::Gone, &mut rng);
    let server = machine.start(&[]);
    let mut ann = server.connect();
    ann.send_json(&hello);
    assert_eq!(ann.event("welcome")["epoch"], epoch);
}
