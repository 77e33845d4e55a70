//! A connection that speaks JSON over WebSocket, as the page has it.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// JSON objects in text frames.
#[derive(Debug)]
pub struct Frames {
    socket: WebSocketStream<TcpStream>,
}

impl Frames {
    /// Connects.
    ///
    /// # Errors
    /// The socket's, and where the server answers with anything but a WebSocket.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        Self::over(TcpStream::connect(address).await?).await
    }

    /// Makes a WebSocket of a connection.
    ///
    /// # Errors
    /// As for [`Frames::connect`].
    pub async fn over(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        let url = format!("ws://{}/ws", stream.peer_addr()?);
        let (socket, _) = tokio_tungstenite::client_async(url, stream).await?;
        Ok(Self { socket })
    }

    /// Says hello and enters a room.
    ///
    /// # Errors
    /// The socket's, and where the server refuses.
    pub async fn enter(&mut self, nick: &str, room: &str) -> Result<()> {
        self.send(&json!({"type": "hello", "nick": nick})).await?;
        self.send(&json!({"type": "join", "room": room})).await?;
        self.event("joined").await?;
        Ok(())
    }

    /// Sends a command.
    ///
    /// # Errors
    /// The socket's.
    pub async fn send(&mut self, command: &Value) -> Result<()> {
        self.say(command.to_string()).await
    }

    /// Sends a text.
    ///
    /// # Errors
    /// The socket's.
    pub async fn say(&mut self, text: String) -> Result<()> {
        Ok(self.socket.send(Message::text(text)).await?)
    }

    /// The next text; `None` once the server has closed.
    ///
    /// # Errors
    /// The socket's.
    pub async fn text(&mut self) -> Result<Option<Utf8Bytes>> {
        loop {
            match self.socket.next().await.transpose()? {
                Some(Message::Text(text)) => return Ok(Some(text)),
                Some(Message::Close(_)) | None => return Ok(None),
                Some(_) => {}
            }
        }
    }

    /// The next event of this type; others before it are passed over.
    ///
    /// # Errors
    /// The socket's, its end, and what isn't JSON.
    pub async fn event(&mut self, kind: &str) -> Result<Value> {
        loop {
            let text = self.text().await?.with_context(|| format!("the connection ended before {kind}"))?;
            let event: Value = serde_json::from_str(&text)?;
            if event["type"] == kind {
                return Ok(event);
            }
        }
    }
}
