//! A connection's stream: read no faster than its meter allows, and counted for as long as it is there.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep_until};

use crate::addresses::Admitted;
use crate::meter::Meter;

/// Reads what was put back, then the stream, which waits while its client is ahead of its pace; writes to the stream.
///
/// It holds the connection's place: a WebSocket outlives the task and the request that it came from, and its place is
/// given back when its stream goes, whatever ends it.
#[derive(Debug)]
pub(crate) struct Metered<S> {
    stream: S,
    first: Bytes,
    meter: Arc<Meter>,
    /// There only while it waits: an idle connection has none.
    wait: Option<Pin<Box<Sleep>>>,
    _admitted: Admitted,
}

impl<S> Metered<S> {
    /// A stream that was accepted.
    pub(crate) fn new(stream: S, meter: Arc<Meter>, admitted: Admitted) -> Self {
        Self { stream, first: Bytes::new(), meter, wait: None, _admitted: admitted }
    }

    /// Its account.
    pub(crate) fn meter(&self) -> &Arc<Meter> {
        &self.meter
    }

    /// Puts back all that was read of it: it comes again, and has been counted already.
    pub(crate) fn put_back(&mut self, first: Bytes) {
        self.first = first;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
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
            let Some(until) = self.meter.ahead_until() else { break };
            self.wait = Some(Box::pin(sleep_until(until)));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.meter.read(buf.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.meter.written();
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, bufs))?;
        self.meter.written();
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::Instant;

    use super::*;
    use crate::meter::Pace;

    /// What a client writes to, and what the server reads of it.
    fn metered(per_second: u32, burst: u32) -> (tokio::io::DuplexStream, Metered<tokio::io::DuplexStream>) {
        let (client, server) = tokio::io::duplex(1 << 20);
        let pace = NonZeroU32::new(per_second).map(|per_second| Pace { per_second, burst });
        (client, Metered::new(server, Meter::new(pace), Admitted::for_test()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_read_at_its_pace_and_whole() {
        let (mut client, mut server) = metered(10_000, 50_000);
        let sent: Vec<u8> = (0..150_000u32).map(|n| n.to_le_bytes()[0]).collect();
        client.write_all(&sent).await.unwrap();
        drop(client);
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
        assert_eq!(got, sent);
        assert!(began.elapsed() <= Duration::from_millis(10_100), "{:?}", began.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_limit_nothing_waits() {
        let (mut client, mut server) = metered(0, 0);
        client.write_all(&vec![1; 1 << 20]).await.unwrap();
        drop(client);
        let began = Instant::now();
        let mut got = Vec::new();
        server.read_to_end(&mut got).await.unwrap();
        assert_eq!((got.len(), began.elapsed()), (1 << 20, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_put_back_comes_first_and_counts_once() {
        let (mut client, mut server) = metered(1000, 1000);
        client.write_all(b"GET /").await.unwrap();
        let mut first = [0; 5];
        server.read_exact(&mut first).await.unwrap();
        server.put_back(Bytes::copy_from_slice(&first));
        client.write_all(&[b'x'; 995]).await.unwrap();
        drop(client);
        let mut all = Vec::new();
        server.read_to_end(&mut all).await.unwrap();
        assert!(all.starts_with(b"GET /xxx") && all.len() == 1000);
        assert_eq!(server.meter().ahead_until(), None, "1,000 bytes came, and that is the burst");
    }
}
