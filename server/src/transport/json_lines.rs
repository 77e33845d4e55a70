//! JSON lines over a stream: an object a line, both ways.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use partyline_shared::codec::json;
use partyline_shared::codec::lines::{Chunk, LineDecoder};
use partyline_shared::{Code, Command, Event, Refused, Via};
use tokio::task::coop::consume_budget;

use super::overdue;
use crate::delivery::{Form, line};
use crate::hub_task::{HubHandle, Session};
use crate::link::Link;
use crate::meter::COMMAND;
use crate::outbox::{Item, Outbox};

/// Serves one connection to its end. `first` is what was read of it already.
///
/// # Errors
/// What the socket says.
pub(crate) async fn serve(link: Arc<Link>, first: Bytes, hub: &HubHandle, max_line: usize) -> io::Result<()> {
    let Ok(session) = hub.open(Via::Json, Form::JsonLine, Arc::clone(&link)).await else { return Ok(()) };
    let outbox = session.outbox();
    outbox.go_direct();
    tokio::select! {
        () = write(outbox) => {}
        // What was asked before the end is answered before the end: the hub sees to that, then the queue ends,
        // and with it the other branch. So this one never comes first.
        () = async {
            read(&session, &link, first, max_line).await;
            std::future::pending::<()>().await;
        } => {}
        () = overdue(outbox) => return Ok(()),
    }
    Box::pin(link.hang_up()).await
}

async fn read(session: &Session, link: &Link, first: Bytes, max_line: usize) {
    let mut decoder = LineDecoder::json(max_line);
    let mut chunks = VecDeque::new();
    decoder.feed(&first, &mut chunks, &mut Vec::new());
    drop(first);
    loop {
        // Taken, so that an idle connection holds none.
        for chunk in std::mem::take(&mut chunks) {
            link.meter().charge(COMMAND);
            // What is refused here asks nobody anything: without this, a flood of nonsense would never let go of its thread.
            consume_budget().await;
            if let Some(command) = decode(session, chunk, max_line)
                && session.command(command).await.is_err()
            {
                return;
            }
        }
        // A reset is an end like any other here: the hub hears of it in the same way.
        let received = link.receive(|bytes| decoder.feed(bytes, &mut chunks, &mut Vec::new())).await;
        if !matches!(received, Ok(len) if len > 0) {
            break;
        }
    }
    if let Some(command) = decoder.finish().and_then(|chunk| decode(session, chunk, max_line))
        && session.command(command).await.is_err()
    {
        return;
    }
    // An error here means that the hub has ended, and with it the queue.
    let _ = session.half_close().await;
}

/// What a line asks for, unless it is answered here.
fn decode(session: &Session, chunk: Chunk, max_line: usize) -> Option<Command> {
    #[cfg(feature = "test-build")]
    if let Chunk::Line { text, .. } = &chunk {
        crate::faults::panic_if_asked(text);
    }
    let decoded = match chunk {
        Chunk::TooLong => {
            let text = format!("that line is longer than {max_line} bytes, and was dropped");
            Err(Refused::new(Code::TooLong, text))
        }
        Chunk::Line { replaced: true, .. } => Err(Refused::new(Code::BadJson, "that line isn't UTF-8")),
        Chunk::Line { text, .. } if text.trim().is_empty() => return None,
        Chunk::Line { text, .. } => json::decode_command(&text),
    };
    decoded.map_err(|refused| session.answer(Event::Refused(refused))).ok()
}

/// Encodes what has to be, and writes what the socket didn't take at once, until nothing more comes.
async fn write(outbox: &Outbox) {
    while let Some(items) = outbox.items().await {
        outbox.put_ready(items.into_iter().map(|item| match item {
            Item::Bytes(bytes) => bytes,
            Item::Event(event) => line(&event),
        }));
    }
}
