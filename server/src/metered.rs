//! A connection as a stream, for HTTP: read no faster than its pace allows.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep_until};

use crate::link::Link;

/// Reads what was read of it already, then its socket, which waits while its client is ahead of its pace; writes to the
/// socket.
#[derive(Debug)]
pub(crate) struct Metered {
    link: Arc<Link>,
    first: Bytes,
    /// There only while it waits: an idle connection has none.
    wait: Option<Pin<Box<Sleep>>>,
}

impl Metered {
    /// A connection, of which `first` was read already, and counted.
    pub(crate) fn new(link: Arc<Link>, first: Bytes) -> Self {
        Self { link, first, wait: None }
    }
}

impl AsyncRead for Metered {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.first.is_empty() {
            let len = self.first.len().min(buf.remaining());
            buf.put_slice(&self.first[..len]);
            self.first.advance(len);
            return Poll::Ready(Ok(()));
        }
        loop {
            if let Some(wait) = &mut self.wait {
                ready!(wait.as_mut().poll(cx));
                self.wait = None;
            }
            let Some(until) = self.link.meter().ahead_until() else { break };
            self.wait = Some(Box::pin(sleep_until(until)));
        }
        loop {
            ready!(self.link.socket().poll_readable(cx))?;
            match self.link.socket().try_read(buf.initialize_unfilled()) {
                Ok(len) => {
                    buf.advance(len);
                    self.link.meter().read(len);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Metered {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.link.socket().poll_writable(cx))?;
            match self.link.socket().try_write(pieces) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => {
                    self.link.meter().written();
                    return Poll::Ready(written);
                }
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.link.socket().shut_down())
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::UnixStream;
    use tokio::time::Instant;

    use super::*;
    use crate::link;
    use crate::meter::Pace;

    /// What a client writes to, and what the server reads of it.
    fn metered(per_second: u32, burst: u32, first: &'static [u8]) -> (UnixStream, Metered) {
        let pace = NonZeroU32::new(per_second).map(|per_second| Pace { per_second, burst });
        let (client, link) = link::tests::pair(pace);
        (client, Metered::new(link, Bytes::from_static(first)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_read_at_its_pace_and_whole() {
        let (mut client, mut server) = metered(10_000, 50_000, b"");
        let sent: Vec<u8> = (0..150_000u32).map(|n| n.to_le_bytes()[0]).collect();
        let copy = sent.clone();
        let writing = tokio::spawn(async move { client.write_all(&copy).await });
        let began = Instant::now();
        let (mut got, mut piece) = (Vec::new(), [0; 1000]);
        loop {
            assert!(server.wait.is_none(), "a timer is there only while it waits");
            match server.read(&mut piece).await.unwrap() {
                0 => break,
                len => got.extend_from_slice(&piece[..len]),
            }
            let allowed = 50_000 + began.elapsed().as_millis() as usize * 10 + piece.len();
            assert!(got.len() <= allowed, "{} of {allowed}", got.len());
        }
        writing.await.unwrap().unwrap();
        assert_eq!(got, sent);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_waits() {
        let (mut client, mut server) = metered(0, 0, b"");
        client.write_all(&vec![1; 100_000]).await.unwrap();
        drop(client);
        let began = Instant::now();
        let mut got = Vec::new();
        server.read_to_end(&mut got).await.unwrap();
        assert_eq!((got.len(), began.elapsed()), (100_000, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_read_already_comes_first_and_is_not_counted_again() {
        let (mut client, mut server) = metered(1000, 995, b"GET /");
        client.write_all(&[b'x'; 995]).await.unwrap();
        drop(client);
        let mut all = Vec::new();
        server.read_to_end(&mut all).await.unwrap();
        assert!(all.starts_with(b"GET /xxx") && all.len() == 1000);
        assert_eq!(server.link.meter().ahead_until(), None, "995 bytes came, and that is the burst");
    }
}
