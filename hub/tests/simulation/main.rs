//! Whole evenings of a server, simulated: dozens of members with several programs each, a slow log, drops and
//! restarts; and after every step the rules of the house are checked. Time and chance come from the number of the
//! run, so that what went wrong once goes wrong again.
//!
//! `PARTYLINE_SEED=n` runs that one evening, `PARTYLINE_SEEDS=n` so many, `PARTYLINE_STEPS=n` makes them longer,
//! `PARTYLINE_TRACE=n` shows more lines of what led to a failure.

mod check;
mod client;
mod faults;
mod heard;
mod log;
mod sight;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use faults::Fault;
use world::{Tally, Trace, World};

const SEEDS: u64 = 1000;
const STEPS: usize = 3000;

fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// One evening. Fails with the rule that was broken; a panic of the hub's breaks the rule that there are none.
fn run(seed: u64, steps: usize, fault: Option<Fault>, trace: &mut Trace) -> Result<Tally, String> {
    let evening = AssertUnwindSafe(|| {
        let mut world = World::new(seed, fault, trace);
        world.evening(steps).map(|()| world.tally)
    });
    catch_unwind(evening).unwrap_or_else(|_| Err("a panic, see above".to_owned()))
}

/// The same again, with a look at its last steps.
fn report(seed: u64, steps: usize, why: &str) -> String {
    let mut trace = Trace { length: setting("PARTYLINE_TRACE").unwrap_or(80), ..Trace::default() };
    let _ = run(seed, steps, None, &mut trace);
    let steps: Vec<_> = trace.lines.into();
    format!("PARTYLINE_SEED={seed}: {why}\n\nThe last steps:\n{}\n", steps.join("\n"))
}

#[test]
fn the_rules_hold_whatever_happens() {
    let steps = setting("PARTYLINE_STEPS").unwrap_or(STEPS);
    let seeds = match setting("PARTYLINE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..setting("PARTYLINE_SEEDS").unwrap_or(SEEDS),
    };
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut sum = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return Ok(sum);
            }
            match run(seed, steps, None, &mut Trace::default()) {
                Ok(tally) => sum = sum.and(tally),
                Err(why) => {
                    next.store(seeds.end, Ordering::Relaxed);
                    return Err(report(seed, steps, &why));
                }
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut sum = Tally::default();
    for result in results {
        match result {
            Ok(tally) => sum = sum.and(tally),
            Err(report) => panic!("{report}"),
        }
    }
    println!("{} evenings: {sum:?}", seeds.end - seeds.start);
    let Tally { commands, messages, changes, counts, lists, drops, restarts, duplicates, failures, posts, trims } = sum;
    for much in [commands, messages, changes, counts, lists, drops, restarts, duplicates, failures, posts, trims] {
        // One short evening may be a quiet one.
        assert!(much > 0 || seeds.end - seeds.start < 100, "something never happened: {sum:?}");
    }
}

/// The checks can fail: what a broken hub would do is noticed within a few evenings.
#[test]
fn every_fault_is_noticed() {
    for fault in Fault::ALL {
        let noticed = (0..20).find_map(|seed| run(seed, 1000, Some(fault), &mut Trace::default()).err());
        let why = noticed.unwrap_or_else(|| panic!("{fault:?} goes unnoticed"));
        println!("{fault:?}: {}", why.lines().next().unwrap_or_default());
    }
}

#[test]
fn the_same_number_is_the_same_evening() {
    let evening = || {
        let mut trace = Trace { length: 1000, ..Trace::default() };
        run(7, 500, None, &mut trace).unwrap();
        trace.lines
    };
    assert_eq!(evening(), evening());
}
