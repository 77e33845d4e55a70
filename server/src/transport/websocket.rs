//! JSON over WebSocket: an object a text frame, both ways.

use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use partyline_shared::codec::json;
use partyline_shared::{Bye, ByeReason, Code, Event, Refused, Via};

use super::overdue;
use crate::delivery::Form;
use crate::hub_task::{HubHandle, Session};
use crate::outbox::{Item, Outbox};

/// How many times the longest object a frame may be before the connection ends: up to that, it is refused and
/// the connection lives.
pub(super) const HARD_FACTOR: usize = 16;

/// Serves one connection to its end.
pub(super) async fn serve(socket: WebSocket, hub: HubHandle, max_object: usize) {
    let Ok(session) = hub.open(Via::Ws, Form::Frame).await else { return };
    let (mut sink, mut stream) = socket.split();
    let outbox = Arc::clone(session.outbox());
    tokio::select! {
        // Whatever ended it, there is nobody left to tell.
        _ = write(&outbox, &mut sink) => {}
        () = async {
            read(&session, &mut stream, max_object).await;
            // The queue ends next, and with it the other branch.
            std::future::pending::<()>().await;
        } => {}
        () = overdue(&outbox) => {}
    }
}

async fn read(session: &Session, stream: &mut SplitStream<WebSocket>, max_object: usize) {
    while let Some(message) = stream.next().await {
        let decoded = match message {
            Ok(Message::Text(text)) if text.len() > max_object => {
                let text = format!("that message is longer than {max_object} bytes, and was dropped");
                Err(Refused::new(Code::TooLong, text))
            }
            Ok(Message::Text(text)) => json::decode_command(&text),
            Ok(Message::Binary(_)) => Err(Refused::new(Code::BadJson, "send text frames, not binary ones")),
            Ok(Message::Ping(_) | Message::Pong(_)) => continue,
            Ok(Message::Close(_)) => break,
            Err(_) => {
                // Gone, or something that isn't WebSocket, or a frame beyond every bound: only the latter two
                // can still hear it.
                let text = format!("that wasn't a WebSocket message of at most {max_object} bytes");
                session.end(Bye { reason: ByeReason::Protocol, text, return_after_ms: Some(1000) });
                return;
            }
        };
        match decoded {
            Ok(command) => {
                if session.command(command).await.is_err() {
                    return;
                }
            }
            Err(refused) => session.answer(Event::Refused(refused)),
        }
    }
    // A page that goes away hasn't said `quit`: its nick is kept for its return.
    session.outbox().end(None);
}

/// Writes what is queued, all of it before a flush, until nothing more comes.
async fn write(outbox: &Outbox, sink: &mut SplitSink<WebSocket, Message>) -> Result<(), axum::Error> {
    while let Some(items) = outbox.take().await {
        for item in items {
            if let Item::Frame(text) = item {
                sink.feed(Message::Text(text)).await?;
            }
        }
        sink.flush().await?;
    }
    let frame = CloseFrame { code: close_code::NORMAL, reason: "".into() };
    // Where the client closed first, the reply is queued already and this one isn't taken; closing the sink sends
    // whichever it is (RFC 6455 section 5.5.1: a close is answered with a close).
    let _ = sink.send(Message::Close(Some(frame))).await;
    sink.close().await
}
