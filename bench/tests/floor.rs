//! The generator against the floor, and against servers that lose and repeat messages: it counts right, and notices.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test says what it expects by failing")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use partyline_bench::floor::{Floor, Writes};
use partyline_bench::load::{Closed, Speaker};
use partyline_bench::measure::FanOut;
use partyline_bench::server::{Launch, Server};
use partyline_bench::swarm::{Role, Swarm};
use partyline_bench::target::{Endpoint, Step, Target};
use partyline_bench::wire::{Kind, Unit, Wire, lines};

const READERS: usize = 20;

fn floor(writes: Writes) -> Floor {
    Floor::new(PathBuf::from(env!("CARGO_BIN_EXE_partyline-bench")), writes)
}

#[test]
fn every_delivery_of_the_floor_is_counted() {
    for (writes, in_flight) in [(Writes::Coalesced, 16), (Writes::PerMessage, 16), (Writes::PerMessage, 1)] {
        let time = Duration::from_millis(40);
        let fan_out = FanOut { readers: READERS, in_flight, warm_up: time, time };
        let cost = fan_out.run(&floor(writes), "room").unwrap();
        assert!(cost.messages > 0);
        assert_eq!(cost.deliveries, cost.messages * READERS as u64);
        // 128 bytes and a line's end.
        assert_eq!(cost.bytes, cost.deliveries * 129);
        // Eight readers are looked at.
        assert_eq!(cost.latency.len(), cost.messages * 8);
        assert!(cost.reads <= cost.deliveries, "a read brings at least a message");
        assert!(!cost.processor.is_zero() && cost.resident > 0);
        if in_flight == 1 {
            assert_eq!(cost.reads, cost.deliveries, "with one in flight, no two share a write");
        }
    }
}

/// A server in a thread, which does with each line what it is told to.
struct Faulty {
    address: SocketAddr,
}

struct AsSent;

impl Wire for AsSent {
    fn unit(&self, bytes: &[u8]) -> Unit {
        lines::unit(bytes)
    }

    fn kind(&self, _: &[u8]) -> Kind {
        Kind::Message
    }
}

impl Faulty {
    /// Serves one reader and one sender, in this order; `forward` makes of the line with that number what the reader gets.
    fn start(forward: fn(usize, String) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut reader, _) = listener.accept().unwrap();
            let (sender, _) = listener.accept().unwrap();
            for (number, line) in BufReader::new(sender).lines().map_while(Result::ok).enumerate() {
                if reader.write_all(forward(number, format!("{line}\n")).as_bytes()).is_err() {
                    return;
                }
            }
        });
        Self { address }
    }

    /// Keeps four messages in flight.
    fn load(&self) -> anyhow::Result<u64> {
        let mut swarm = Swarm::new()?;
        let endpoint = || Endpoint { address: self.address, wire: &AsSent, opening: vec![Step::framed("", "")] };
        swarm.enter([(endpoint(), Role::Reader { room: 0, sampled: true })].into_iter(), 1)?;
        let sender = swarm.enter([(endpoint(), Role::Sender)].into_iter(), 1)?;
        let mut speaker = Speaker::new(sender[0], vec!["room".into()]);
        let closed = Closed { in_flight: 4, readers: 1 };
        closed.prepare(&mut swarm, 1);
        closed.run(&mut swarm, self, &mut speaker, Duration::from_millis(20))
    }
}

impl Target for Faulty {
    fn name(&self) -> String {
        "faulty".into()
    }

    fn version(&self) -> String {
        String::new()
    }

    fn start(&self, _: &Launch) -> anyhow::Result<Server> {
        panic!("it runs")
    }

    fn reader(&self, _: &Server, _: &str, _: usize) -> Endpoint {
        panic!("made in load")
    }

    fn sender(&self, _: &Server, _: &str, _: usize) -> Endpoint {
        panic!("made in load")
    }

    fn say(&self, out: &mut Vec<u8>, _: &str, text: &str, _: u64) {
        out.extend(text.bytes().chain([b'\n']));
    }

    fn acknowledges(&self) -> bool {
        false
    }
}

#[test]
fn what_a_server_does_wrong_is_noticed() {
    assert!(Faulty::start(|_, line| line).load().unwrap() > 0);
    let lost = Faulty::start(|number, line| if number == 2 { String::new() } else { line }).load();
    assert!(lost.unwrap_err().to_string().contains("client 0"));
    let twice = Faulty::start(|number, line| if number == 2 { line.repeat(2) } else { line }).load();
    assert!(format!("{:#}", twice.unwrap_err()).contains("came twice"));
    let changed = Faulty::start(|number, line| if number == 2 { line.replace('x', "y") } else { line }).load();
    assert!(format!("{:#}", changed.unwrap_err()).contains("isn't as it was sent"));
}

#[test]
fn a_server_that_isnt_there_is_said_so() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(TcpStream::connect(closed).is_err(), "nobody listens");
    let mut swarm = Swarm::new().unwrap();
    let endpoint = Endpoint { address: closed, wire: &AsSent, opening: vec![Step::framed("read\n", "reading")] };
    let refused = swarm.enter([(endpoint, Role::Sender)].into_iter(), 1).unwrap_err();
    assert!(format!("{refused:#}").contains("connecting"), "{refused:#}");
}
