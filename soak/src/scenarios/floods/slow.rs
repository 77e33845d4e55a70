//! Slowloris: thousands that are about to say something, a byte now and then. What has a head or a hello is cut off after
//! `hello-seconds`; a line of plain text may take its time, and is bounded in length.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep_until};

use super::{Context, Flood, Target, together};
use crate::report::Report;

/// Of each kind.
const EACH: usize = 500;

/// What one of them may cost in memory: its task, what it has said so far, and where to read more.
const COST: u64 = 40 << 10;

/// `hello-seconds` here: a turn must see its end.
const PATIENCE: Duration = Duration::from_secs(1);

/// So much later they must be gone: WebSockets get a second to close in good order, and the server has a lot to hang up on
/// at once.
const GRACE: Duration = Duration::from_secs(2);

/// How many are on their way to their first byte at a time: more than `silent-connections` would push one another out
/// as silent, which is another flood's to show.
const COMING: usize = 200;

/// Something that is never finished.
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// What becomes of it, for the tally.
    cut: &'static str,
    late: &'static str,
    /// How it starts.
    start: &'static [u8],
    /// What comes now and then.
    more: &'static [u8],
    /// What it must be told before the end.
    told: &'static [u8],
    /// It gets this many times as long.
    times: u32,
}

const PREFACES_CUT: &str = "HTTP/2 prefaces cut";

const KINDS: [Kind; 5] = [
    Kind {
        cut: "HTTP heads cut",
        late: "HTTP heads not cut",
        start: b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        more: b"a",
        told: b"",
        times: 1,
    },
    Kind {
        cut: "WebSocket handshakes cut",
        late: "WebSocket handshakes not cut",
        start: b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Slow: ",
        more: b"a",
        told: b"",
        times: 1,
    },
    Kind {
        cut: PREFACES_CUT,
        late: "HTTP/2 prefaces not cut",
        start: b"PRI * HTTP/2.0\r\n\r\n",
        more: b"",
        told: b"",
        // A preface is no head: it may pause as long as any connection of HTTP.
        times: 3,
    },
    Kind {
        cut: "WebSockets without hello cut",
        late: "WebSockets without hello not cut",
        start: b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\xfe\x10\x00\0\0\0\0{",
        more: b" ",
        told: b"no_hello",
        times: 1,
    },
    Kind {
        cut: "JSON lines cut",
        late: "JSON lines not cut",
        start: br#"{"type":"hello","nick":""#,
        more: b"a",
        told: b"no_hello",
        times: 1,
    },
];

pub(in crate::scenarios) async fn run(context: Context) -> Result<Report> {
    let mut flood = Flood::new(|target| Box::pin(attack(target)));
    flood.flags = ["--hello-seconds", &PATIENCE.as_secs().to_string()].map(str::to_owned).into();
    flood.memory = COST * (EACH * (KINDS.len() + 1)) as u64;
    // That takes longer than a turn.
    flood.least = Some((PREFACES_CUT, EACH as u64));
    let mut flooded = flood.run(&context).await?;
    let (tally, report) = (&flooded.tally, &mut flooded.report);
    for Kind { cut, late, .. } in KINDS {
        let (cut_off, not) = (tally.get(cut), tally.get(late));
        report.check(cut_off >= EACH as u64 && not == 0, || format!("{cut}: {cut_off}; {late}: {not}"));
    }
    for wrong in ["not told why", "lines of plain text cut"] {
        report.check(tally.get(wrong) == 0, || format!("{wrong}: {}", tally.get(wrong)));
    }
    Ok(flooded.report)
}

async fn attack(target: Target) -> Result<()> {
    let mut tasks = JoinSet::new();
    let coming = Arc::new(Semaphore::new(COMING));
    for at in 0..EACH {
        for kind in KINDS {
            tasks.spawn(linger(target.clone(), kind, at, Arc::clone(&coming)));
        }
        tasks.spawn(mumble(target.clone(), Arc::clone(&coming)));
    }
    together(tasks).await
}

/// One after the other, each until it is cut off.
async fn linger(target: Target, kind: Kind, at: usize, coming: Arc<Semaphore>) -> Result<()> {
    loop {
        let place = coming.acquire().await?;
        let mut stream = TcpStream::connect(target.address).await?;
        stream.write_all(kind.start).await?;
        drop(place);
        let late = Instant::now() + PATIENCE * kind.times + GRACE;
        let mut ticks = interval(Duration::from_millis(400 + at as u64 % 100));
        let mut told = Vec::new();
        loop {
            tokio::select! {
                read = stream.read_buf(&mut told) => {
                    // An end and a reset are both one.
                    if read.map_or(0, |count| count) == 0 {
                        target.tally.add(kind.cut, 1);
                        break;
                    }
                }
                // That it can't be written to any more is for the reader to find out.
                _ = ticks.tick() => { let _ = stream.try_write(kind.more); }
                () = sleep_until(late) => {
                    target.tally.add(kind.late, 1);
                    break;
                }
            }
        }
        if !kind.told.is_empty() && !told.windows(kind.told.len()).any(|window| window == kind.told) {
            target.tally.add("not told why", 1);
        }
    }
}

/// A line of plain text that never ends, and never rests long enough to be taken for whole.
async fn mumble(target: Target, coming: Arc<Semaphore>) -> Result<()> {
    let place = coming.acquire().await?;
    let mut stream = TcpStream::connect(target.address).await?;
    stream.write_all(b"a").await?;
    drop(place);
    let mut ticks = interval(Duration::from_millis(100));
    let mut told = Vec::new();
    loop {
        tokio::select! {
            read = stream.read_buf(&mut told) => {
                if read.map_or(0, |count| count) == 0 {
                    target.tally.add("lines of plain text cut", 1);
                    return Ok(());
                }
            }
            _ = ticks.tick() => { let _ = stream.try_write(b"a"); }
        }
    }
}
