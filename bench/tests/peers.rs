//! Each of the servers that Partyline is measured beside, as it is here: what is said in a room arrives at each of its readers, once
//! and in order, and nowhere else. Otherwise a measurement of it would be worth nothing.
//!
//! One that isn't installed is left out, and said so: `cargo xtask bench --peers` installs them.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects by failing, also in its helpers"
)]

use std::time::Duration;

use partyline_bench::cores::Cores;
use partyline_bench::load::Speaker;
use partyline_bench::peers::{self, Axum, Store};
use partyline_bench::server::Launch;
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
    let peers = peers::all(&Store::of_user().unwrap());
    let why = peers.missing.iter().find(|(missing, _)| name.starts_with(missing.as_str()));
    match (peers.found.iter().find(|peer| peer.name() == name), why) {
        (Some(peer), _) => try_it(peer.as_ref()),
        (None, Some((_, why))) => eprintln!("skipped: {name} is {why}"),
        (None, None) => panic!("there is no {name}"),
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
    swarm.count_progress(ROOMS.len(), usize::try_from(MESSAGES).unwrap());

    for ((at, room), client) in (0..).zip(ROOMS).zip(senders) {
        let mut speaker = Speaker::new(client, vec![room.to_owned()]);
        let mut said = Vec::new();
        for _ in 0..MESSAGES {
            let now = swarm.now();
            speaker.say(target, &mut said, at, now);
        }
        swarm.send(client, &said).unwrap();
    }
    let all = ROOMS.len() as u64 * MESSAGES;
    while swarm.counts().everywhere < all {
        let before = swarm.counts();
        swarm.turn(Some(PATIENCE)).unwrap();
        assert!(swarm.counts() != before, "nothing comes any more: {before:?}");
    }
    let expected = all * READERS as u64;
    assert_eq!(swarm.counts().deliveries, expected, "a reader got what was said in another room, or a sender its own");
}
