//! One connection, from its first byte: which dialect it speaks, and who serves it.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use axum::Router;
use bytes::{Bytes, BytesMut};
use partyline_shared::Via;
use partyline_shared::codec::{Dialect, sniff};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument as _, Span};

use crate::config::Bounds;
use crate::hub_task::HubHandle;
use crate::link::Link;
use crate::metrics::{Metrics, Speaks, TurnedAway};
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

/// How a connection came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    /// From where.
    pub(crate) peer: Peer,
    /// The listener is bound to an address that nobody but this machine reaches.
    pub(crate) on_loopback: bool,
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
    /// Where the server counts what it does.
    pub(crate) metrics: Arc<Metrics>,
    /// What serves connections.
    pub(crate) tasks: TaskTracker,
    /// How many connections there have been, by which they are told apart in the log on stderr.
    pub(crate) last: AtomicU64,
}

/// Serves one connection to its end. It has a `place` among the silent until it says something.
///
/// # Errors
/// What the socket says.
pub(crate) async fn serve(link: Arc<Link>, arrival: Arrival, place: Place, shared: Arc<Shared>) -> io::Result<()> {
    let connections = &shared.metrics.connections;
    let silent = connections.open(Speaks::Nothing);
    let Some(First { bytes, dialect, at_end }) = first_words(&link, &place, &shared).await? else { return Ok(()) };
    drop((place, silent));
    let open = speaks(dialect).map(|speaks| connections.open(speaks));
    Span::current().record("dialect", name(dialect));
    tracing::debug!("a connection speaks");
    let bounds = &shared.bounds;
    match dialect {
        Dialect::Http => {
            let (router, stopping) = (shared.router.clone(), shared.stopping.clone());
            let _open = open;
            // In a box: a connection that has said nothing would hold room for it.
            Box::pin(http::serve(link, bytes, arrival, router, bounds.hello_within, stopping)).await
        }
        // Tasks of their own: this one goes, and with it what only the first words needed.
        Dialect::Json => {
            let connection = Arc::clone(&shared);
            go_on(&shared, async move {
                let _open = open;
                json_lines::serve(link, bytes, &connection.hub, connection.bounds.json_bytes).await
            });
            Ok(())
        }
        Dialect::Plain => {
            let (connection, via) = (Arc::clone(&shared), arrival.peer.via());
            go_on(&shared, async move {
                let _open = open;
                let (hub, max_line, room) = (&connection.hub, connection.bounds.line_bytes, &connection.default_room);
                plain::serve(link, bytes, at_end, via, hub, max_line, room).await
            });
            Ok(())
        }
        Dialect::Tls => {
            tracing::debug!("a TLS client: this server has no TLS yet");
            connections.turned_away(TurnedAway::NotSpokenHere);
            turn_away(&link, TLS_ALERT).await
        }
        Dialect::Irc => {
            tracing::debug!("an IRC client: this server speaks no IRC yet");
            connections.turned_away(TurnedAway::NotSpokenHere);
            turn_away(&link, NO_IRC).await
        }
    }
}

/// Goes on with a connection in a task of its own.
fn go_on(shared: &Shared, serving: impl Future<Output = io::Result<()>> + Send + 'static) {
    // In a box: what wraps it would hold room for it twice, once for its start.
    let mut serving = Box::pin(serving);
    let serving = async move { ended(serving.as_mut().await) };
    shared.tasks.spawn(serving.instrument(Span::current()));
}

/// Notes how a connection ended.
pub(crate) fn ended(served: io::Result<()>) {
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended");
    }
}

/// A dialect's name in the log on stderr.
fn name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Http => "http",
        Dialect::Json => "json",
        Dialect::Tls => "tls",
        Dialect::Irc => "irc",
        Dialect::Plain => "plain",
    }
}

/// What it is counted as, if it is served.
fn speaks(dialect: Dialect) -> Option<Speaks> {
    match dialect {
        Dialect::Http => Some(Speaks::Http),
        Dialect::Json => Some(Speaks::Json),
        Dialect::Plain => Some(Speaks::Plain),
        Dialect::Tls | Dialect::Irc => None,
    }
}

struct First {
    bytes: Bytes,
    dialect: Dialect,
    at_end: bool,
}

/// Reads until it is clear which dialect this is. We speak when spoken to: nothing is said before.
async fn first_words(link: &Link, place: &Place, shared: &Shared) -> io::Result<Option<First>> {
    let bounds = &shared.bounds;
    let opened = Instant::now();
    let mut bytes = BytesMut::new();
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
            // Whoever has spoken isn't silent, even where its place is lost at that moment.
            biased;
            read = link.receive(|came| bytes.extend_from_slice(came)) => read? == 0,
            () = tokio::time::sleep_until(until) => {
                if then.is_none() {
                    shared.metrics.connections.turned_away(TurnedAway::SilentTooLong);
                }
                return Ok(then.map(|dialect| First { bytes: bytes.freeze(), dialect, at_end: false }));
            }
            () = place.lost(), if bytes.is_empty() => {
                shared.metrics.connections.turned_away(TurnedAway::SilentEvicted);
                return Ok(None);
            }
            () = shared.stopping.cancelled() => return Ok(None),
        };
        if at_end {
            let said = !bytes.is_empty();
            return Ok(said.then_some(First { bytes: bytes.freeze(), dialect: Dialect::Plain, at_end }));
        }
        if let Some(dialect) = sniff(&bytes) {
            return Ok(Some(First { bytes: bytes.freeze(), dialect, at_end }));
        }
    }
}

async fn turn_away(link: &Link, why: &[u8]) -> io::Result<()> {
    link.send(why).await?;
    link.hang_up().await
}
