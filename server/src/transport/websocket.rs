//! JSON over WebSocket: an object a text frame, both ways.

use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use partyline_shared::codec::json;
use partyline_shared::{Bye, ByeReason, Code, Event, Refused, Via};
use tokio::task::coop::consume_budget;
use tokio::time::Instant;

use super::liveness::{Liveness, Silence};
use super::{LINGER, LINGER_BYTES, overdue};
use crate::delivery::{Form, frame};
use crate::hub_task::{HubHandle, Session};
use crate::meter::{COMMAND, Meter};
use crate::outbox::Item;

/// How many times the longest object a frame may be before the connection ends: up to that, it is refused and
/// the connection lives.
pub(super) const HARD_FACTOR: usize = 16;

/// Serves one connection to its end.
pub(super) async fn serve(socket: WebSocket, hub: HubHandle, max_object: usize, mut liveness: Liveness) {
    let meter = Arc::clone(liveness.meter());
    let Ok(session) = hub.open(Via::Ws, Form::Frame, Some(Arc::clone(&meter))).await else { return };
    let (mut sink, mut stream) = socket.split();
    let outbox = Arc::clone(session.outbox());
    tokio::select! {
        // Whatever ended it, there is nobody left to tell.
        _ = write(&session, &mut sink, &mut liveness) => {}
        () = async {
            read(&session, &meter, &mut stream, max_object).await;
            // The queue ends next, and with it the other branch.
            std::future::pending::<()>().await;
        } => {}
        () = overdue(&outbox) => return,
    }
    hang_up(stream).await;
}

/// Waits for the client's close (RFC 6455 section 7.1.1), and reads what it still says before: a socket that is closed
/// with bytes unread is reset, and the reset can overtake the last words.
async fn hang_up(mut stream: SplitStream<WebSocket>) {
    let drain = async {
        let mut left = LINGER_BYTES;
        while left > 0
            && let Some(Ok(message)) = stream.next().await
        {
            left = left.saturating_sub(message.into_data().len());
        }
    };
    // Whoever goes on talking for longer than that isn't listening.
    let _ = tokio::time::timeout(LINGER, drain).await;
}

async fn read(session: &Session, meter: &Meter, stream: &mut SplitStream<WebSocket>, max_object: usize) {
    while let Some(message) = stream.next().await {
        // A ping too: it is answered.
        meter.charge(COMMAND);
        // What is refused here asks nobody anything: without this, a flood of nonsense would never let go of its thread.
        consume_budget().await;
        #[cfg(feature = "test-build")]
        if let Ok(Message::Text(text)) = &message {
            crate::faults::panic_if_asked(text);
        }
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

/// Writes what is queued, all of it before a flush, until nothing more comes. Asks a silent client whether it is there.
async fn write(
    session: &Session,
    sink: &mut SplitSink<WebSocket, Message>,
    liveness: &mut Liveness,
) -> Result<(), axum::Error> {
    loop {
        let silence = tokio::select! {
            items = session.outbox().take() => {
                let Some(items) = items else { break };
                let began = Instant::now();
                for item in items {
                    let text = match item {
                        Item::Frame(text) => text,
                        Item::Event(event) => frame(&event),
                        Item::Bytes(_) => continue,
                    };
                    sink.feed(Message::Text(text)).await?;
                }
                sink.flush().await?;
                liveness.wrote_since(began);
                continue;
            }
            silence = liveness.silence() => silence,
        };
        match silence {
            Silence::Ask => {
                let began = Instant::now();
                sink.send(Message::Ping(Bytes::new())).await?;
                liveness.asked_since(began);
            }
            Silence::Gone => {
                tracing::debug!("a client doesn't answer pings");
                let text = "you didn't answer a ping; nothing is lost, come back and catch up".to_owned();
                session.end(Bye { reason: ByeReason::TooSlow, text, return_after_ms: Some(1000) });
            }
        }
    }
    let frame = CloseFrame { code: close_code::NORMAL, reason: "".into() };
    // Where the client closed first, the reply is queued already and this one isn't taken; closing the sink sends
    // whichever it is (RFC 6455 section 5.5.1: a close is answered with a close).
    let _ = sink.send(Message::Close(Some(frame))).await;
    sink.close().await
}

/// Says back every message as it came.
#[cfg(feature = "test-build")]
pub(super) async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        // Pings and closes are answered by what is below.
        if matches!(message, Message::Text(_) | Message::Binary(_)) && socket.send(message).await.is_err() {
            return;
        }
    }
}
