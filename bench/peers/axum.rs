//! A chat as axum's example has it: a broadcast channel, and for each client a task that writes what comes from it, another that reads.
//! Measured beside Partyline; a room is a path.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::any;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::broadcast;

/// Messages that a reader may lag behind. One that lags by more has lost some, and is cut off, so that it shows.
const CAPACITY: usize = 1024;

/// Who said it, and what: clients don't hear their own.
type Said = (u64, Utf8Bytes);

/// Rooms are kept for ever: a run has few.
#[derive(Default)]
struct Rooms {
    by_name: Mutex<HashMap<String, broadcast::Sender<Said>>>,
    clients: AtomicU64,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    // A bound on open files that only those who ask get past is no bound on servers.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let app = Router::new().route("/{room}", any(enter)).with_state(Arc::<Rooms>::default());
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    writeln!(std::io::stdout(), "listening on {}", listener.local_addr()?)?;
    axum::serve(listener, app).await
}

async fn enter(upgrade: WebSocketUpgrade, Path(room): Path<String>, State(rooms): State<Arc<Rooms>>) -> Response {
    let room = {
        let mut by_name = rooms.by_name.lock().unwrap_or_else(PoisonError::into_inner);
        by_name.entry(room).or_insert_with(|| broadcast::Sender::new(CAPACITY)).clone()
    };
    // Before the handshake is answered: whoever has the answer gets what is said from then on.
    let said = room.subscribe();
    let me = rooms.clients.fetch_add(1, Ordering::Relaxed);
    upgrade.on_upgrade(move |socket| chat(socket, me, room, said))
}

async fn chat(socket: WebSocket, me: u64, room: broadcast::Sender<Said>, mut said: broadcast::Receiver<Said>) {
    let (mut sender, mut receiver) = socket.split();
    let mut write = tokio::spawn(async move {
        while let Ok((from, text)) = said.recv().await {
            if from != me && sender.send(Message::Text(text)).await.is_err() {
                break;
            }
        }
    });
    let mut read = tokio::spawn(async move {
        while let Some(Ok(Message::Text(text))) = receiver.next().await {
            // Fails where nobody is there to hear it.
            let _ = room.send((me, text));
        }
    });
    tokio::select! {
        _ = &mut write => read.abort(),
        _ = &mut read => write.abort(),
    }
}
