//! A connection to a web server: one request goes out, bytes come back.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::error::GetError;
use super::target::Target;
use super::tls;
use crate::connect::tcp;

/// What is read at a time.
const BUFFER: usize = 16 << 10;

trait Duplex: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Duplex for T {}

/// An open connection.
pub(crate) struct Wire {
    stream: Box<dyn Duplex>,
    place: String,
    timeout: Duration,
    buffer: Vec<u8>,
    /// With whom it is, for people.
    pub(crate) peer: String,
}

impl Wire {
    /// Connects, with TLS where the target says so, within `timeout`. Later, no wait for bytes is longer than that.
    ///
    /// # Errors
    /// No connection; no secure one; too late.
    pub(crate) async fn open(target: &Target, timeout: Duration) -> Result<Self, GetError> {
        let place = target.host_port();
        let opening = async {
            let stream = tcp(&place).await?;
            let mut peer = stream.peer_addr().map_or_else(|_| place.to_string(), |peer| peer.to_string());
            let stream: Box<dyn Duplex> = if target.is_secure() {
                let stream = tls::secure(stream, &place.host).await?;
                peer.push_str(&format!(", {}", tls::version(&stream)));
                Box::new(stream)
            } else {
                Box::new(stream)
            };
            Ok((stream, peer))
        };
        match tokio::time::timeout(timeout, opening).await {
            Ok(Ok((stream, peer))) => {
                Ok(Self { stream, place: place.to_string(), timeout, buffer: vec![0; BUFFER], peer })
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(GetError::Unconnected(place.to_string(), timeout)),
        }
    }

    /// Sends the request. The server isn't told that nothing more comes: some take that for a client that has gone.
    ///
    /// # Errors
    /// The connection broke, or the server takes nothing.
    pub(crate) async fn send(&mut self, request: &str) -> Result<(), GetError> {
        let sending = async {
            self.stream.write_all(request.as_bytes()).await?;
            self.stream.flush().await
        };
        match tokio::time::timeout(self.timeout, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(GetError::Broken(self.place.clone(), error)),
            Err(_) => Err(GetError::Silent(self.place.clone(), self.timeout)),
        }
    }

    /// The next bytes; none where the server has closed.
    ///
    /// # Errors
    /// The connection broke, or nothing came for too long.
    pub(crate) async fn read(&mut self) -> Result<&[u8], GetError> {
        match tokio::time::timeout(self.timeout, self.stream.read(&mut self.buffer)).await {
            Ok(Ok(count)) => Ok(&self.buffer[..count]),
            // TLS says when it is over. Where it doesn't, somebody else may have cut the connection (RFC 9112
            // section 9.8).
            Ok(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(GetError::Truncated(self.place.clone()))
            }
            Ok(Err(error)) => Err(GetError::Broken(self.place.clone(), error)),
            Err(_) => Err(GetError::Silent(self.place.clone(), self.timeout)),
        }
    }
}
