//! WebSocket frames in a loop: messages of tens of thousands of fragments of a byte each, and pings.

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Context, Flood, Target, together};
use crate::report::Report;

/// How many connections do it.
const CONNECTIONS: usize = 8;

/// RFC 6455 section 5.2, masked with zeros: the start of a text, more of it, its end; a ping.
const START: &[u8] = &[0x01, 0x81, 0, 0, 0, 0, b'{'];
const MORE: &[u8] = &[0x00, 0x81, 0, 0, 0, 0, b' '];
const END: &[u8] = &[0x80, 0x81, 0, 0, 0, 0, b'}'];
const PING: &[u8] = &[0x89, 0x80, 0, 0, 0, 0];

/// A whole text: 16 bytes of hello.
const HELLO: &[u8] = b"\x81\x90\0\0\0\0{\"type\":\"hello\"}";

/// Fragments of a message.
const FRAGMENTS: usize = 20_000;

const HANDSHAKE: &[u8] = b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Texts of tiny fragments. Each is refused once it is whole: it lacks a type.
pub(in crate::scenarios) async fn fragments(context: Context) -> Result<Report> {
    let mut flood = Flood::new(|target| Box::pin(each(target, fragment_forever)));
    flood.counted = Some(r#"partyline_refusals_total{code="bad_field"}"#);
    let mut flooded = flood.run(&context).await?;
    let refused = flooded.tally.get("refused");
    flooded.report.check(refused > 0, || "no message was ever whole and refused".to_owned());
    Ok(flooded.report)
}

/// Pings, each answered by the stack.
pub(in crate::scenarios) async fn pings(context: Context) -> Result<Report> {
    let flooded = Flood::new(|target| Box::pin(each(target, ping_forever))).run(&context).await?;
    Ok(flooded.report)
}

async fn each<F: Future<Output = Result<()>> + Send + 'static>(target: Target, act: fn(Target) -> F) -> Result<()> {
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        tasks.spawn(act(target.clone()));
    }
    together(tasks).await
}

async fn fragment_forever(target: Target) -> Result<()> {
    let message = [START, &MORE.repeat(FRAGMENTS), END].concat();
    flood(target, &message, ("fragments", FRAGMENTS as u64)).await
}

async fn ping_forever(target: Target) -> Result<()> {
    flood(target, &PING.repeat(1000), ("pings", 1000)).await
}

/// Writes the same again and again, and reads what comes. Cut off, it comes again.
async fn flood(target: Target, again: &[u8], counts: (&'static str, u64)) -> Result<()> {
    loop {
        let (mut reader, mut writer) = TcpStream::connect(target.address).await?.into_split();
        writer.write_all(HANDSHAKE).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            ensure!(reader.read_buf(&mut head).await? > 0, "no WebSocket: {}", String::from_utf8_lossy(&head));
        }
        writer.write_all(HELLO).await?;
        let writing = async {
            while writer.write_all(again).await.is_ok() {
                target.tally.add(counts.0, counts.1);
            }
        };
        let reading = async {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(count @ 1..) = reader.read(&mut buffer).await {
                let refused = String::from_utf8_lossy(&buffer[..count]).matches("bad_field").count();
                if refused > 0 {
                    target.tally.add("refused", refused as u64);
                }
                target.tally.add("bytes of answers", count as u64);
            }
        };
        tokio::select! {
            () = writing => {}
            () = reading => {}
        }
        target.tally.add("cut off", 1);
    }
}
