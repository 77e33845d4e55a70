//! One connection, from its first byte: which dialect it speaks, and who serves it.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use bytes::BytesMut;
use partyline_shared::Via;
use partyline_shared::codec::{Dialect, sniff};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::config::Bounds;
use crate::hub_task::HubHandle;
use crate::silence::{Place, Silence};
use crate::transport::{http, json_lines, plain};

/// A TLS alert, fatal, `handshake_failure` (RFC 8446 section 6): what a client that speaks TLS understands.
const TLS_ALERT: &[u8] = &[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28];

/// What an IRC client shows its person.
const NO_IRC: &[u8] = b"ERROR :This server does not speak IRC yet. Use nc (just type), JSON lines, or a browser.\r\n";

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Peer {
    /// An address.
    Tcp(SocketAddr),
    /// This machine.
    Unix,
}

impl Peer {
    /// The address that it is counted under, if it has one.
    pub(crate) fn ip(self) -> Option<IpAddr> {
        match self {
            Self::Tcp(address) => Some(address.ip()),
            Self::Unix => None,
        }
    }

    /// The door that plain text from there comes through.
    fn via(self) -> Via {
        match self {
            Self::Tcp(_) => Via::Tcp,
            Self::Unix => Via::Unix,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix => f.write_str("unix"),
        }
    }
}

/// What connections need of the server.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The hub.
    pub(crate) hub: HubHandle,
    /// What is served over HTTP.
    pub(crate) router: Router,
    /// Bounds of the connections.
    pub(crate) bounds: Bounds,
    /// The room that newcomers are led to.
    pub(crate) default_room: String,
    /// Those who have said nothing.
    pub(crate) silence: Arc<Silence>,
    /// The server stops.
    pub(crate) stopping: CancellationToken,
}

/// Serves one connection to its end. It has a `place` among the silent until it says something.
///
/// # Errors
/// What the socket says.
pub(crate) async fn serve<S>(mut stream: S, peer: Peer, place: Place, shared: &Shared) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Some(First { bytes, dialect, at_end }) = first_words(&mut stream, &place, shared).await? else { return Ok(()) };
    drop(place);
    tracing::debug!(%peer, ?dialect, "a connection speaks");
    let bounds = &shared.bounds;
    match dialect {
        Dialect::Http => {
            let (router, stopping) = (shared.router.clone(), shared.stopping.clone());
            http::serve(stream, bytes.freeze(), router, bounds.hello_within, stopping).await
        }
        Dialect::Json => json_lines::serve(stream, bytes, &shared.hub, bounds.json_bytes).await,
        Dialect::Plain => {
            let (hub, max_line, room) = (&shared.hub, bounds.line_bytes, &shared.default_room);
            plain::serve(stream, bytes, at_end, peer.via(), hub, max_line, room).await
        }
        Dialect::Tls => {
            tracing::info!(%peer, "a TLS client: this server has no TLS yet");
            turn_away(stream, TLS_ALERT).await
        }
        Dialect::Irc => {
            tracing::info!(%peer, "an IRC client: this server speaks no IRC yet");
            turn_away(stream, NO_IRC).await
        }
    }
}

struct First {
    bytes: BytesMut,
    dialect: Dialect,
    at_end: bool,
}

/// Reads until it is clear which dialect this is. We speak when spoken to: nothing is said before.
async fn first_words(
    stream: &mut (impl AsyncRead + Unpin),
    place: &Place,
    shared: &Shared,
) -> io::Result<Option<First>> {
    let bounds = &shared.bounds;
    let opened = Instant::now();
    let mut bytes = BytesMut::with_capacity(1024);
    loop {
        let (until, then) = if bytes.is_empty() {
            match bounds.greet_after {
                Some(patience) => (opened + patience, Some(Dialect::Plain)),
                None => (opened + bounds.silent_for, None),
            }
        } else {
            // Whoever pauses inside a word that could become something else is a person, or never ends lines.
            (Instant::now() + plain::SILENCE, Some(Dialect::Plain))
        };
        let at_end = tokio::select! {
            read = stream.read_buf(&mut bytes) => read? == 0,
            () = tokio::time::sleep_until(until) => {
                return Ok(then.map(|dialect| First { bytes, dialect, at_end: false }));
            }
            () = place.lost(), if bytes.is_empty() => return Ok(None),
            () = shared.stopping.cancelled() => return Ok(None),
        };
        if at_end {
            let said = !bytes.is_empty();
            return Ok(said.then_some(First { bytes, dialect: Dialect::Plain, at_end }));
        }
        if let Some(dialect) = sniff(&bytes) {
            return Ok(Some(First { bytes, dialect, at_end }));
        }
    }
}

async fn turn_away(mut stream: impl AsyncRead + AsyncWrite + Unpin, why: &[u8]) -> io::Result<()> {
    stream.write_all(why).await?;
    stream.shutdown().await?;
    // What the client has said is read, or the reset could overtake the answer.
    let mut scratch = [0; 1024];
    let _ = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut scratch)).await;
    Ok(())
}
