use std::io::IoSlice;
use std::num::NonZeroU32;

use partyline_shared::Refused;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::UnixStream;

use super::*;
use crate::link;
use crate::meter::Pace;
use crate::metrics::Metrics;
use crate::outbox::Capacity;

const ROOM: RoomId = RoomId(1);

struct House {
    metrics: Metrics,
    shard: Shard,
}

impl House {
    fn new() -> Self {
        let metrics = Metrics::new();
        let shard = Shard::new(metrics.deliveries.clone(), metrics.refusals.clone(), Expected::default());
        Self { metrics, shard }
    }

    /// A reader for whom so many bytes may wait, in a room.
    async fn reader(&mut self, session: u64, form: Form, delivered: usize, pace: Option<Pace>) -> UnixStream {
        let (client, link) = link::tests::pair(pace);
        link.socket().writable().await.unwrap();
        let capacity = Capacity { delivered, answers: 1000, waiting: self.metrics.deliveries.waiting.clone() };
        let outbox = Arc::new(Outbox::new(link, Arc::new(capacity)));
        outbox.go_direct();
        let session = SessionId(session);
        self.shard.obey(Order::Open { session, form, outbox });
        self.shard.obey(Order::Subscribe { session, room: ROOM });
        client
    }

    async fn lines(&mut self, session: u64) -> Lines<BufReader<UnixStream>> {
        BufReader::new(self.reader(session, Form::JsonLine, 1 << 18, None).await).lines()
    }

    fn deliver(&mut self, nonce: u64, except: Option<u64>) {
        let said = Arc::new(Said::new(Event::Pong { nonce: Some(nonce) }, Arc::new(self.metrics.deliveries.clone())));
        self.shard.obey(Order::Deliver { room: ROOM, said, except: except.map(SessionId) });
    }

    fn send(&mut self, session: u64, event: Event) {
        self.shard.obey(Order::Send { session: SessionId(session), event });
    }
}

/// The numbers of the next so many pongs.
async fn pongs(lines: &mut Lines<BufReader<UnixStream>>, count: usize) -> Vec<u64> {
    let mut nonces = Vec::new();
    for _ in 0..count {
        let line = lines.next_line().await.unwrap().unwrap();
        match partyline_shared::codec::json::decode_event(&line).unwrap() {
            Event::Pong { nonce: Some(nonce) } => nonces.push(nonce),
            other => panic!("{other:?}"),
        }
    }
    nonces
}

