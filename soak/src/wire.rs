//! A connection that speaks JSON lines, as a bot has it.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use bytes::{Buf, BytesMut};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// JSON lines over TCP, both halves.
#[derive(Debug)]
pub struct Lines {
    /// What comes.
    pub reader: LineReader,
    /// What is sent.
    pub writer: OwnedWriteHalf,
}

/// What comes, a line at a time.
#[derive(Debug)]
pub struct LineReader {
    half: OwnedReadHalf,
    buffer: BytesMut,
    /// Bytes of the buffer that were the last line.
    taken: usize,
}

impl Lines {
    /// Connects.
    ///
    /// # Errors
    /// The socket's.
    pub async fn connect(address: SocketAddr) -> Result<Self> {
        Self::over(TcpStream::connect(address).await?)
    }

    /// Takes a connection.
    ///
    /// # Errors
    /// The socket's.
    pub fn over(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        let (half, writer) = stream.into_split();
        let reader = LineReader { half, buffer: BytesMut::with_capacity(4096), taken: 0 };
        Ok(Self { reader, writer })
    }

    /// Connects, says hello and enters a room.
    ///
    /// # Errors
    /// The socket's, and where the server refuses.
    pub async fn join(address: SocketAddr, nick: &str, room: &str) -> Result<Self> {
        let mut lines = Self::connect(address).await?;
        lines.send(&json!({"type": "hello", "nick": nick})).await?;
        lines.send(&json!({"type": "join", "room": room})).await?;
        lines.event("joined").await?;
        Ok(lines)
    }

    /// Sends a command.
    ///
    /// # Errors
    /// The socket's.
    pub async fn send(&mut self, command: &Value) -> Result<()> {
        Ok(self.writer.write_all(format!("{command}\n").as_bytes()).await?)
    }

    /// The next event of this type; others before it are passed over.
    ///
    /// # Errors
    /// The socket's, its end, and what isn't JSON.
    pub async fn event(&mut self, kind: &str) -> Result<Value> {
        loop {
            let line = self.reader.line().await?.with_context(|| format!("the connection ended before {kind}"))?;
            let event: Value = serde_json::from_slice(line)?;
            if event["type"] == kind {
                return Ok(event);
            }
        }
    }
}

impl LineReader {
    /// Whether another line has been read already.
    pub fn has_line(&self) -> bool {
        self.buffer[self.taken..].contains(&b'\n')
    }

    /// The next line, without its end; `None` at the end of the stream.
    ///
    /// # Errors
    /// The socket's.
    pub async fn line(&mut self) -> Result<Option<&[u8]>> {
        self.buffer.advance(std::mem::take(&mut self.taken));
        let mut searched = 0;
        loop {
            if let Some(end) = self.buffer[searched..].iter().position(|&byte| byte == b'\n') {
                let end = searched + end;
                self.taken = end + 1;
                return Ok(Some(&self.buffer[..end]));
            }
            searched = self.buffer.len();
            if self.half.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }
}
