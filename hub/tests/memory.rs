//! What members and messages cost in memory: counted, so that it is the same on every machine.

use allocation_counter::measure;
use partyline_hub::{Committed, Effect, Hub, Input, Outcome, Page, SessionId, Settings};
use partyline_shared::{ClientRef, Command, Hello, Join, Say, Seq, Timestamp, Token, Via};

const NOW: Timestamp = Timestamp(1_000_000);

fn enters(hub: &mut Hub, n: u64, room: String) {
    let session = SessionId(n);
    hub.handle(Input::Open { session, via: Via::Json, token: Token(u128::from(n).to_be_bytes()) }, NOW);
    let hello = Hello { nick: Some(format!("member-{n}")), ..Hello::default() };
    hub.handle(Input::Command { session, command: Command::Hello(hello) }, NOW);
    for effect in hub.handle(Input::Command { session, command: Command::Join(Join { room, after: None }) }, NOW) {
        if let Effect::Read { read, .. } = effect {
            hub.handle(Input::Read { read, outcome: Ok(Outcome::Page(Page::default())) }, NOW);
        }
    }
}

/// Ten thousand members in rooms of a hundred.
fn full() -> Hub {
    let mut hub = Hub::new(Settings::default());
    for n in 0..10_000 {
        enters(&mut hub, n, format!("room-{}", n % 100));
    }
    // What was gathered is told.
    hub.handle(Input::Wake, NOW.after(10_000));
    hub
}

#[test]
fn an_idle_member_takes_little() {
    let mut hub = None;
    let took = measure(|| hub = Some(full()));
    assert_eq!(hub.map(|hub| hub.load().members), Some(10_000));
    let each = took.bytes_current / 10_000;
    println!("{each} bytes in {} allocations for each member", took.count_current / 10_000);
    assert!(each <= 700, "{each} bytes for each idle member");
}

#[test]
fn whoever_left_takes_nothing() {
    let mut left = None;
    let took = measure(|| {
        let mut hub = full();
        for n in 0..10_000 {
            hub.handle(Input::Command { session: SessionId(n), command: Command::Quit }, NOW.after(20_000));
        }
        hub.handle(Input::Wake, NOW.after(1_000_000));
        left = Some(hub);
    });
    assert_eq!(left.map(|hub| hub.load()), Some(partyline_hub::Load::default()));
    assert!(took.bytes_current <= 16_384, "{} bytes are left of those who left", took.bytes_current);
}

#[test]
fn a_message_is_copied_no_more_often_than_it_is_kept() {
    let mut hub = full();
    let mut said = |n: u64| {
        let room = "room-0".to_owned();
        let (text, reference) = ("x".repeat(128), ClientRef::try_from(n.to_string()).ok());
        let command = Command::Say(Say { room, text, reference, action: false });
        let (session, now) = (SessionId(0), NOW.after(n * 1000));
        let took = measure(|| {
            let effects = hub.handle(Input::Command { session, command }, now);
            let [Effect::Append { append, .. }] = effects[..] else { panic!("{effects:?}") };
            let committed = Committed { seq: Seq(n), at: now, duplicate: false };
            let effects = hub.handle(Input::Committed { append, outcome: Ok(committed) }, now);
            assert_eq!(effects.len(), 2);
        });
        (took.count_total, took.bytes_total)
    };
    for n in 1..=100 {
        said(n);
    }
    let (count, bytes) = said(101);
    println!("{count} allocations, {bytes} bytes");
    assert!(count <= 18 && bytes <= 2800, "{count} allocations of {bytes} bytes for a message of 128");
}
