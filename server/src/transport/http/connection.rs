//! One HTTP connection: its bounds in time and size. What its requests get is the router's.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument as _, Span};

use crate::connection::Arrival;
use crate::link::Link;
use crate::meter::{Meter, REQUEST};
use crate::metered::Metered;

/// HTTP/2 streams of one connection.
const STREAMS: u32 = 64;

/// A request's head, and what is read ahead of it. Browsers' are a few KiB.
const HEAD_BYTES: usize = 64 * 1024;

/// For how many times as long as a head may take nothing may move at all.
const IDLE_FACTOR: u32 = 3;

/// Serves one connection to its end, or until a WebSocket comes of it, which is a task of its own. Each request carries
/// its [`Arrival`] and its connection's [`Link`]. `first` is what was read of it already.
///
/// # Errors
/// What the socket says.
pub(crate) async fn serve(
    link: Arc<Link>,
    first: Bytes,
    arrival: Arrival,
    router: Router,
    head_within: Duration,
    stopping: CancellationToken,
) -> io::Result<()> {
    let mut builder = auto::Builder::new(InSpan(Span::current()));
    builder
        .http1()
        // Without a timer hyper enforces no timeout at all, and a client may take for ever over its head.
        .timer(TokioTimer::new())
        .header_read_timeout(head_within)
        .max_buf_size(HEAD_BYTES)
        // A raw client shuts its side after the request, and still wants the response.
        .half_close(true)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS);
    let (router, account) = (TowerToHyperService::new(router), Arc::clone(&link));
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        account.meter().charge(REQUEST);
        request.extensions_mut().insert(arrival);
        request.extensions_mut().insert(Arc::clone(&account));
        router.call(request)
    });
    let connection =
        builder.serve_connection_with_upgrades(TokioIo::new(Metered::new(Arc::clone(&link), first)), service);
    tokio::pin!(connection);
    let mut stops = false;
    loop {
        tokio::select! {
            served = &mut connection => return served.map_err(io::Error::other),
            () = stopping.cancelled(), if !stops => {
                stops = true;
                connection.as_mut().graceful_shutdown();
            }
            () = idle(link.meter(), head_within * IDLE_FACTOR) => {
                tracing::debug!("nothing moves any more");
                return Ok(());
            }
        }
    }
}

/// Waits until nothing has come or gone for so long.
///
/// The time for a head bounds what HTTP/1 clients say, and the pauses between their requests. This bounds the rest: a
/// preface of HTTP/2 that doesn't go on, its pauses, and a response that nobody takes.
async fn idle(meter: &Meter, patience: Duration) {
    loop {
        let until = meter.moved() + patience;
        if until <= Instant::now() {
            return;
        }
        tokio::time::sleep_until(until).await;
    }
}

/// Runs HTTP/2's requests, which are tasks of their own, as part of their connection in the log on stderr.
#[derive(Clone, Debug)]
struct InSpan(Span);

impl<F> Executor<F> for InSpan
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, request: F) {
        tokio::spawn(request.instrument(self.0.clone()));
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use socket2::SockRef;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::UnixStream;

    use super::*;
    use crate::connection::Peer;
    use crate::link;
    use crate::socket::Socket;

    const HEAD: Duration = Duration::from_secs(10);

    /// Much more than the system holds for a client.
    const BODY: usize = 4 << 20;

    /// A client that has asked for so much, and what serves it.
    async fn asked() -> (UnixStream, impl Future<Output = io::Result<()>>) {
        let (mut client, link) = link::tests::pair(None);
        if let Socket::Unix(stream) = link.socket() {
            SockRef::from(stream).set_send_buffer_size(16 * 1024).unwrap();
        }
        client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
        let router = Router::new().route("/", get(async || "x".repeat(BODY)));
        let arrival = Arrival { peer: Peer::Unix, on_loopback: false };
        (client, serve(link, Bytes::new(), arrival, router, HEAD, CancellationToken::new()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_that_nobody_takes_ends_the_connection() {
        let (_client, serving) = asked().await;
        let began = Instant::now();
        tokio::time::timeout(HEAD * 100, serving).await.expect("it ends").unwrap();
        assert_eq!(began.elapsed(), HEAD * IDLE_FACTOR);
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_may_be_taken_slowly() {
        let (mut client, serving) = asked().await;
        let serving = tokio::spawn(serving);
        let (mut taken, mut piece) = (0, vec![0; 64 * 1024]);
        loop {
            match client.read(&mut piece).await.unwrap() {
                0 => break,
                len => taken += len,
            }
            tokio::time::sleep(HEAD * 2).await;
        }
        assert!(taken > BODY, "{taken}");
        serving.await.unwrap().unwrap();
    }
}
