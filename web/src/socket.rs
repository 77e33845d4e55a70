//! The WebSocket to the page's own server.

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::future::{Either, poll_fn, select};
use futures_util::{SinkExt, StreamExt};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State};
use leptos::prelude::*;

/// What became of a socket.
pub(crate) enum Heard {
    /// It is open.
    Opened,
    /// The server sent this.
    Text(String),
    /// It could not be opened, or is gone. Nothing follows.
    Lost,
}

/// A socket that is being opened or is open. Dropping it closes it, after what was sent; it may still be heard
/// of then.
pub(crate) struct Socket {
    outgoing: UnboundedSender<String>,
}

impl Socket {
    /// Starts to open one.
    pub(crate) fn open(heard: impl Fn(Heard) + 'static) -> Self {
        let (outgoing, lines) = unbounded();
        wasm_bindgen_futures::spawn_local(run(lines, heard));
        Self { outgoing }
    }

    /// Sends a text frame. What is sent on a socket that is gone is lost; the engine sends it again.
    pub(crate) fn send(&self, text: String) {
        let _ = self.outgoing.unbounded_send(text);
    }
}

async fn run(mut lines: UnboundedReceiver<String>, heard: impl Fn(Heard)) {
    let Some(mut socket) = address().and_then(|address| WebSocket::open(&address).ok()) else {
        return heard(Heard::Lost);
    };
    // Nothing is sent before it is open, so `lines` only ends here: the socket is no longer wanted.
    let opened = select(poll_fn(|cx| socket.poll_ready_unpin(cx)), lines.next()).await;
    if matches!(opened, Either::Right(_)) {
        return;
    }
    if !matches!(socket.state(), State::Open) {
        return heard(Heard::Lost);
    }
    heard(Heard::Opened);
    loop {
        let job = match select(socket.next(), lines.next()).await {
            Either::Left((frame, _)) => Either::Left(frame),
            Either::Right((line, _)) => Either::Right(line),
        };
        match job {
            Either::Left(Some(Ok(Message::Text(text)))) => heard(Heard::Text(text)),
            // The server sends no binary frames; one of a later version means nothing here.
            Either::Left(Some(Ok(Message::Bytes(_)))) => {}
            Either::Left(Some(Err(_)) | None) => return heard(Heard::Lost),
            Either::Right(Some(line)) => {
                if socket.send(Message::Text(line)).await.is_err() {
                    return heard(Heard::Lost);
                }
            }
            Either::Right(None) => return,
        }
    }
}

/// `/ws` on the host that the page came from.
fn address() -> Option<String> {
    let location = location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}/ws", location.host().ok()?))
}