#[tokio::test]
async fn everybody_gets_everything_in_order_but_what_is_told_them_in_another_way() {
    let mut house = House::new();
    let (mut ann, mut bob) = (house.lines(0).await, house.lines(1).await);
    for nonce in 0..6 {
        house.deliver(nonce, (nonce % 2 == 0).then_some(0));
        if nonce % 2 == 0 {
            house.send(0, Event::Pong { nonce: Some(100 + nonce) });
        }
    }
    house.shard.write();
    assert_eq!(pongs(&mut ann, 6).await, [100, 1, 102, 3, 104, 5]);
    assert_eq!(pongs(&mut bob, 6).await, [0, 1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn whoever_enters_late_or_leaves_early_gets_what_was_said_meanwhile() {
    let mut house = House::new();
    let mut ann = house.lines(0).await;
    house.deliver(1, None);
    let mut bob = house.lines(1).await;
    house.deliver(2, None);
    house.shard.obey(Order::Unsubscribe { session: SessionId(0), room: ROOM });
    house.deliver(3, None);
    house.send(0, Event::Pong { nonce: Some(4) });
    house.shard.obey(Order::Close { session: SessionId(1) });
    house.deliver(5, None);
    house.shard.write();
    assert_eq!(pongs(&mut ann, 3).await, [1, 2, 4]);
    assert_eq!(pongs(&mut bob, 2).await, [2, 3]);
    assert!(house.shard.rooms.is_empty(), "nobody is there any more");
}

#[tokio::test]
async fn a_seat_that_was_given_up_moves_nobody_out() {
    let mut house = House::new();
    let mut clients = Vec::new();
    for session in 0..10 {
        clients.push(house.lines(session).await);
    }
    for session in [0, 9, 4] {
        house.shard.obey(Order::Unsubscribe { session: SessionId(session), room: ROOM });
    }
    house.deliver(1, Some(8));
    house.send(8, Event::Pong { nonce: Some(2) });
    house.shard.write();
    for session in [1, 2, 3, 5, 6, 7, 8] {
        let expected = if session == 8 { 2 } else { 1 };
        assert_eq!(pongs(&mut clients[session], 1).await, [expected], "{session}");
    }
}

#[tokio::test]
async fn much_at_once_is_written_in_parts_that_nobody_is_too_slow_for() {
    let mut house = House::new();
    let client = house.reader(0, Form::JsonLine, GATHERED + 1000, None).await;
    let reading = tokio::spawn(async move { pongs(&mut BufReader::new(client).lines(), 10_000).await.len() });
    for nonce in 0..10_000 {
        house.deliver(nonce, None);
        // A reader that takes everything at once.
        tokio::task::yield_now().await;
    }
    house.shard.write();
    assert_eq!(reading.await.unwrap(), 10_000);
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_on_asking_too_fast_is_read_less() {
    let mut house = House::new();
    let per_second = NonZeroU32::new(1024).unwrap();
    let pace = Pace { per_second, burst: u32::try_from(2 * TOO_FAST).unwrap() };
    let _client = house.reader(1, Form::JsonLine, 1000, Some(pace)).await;
    let link = Arc::clone(house.shard.readers[0].outbox.link());
    for code in [Code::RateLimited, Code::BadRoom, Code::RateLimited] {
        house.send(1, Event::Refused(Refused::new(code, "")));
        assert_eq!(link.meter().ahead_until(), None, "a burst of it is free");
    }
    house.send(1, Event::Refused(Refused::new(Code::RateLimited, "")));
    assert!(link.meter().ahead_until().is_some(), "more is not");
}

#[tokio::test]
async fn what_is_delivered_and_who_is_too_slow_is_counted() {
    let mut house = House::new();
    let len = Said::new(Event::Pong { nonce: Some(1) }, Arc::new(Metrics::new().deliveries.clone()))
        .encoded(Form::JsonLine)
        .len();
    let _plain = house.reader(0, Form::Plain, 1000, None).await;
    let _fast = house.reader(1, Form::JsonLine, 1000, None).await;
    let _narrow = house.reader(2, Form::JsonLine, len, None).await;
    // Its socket takes no more.
    while house.shard.readers[2].outbox.link().socket().try_write(&[IoSlice::new(&[0; 4096])]).is_ok() {}
    let _frames = house.reader(3, Form::Frame, 1000, None).await;
    house.deliver(1, Some(3));
    house.shard.write();
    // Both at once are too much for the narrow one, and what comes then is after its last.
    house.deliver(1, Some(3));
    house.deliver(1, Some(3));
    house.shard.write();
    house.deliver(1, Some(3));
    house.shard.write();
    house.send(1, Event::Refused(Refused::new(Code::Busy, "")));
    let text = house.metrics.render();
    for line in [
        "partyline_deliveries_total{dialect=\"json\",kind=\"other\"} 5",
        "partyline_deliveries_total{dialect=\"ws\",kind=\"other\"} 0",
        "partyline_readers_too_slow_total{dialect=\"json\"} 1",
        "partyline_refusals_total{code=\"busy\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    }
}

#[tokio::test]
async fn an_event_is_encoded_once_for_a_line_and_a_frame() {
    let said = Said::new(Event::Pong { nonce: Some(1) }, Arc::new(Metrics::new().deliveries.clone()));
    let (line, frame) = (said.encoded(Form::JsonLine), said.encoded(Form::Frame));
    assert_eq!(line, b"{\"type\":\"pong\",\"nonce\":1}\n");
    assert_eq!(frame, [&[0x81, 25][..], &line[..25]].concat());
    assert!(std::ptr::eq(&raw const line[0], &raw const frame[2]), "the same bytes");
    assert_eq!(said.encoded(Form::Plain), b"-- pong\n");
}

#[tokio::test]
async fn what_is_there_at_once_is_one_write_for_each_reader_and_encoded_once() {
    let mut house = House::new();
    let mut clients = Vec::new();
    for (session, form) in (0..30).zip(Form::ALL.into_iter().cycle()) {
        clients.push(house.reader(session, form, 1 << 18, None).await);
    }
    let (writes, texts, json) = {
        let counts = &house.metrics.deliveries;
        (counts.writes.clone(), counts.texts_encoded.clone(), counts.json_encoded.clone())
    };
    for nonce in 0..64 {
        house.deliver(nonce, None);
    }
    house.shard.write();
    assert_eq!((writes.get(), texts.get(), json.get()), (30, 64, 64));
    // With answers for some, these go ahead.
    house.deliver(64, Some(0));
    house.send(0, Event::Pong { nonce: Some(0) });
    house.shard.write();
    assert_eq!((writes.get(), texts.get(), json.get()), (30 + 29, 65, 65), "plain text is told by its task");
}

/// A shard at work on a thread of its own: the way to give it orders, what it expects, and who reads.
struct Working {
    orders: std::sync::mpsc::SyncSender<Vec<Order>>,
    expected: Expected,
    clients: Vec<Lines<BufReader<UnixStream>>>,
    metrics: Metrics,
    thread: std::thread::JoinHandle<()>,
}

impl Working {
    async fn start(readers: u64, patience: (Duration, Duration)) -> Self {
        let mut house = House::new();
        let mut clients = Vec::new();
        for session in 0..readers {
            clients.push(house.lines(session).await);
        }
        let House { metrics, mut shard } = house;
        let expected = shard.expected.clone();
        shard.patience = patience;
        let (orders, queue) = std::sync::mpsc::sync_channel(8);
        let thread = std::thread::spawn(move || shard.run(&queue));
        Self { orders, expected, clients, metrics, thread }
    }

    fn deliver(&self, nonce: u64) {
        let said = Arc::new(Said::new(Event::Pong { nonce: Some(nonce) }, Arc::new(self.metrics.deliveries.clone())));
        self.orders.send(vec![Order::Deliver { room: ROOM, said, except: None }]).unwrap();
    }
}

const FOR_EVER: (Duration, Duration) = (Duration::from_hours(1), Duration::from_hours(1));

#[tokio::test]
async fn what_the_log_is_committing_shares_the_writes_to_many() {
    let mut working = Working::start(300, FOR_EVER).await;
    working.expected.one();
    working.expected.one();
    working.deliver(0);
    working.expected.came();
    working.deliver(1);
    working.expected.came();
    drop(working.orders);
    for client in &mut working.clients {
        assert_eq!(pongs(client, 2).await, [0, 1]);
    }
    working.thread.join().unwrap();
    assert_eq!(working.metrics.deliveries.writes.get(), 300);
}

#[tokio::test]
async fn nobody_waits_long_for_what_does_not_come() {
    let mut working = Working::start(300, PATIENCE).await;
    working.expected.one();
    working.deliver(0);
    assert_eq!(pongs(&mut working.clients[299], 1).await, [0]);
}

#[tokio::test]
async fn few_wait_for_nothing() {
    let mut working = Working::start(3, FOR_EVER).await;
    working.expected.one();
    working.deliver(0);
    assert_eq!(pongs(&mut working.clients[2], 1).await, [0]);
}

/// What a batch of so many messages takes of the allocator, with so many readers of each form.
async fn allocations(messages: u64, readers: u64) -> u64 {
    let mut house = House::new();
    let mut clients = Vec::new();
    for session in 0..3 * readers {
        let form = if session % 3 == 0 { Form::JsonLine } else { Form::Frame };
        clients.push(house.reader(session, form, 1 << 18, None).await);
    }
    // Whatever grows with the readers has grown after the first time.
    house.deliver(0, None);
    house.shard.write();
    let took = allocation_counter::measure(|| {
        for nonce in 0..messages {
            house.deliver(nonce, None);
        }
        house.shard.write();
    });
    took.count_total
}

#[tokio::test]
async fn readers_cost_no_allocations() {
    let (few, many) = (allocations(64, 1).await, allocations(64, 100).await);
    assert_eq!(few, many, "what is delivered is allocated once, whoever reads it");
    let one = allocations(1, 100).await;
    assert!(one <= 16, "{one} allocations for one message");
    assert!(few <= one + 63 * 6, "{few} allocations for 64 messages at once, {one} for one");
}
