//! JSON lines over a stream: an object a line, both ways.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use partyline_shared::codec::json;
use partyline_shared::codec::lines::{Chunk, LineDecoder};
use partyline_shared::{Code, Event, Refused, Via};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::coop::consume_budget;

use super::{Batch, hang_up, overdue};
use crate::delivery::{Form, line};
use crate::hub_task::{HubHandle, Session, Stopped};
use crate::meter::{COMMAND, Meter};
use crate::metered::Metered;
use crate::outbox::{Item, Outbox};

/// Serves one connection to its end. `first` is what was read of it already.
///
/// # Errors
/// What the socket says.
pub(crate) async fn serve<S>(stream: Metered<S>, first: BytesMut, hub: &HubHandle, max_line: usize) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let meter = Arc::clone(stream.meter());
    let Ok(session) = hub.open(Via::Json, Form::JsonLine, Some(Arc::clone(&meter))).await else { return Ok(()) };
    let (mut reader, mut writer) = tokio::io::split(stream);
    let outbox = session.outbox();
    tokio::select! {
        written = write(outbox, &mut writer) => written?,
        // What was asked before the end is answered before the end: the hub sees to that, then the queue ends,
        // and with it the other branch. So this one never comes first.
        () = async {
            read(&session, &meter, &mut reader, first, max_line).await;
            std::future::pending::<()>().await;
        } => {}
        () = overdue(outbox) => return Ok(()),
    }
    hang_up(reader, writer).await
}

async fn read(
    session: &Session,
    meter: &Meter,
    reader: &mut (impl AsyncRead + Unpin),
    mut bytes: BytesMut,
    max_line: usize,
) {
    let mut decoder = LineDecoder::json(max_line);
    let mut chunks = VecDeque::new();
    loop {
        decoder.feed(&bytes, &mut chunks, &mut Vec::new());
        bytes.clear();
        for chunk in chunks.drain(..) {
            meter.charge(COMMAND);
            // What is refused here asks nobody anything: without this, a flood of nonsense would never let go of its thread.
            consume_budget().await;
            if take(session, chunk, max_line).await.is_err() {
                return;
            }
        }
        // A reset is an end like any other here: the hub hears of it in the same way.
        if !matches!(reader.read_buf(&mut bytes).await, Ok(n) if n > 0) {
            break;
        }
    }
    if let Some(chunk) = decoder.finish()
        && take(session, chunk, max_line).await.is_err()
    {
        return;
    }
    // An error here means that the hub has ended, and with it the queue.
    let _ = session.half_close().await;
}

async fn take(session: &Session, chunk: Chunk, max_line: usize) -> Result<(), Stopped> {
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
        Chunk::Line { text, .. } if text.trim().is_empty() => return Ok(()),
        Chunk::Line { text, .. } => json::decode_command(&text),
    };
    match decoded {
        Ok(command) => session.command(command).await,
        Err(refused) => {
            session.answer(Event::Refused(refused));
            Ok(())
        }
    }
}

/// Writes what is queued, all of it at once, until nothing more comes.
async fn write(outbox: &Outbox, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    while let Some(items) = outbox.take().await {
        let mut batch = Batch::default();
        for item in items {
            match item {
                Item::Bytes(bytes) => batch.push(bytes),
                Item::Event(event) => batch.push(line(&json::encode_event(&event))),
                Item::Frame(_) => {}
            }
        }
        writer.write_all_buf(&mut batch).await?;
    }
    Ok(())
}
