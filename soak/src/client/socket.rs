//! A connection that speaks JSON, in either way.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use partyline_shared::codec::json::{decode_event, encode_command};
use partyline_shared::{Command, Event};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::history::Dialect;
use crate::wire::Lines;

/// JSON lines or WebSocket.
#[derive(Debug)]
pub(super) enum Socket {
    Lines(Lines),
    Web(Box<WebSocketStream<TcpStream>>),
}

impl Socket {
    /// Connects.
    ///
    /// # Errors
    /// The socket's, and the handshake's.
    pub(super) async fn open(dialect: Dialect, address: SocketAddr) -> Result<Self> {
        if dialect != Dialect::Web {
            return Ok(Self::Lines(Lines::connect(address).await?));
        }
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (socket, _) = client_async(format!("ws://{address}/ws"), stream).await?;
        Ok(Self::Web(Box::new(socket)))
    }

    /// Sends a command. Where that can't be done the connection is gone, and the server may have said why before it
    /// went: that is for [`Socket::next`] to find out.
    pub(super) async fn send(&mut self, command: &Command) {
        let text = encode_command(command);
        let _ = match self {
            Self::Lines(lines) => lines.writer.write_all(format!("{text}\n").as_bytes()).await.is_ok(),
            Self::Web(socket) => socket.send(Message::text(text)).await.is_ok(),
        };
    }

    /// What the server says next; `None` where the connection is gone. May be given up and called again.
    ///
    /// # Errors
    /// What isn't an event: the server says only what it means.
    pub(super) async fn next(&mut self) -> Result<Option<Event>> {
        let read = |text: &str| decode_event(text).with_context(|| format!("this is no event: {text}"));
        match self {
            Self::Lines(lines) => match lines.reader.line().await {
                Ok(Some(line)) => read(std::str::from_utf8(line)?).map(Some),
                Ok(None) | Err(_) => Ok(None),
            },
            Self::Web(socket) => loop {
                match socket.next().await {
                    Some(Ok(Message::Text(text))) => return read(&text).map(Some),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
                    Some(Ok(_)) => {}
                }
            },
        }
    }

    /// Says nothing more and doesn't listen, to the end.
    pub(super) async fn turn_deaf(mut self) {
        let told = match &mut self {
            Self::Lines(lines) => lines.writer.shutdown().await.is_ok(),
            Self::Web(socket) => socket.send(Message::Close(None)).await.is_ok(),
        };
        // Whatever is wrong with what it doesn't listen to, it doesn't hear.
        while told && matches!(self.next().await, Ok(Some(_))) {}
    }

    /// After the server's last word: whether the connection is then closed as its dialect has it.
    pub(super) async fn closes_well(mut self) -> bool {
        match &mut self {
            Self::Lines(lines) => matches!(lines.reader.line().await, Ok(None)),
            Self::Web(socket) => matches!(socket.next().await, Some(Ok(Message::Close(_)))),
        }
    }
}
