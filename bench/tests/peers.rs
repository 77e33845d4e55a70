//! Each of the servers that Partyline is measured beside, as it is here: what is said in a room arrives at each of its readers, once
//! and in order, and nowhere else. Otherwise a measurement of it would be worth nothing.
//!
//! One that isn't installed is left out, and said so: `cargo xtask bench --peers` installs them.

#![expect(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test says what it expects by failing, and what it leaves out, also in its helpers"
)]

use std::time::{Duration, Instant};

use partyline_bench::cores::Cores;
use partyline_bench::load::Speaker;
use partyline_bench::peers::{self, Axum, Store};
use partyline_bench::server::Launch;
use partyline_bench::stamp::LENGTH;
use partyline_bench::swarm::{Role, Swarm};
use partyline_bench::target::Target;

const ROOMS: [&str; 2] = ["one", "two"];
const READERS: usize = 5;
const MESSAGES: u64 = 300;

/// How long nothing at all may come. Only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn uwebsockets() {
    try_installed("uWebSockets");
}

#[test]
fn node_ws() {
    try_installed("node ws");
}

#[test]
fn socket_io() {
    try_installed("socket.io");
}

#[test]
fn axum() {
    try_it(&Axum::new(env!("CARGO_BIN_EXE_partyline-bench-axum").into()));
}

#[test]
fn mosquitto_over_websocket() {
    try_installed("mosquitto, WebSocket");
}

#[test]
fn mosquitto_over_tcp() {
    try_installed("mosquitto, TCP");
}

#[test]
fn nats_server() {
    try_installed("nats-server");
}

#[test]
fn inspircd() {
    try_installed("inspircd");
}

#[test]
fn ngircd() {
    try_installed("ngircd");
}

fn try_installed(name: &str) {
    match peers::find(&Store::of_user().unwrap(), name) {
        Ok(peer) => try_it(peer.as_ref()),
        Err(why) => eprintln!("skipped: {name}: {why:#}"),
    }
}

fn try_it(target: &dyn Target) {
    assert!(target.version().starts_with(|first: char| first.is_alphanumeric()), "{:?}", target.version());
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch { folder: folder.path().to_owned(), cores: Cores::of_server() };
    let server = target.start(&launch).unwrap();

    let mut swarm = Swarm::new().unwrap();
    let places = ROOMS.iter().enumerate().flat_map(|(at, room)| (0..READERS).map(move |number| (at, room, number)));
    let readers = places.map(|(at, room, number)| {
        // Each looks at all that it gets: lost, twice, out of order and changed are errors of `turn`.
        (target.reader(&server, room, at * READERS + number), Role::Reader { room: at, sampled: true })
    });
    swarm.enter(readers, ROOMS.len() * READERS).unwrap();
    let senders = ROOMS.iter().enumerate().map(|(at, room)| (target.sender(&server, room, at), Role::Sender));
    let senders = swarm.enter(senders, ROOMS.len()).unwrap();
    let before: Vec<_> = senders.iter().map(|sender| swarm.received(*sender).unwrap()).collect();

    for (room, client) in ROOMS.into_iter().zip(senders.clone()) {
        let mut speaker = Speaker::new(client, vec![room.to_owned()]);
        let mut said = Vec::new();
        for _ in 0..MESSAGES {
            let now = swarm.now();
            speaker.say(target, &mut said, now);
        }
        swarm.send(client, &said).unwrap();
    }
    // Since each reader looks at all that it gets, it has them all when there are as many as there must be.
    let expected = (ROOMS.len() * READERS) as u64 * MESSAGES;
    let mut last = (swarm.counts(), Instant::now());
    while swarm.counts().deliveries < expected {
        swarm.turn(Some(PATIENCE)).unwrap();
        if swarm.counts() != last.0 {
            last = (swarm.counts(), Instant::now());
        }
        assert!(last.1.elapsed() < PATIENCE, "nothing comes any more: {:?}", last.0);
    }
    for (sender, before) in senders.into_iter().zip(before) {
        // Less than a message: a ping at most.
        assert!(swarm.received(sender).unwrap() - before < LENGTH as u64, "a sender got its own");
    }
    assert_eq!(swarm.counts().deliveries, expected);
}
