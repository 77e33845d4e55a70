//! Listening, and accepting.

mod address;
mod error;
mod outage;
mod refusals;
mod socket_file;
mod tcp;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream, lookup_host};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

pub use address::{Address, Listening};
pub use error::ListenError;
pub(crate) use socket_file::SocketFile;

use self::outage::Outage;
use self::refusals::Refusals;
use crate::addresses::{Addresses, Admitted};
use crate::connection::{self, Arrival, Peer, Shared};
use crate::link::Link;
use crate::meter::Meter;
use crate::metrics::TurnedAway;
use crate::socket;
use crate::transport::datagrams::Datagrams;

/// Connections that the system keeps until they are accepted.
const BACKLOG: i32 = 1024;

/// How long accepting pauses where the system has nothing left to accept with.
const BACK_OFF: Duration = Duration::from_millis(100);

/// Something that is listened on.
#[derive(Debug)]
pub(crate) enum Listener {
    Streams(StreamListener),
    Datagrams(Datagrams),
}

/// What brings connections.
#[derive(Debug)]
pub(crate) enum StreamListener {
    Tcp(TcpListener),
    Unix(UnixListener, SocketFile),
}

impl Listener {
    /// Listens on an address. `unix_mode` is who may use a socket that has a path, `patience` how long a TCP client may be
    /// silent before it is asked whether it is there.
    ///
    /// # Errors
    /// [`ListenError`] says what to do.
    pub(crate) async fn bind(address: &Address, unix_mode: u32, patience: Duration) -> Result<Self, ListenError> {
        let shown = address.to_string();
        match address {
            Address::Tcp(host) => {
                let listener = bind_port(host, &shown, |address| tcp::listen(address, patience)).await?;
                Ok(Self::Streams(StreamListener::Tcp(listener)))
            }
            Address::Udp(host) => {
                let socket = bind_port(host, &shown, udp).await?;
                Datagrams::udp(socket).map(Self::Datagrams).map_err(|error| ListenError::Other(shown, error))
            }
            Address::Unix(path) => {
                let (socket, file) = socket_file::claim(path, Type::STREAM, unix_mode, &shown)?;
                let listener =
                    UnixListener::from_std(socket.into()).map_err(|error| ListenError::Other(shown, error))?;
                Ok(Self::Streams(StreamListener::Unix(listener, file)))
            }
            Address::Unixgram(path) => {
                let (socket, file) = socket_file::claim(path, Type::DGRAM, unix_mode, &shown)?;
                let bound = Datagrams::unix(socket.into(), file);
                bound.map(Self::Datagrams).map_err(|error| ListenError::Other(shown, error))
            }
        }
    }

    /// Where that is.
    ///
    /// # Errors
    /// The system's, where it doesn't say which port that is.
    pub(crate) fn listening(&self) -> io::Result<Listening> {
        match self {
            Self::Streams(StreamListener::Tcp(listener)) => listener.local_addr().map(Listening::Tcp),
            Self::Streams(StreamListener::Unix(_, file)) => Ok(Listening::Unix(file.path().to_owned())),
            Self::Datagrams(datagrams) => datagrams.listening(),
        }
    }
}

async fn bind_port<T>(
    address: &str,
    shown: &str,
    listen: impl Fn(SocketAddr) -> io::Result<T>,
) -> Result<T, ListenError> {
    let no_such_host = |error| ListenError::NoSuchHost(shown.to_owned(), error);
    let mut found = lookup_host(address).await.map_err(no_such_host)?;
    let resolved = found.next().ok_or_else(|| no_such_host(io::Error::from(io::ErrorKind::NotFound)))?;
    let bound = listen(resolved).or_else(|error| {
        // A machine without IPv6 can't do [::], and means all addresses all the same.
        let everywhere = resolved.is_ipv6() && resolved.ip().is_unspecified();
        if everywhere && error.kind() != io::ErrorKind::AddrInUse {
            listen(SocketAddr::from(([0, 0, 0, 0], resolved.port())))
        } else {
            Err(error)
        }
    });
    bound.map_err(|error| ListenError::port(shown.to_owned(), error))
}

/// Without `SO_REUSEADDR`, with which another program could take the datagrams.
fn udp(address: SocketAddr) -> io::Result<std::net::UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

enum Stream {
    Tcp(TcpStream, SocketAddr),
    Unix(UnixStream),
}

impl StreamListener {
    async fn next(&self) -> io::Result<Stream> {
        match self {
            Self::Tcp(listener) => listener.accept().await.map(|(stream, peer)| Stream::Tcp(stream, peer)),
            Self::Unix(listener, _) => listener.accept().await.map(|(stream, _)| Stream::Unix(stream)),
        }
    }

    /// Whether nobody but this machine reaches it, by its address.
    fn on_loopback(&self) -> bool {
        match self {
            Self::Tcp(listener) => listener.local_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback()),
            Self::Unix(..) => false,
        }
    }
}

/// Accepts until the server stops; each connection is a task of its own.
pub(crate) async fn accept(
    listener: StreamListener,
    shared: Arc<Shared>,
    addresses: Arc<Addresses>,
    places: Arc<Semaphore>,
) {
    let on_loopback = listener.on_loopback();
    let connections = &shared.metrics.connections;
    let (mut outage, mut refusals) = (Outage::default(), Refusals::default());
    loop {
        let accepted = tokio::select! {
            accepted = listener.next() => accepted,
            () = outage.over() => continue,
            () = shared.stopping.cancelled() => return,
        };
        let stream = match accepted {
            Ok(accepted) => {
                outage.accepted();
                accepted
            }
            // That client has gone already; the next may be fine.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                outage.failed(&error);
                connections.accept_failures.inc();
                tokio::time::sleep(BACK_OFF).await;
                continue;
            }
        };
        let peer = match &stream {
            Stream::Tcp(_, peer) => Peer::Tcp(*peer),
            Stream::Unix(_) => Peer::Unix,
        };
        let arrival = Arrival { peer, on_loopback };
        let Some(counted) = addresses.count(peer.ip()) else {
            refusals.refuse(peer, "its address has as many connections as it may have");
            connections.turned_away(TurnedAway::AddressFull);
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            refusals.refuse(peer, "there are as many connections as there may be");
            connections.turned_away(TurnedAway::Full);
            continue;
        };
        let shared = Arc::clone(&shared);
        // Here and not in its task: the oldest is whoever came first.
        let silent = shared.silence.enter();
        let (admitted, meter) = (Admitted::new(counted, place), Meter::new(shared.bounds.pace));
        let id = shared.last.fetch_add(1, Ordering::Relaxed) + 1;
        let span = tracing::info_span!("connection", id, %peer, dialect = tracing::field::Empty);
        let socket = match stream {
            Stream::Tcp(stream, _) => {
                if let Err(error) = tcp::prepare(&stream, shared.bounds.ping_after) {
                    tracing::debug!(%error, "a socket takes no options");
                }
                socket::Socket::Tcp(stream)
            }
            Stream::Unix(stream) => socket::Socket::Unix(stream),
        };
        let link = Link::new(socket, meter, admitted);
        let tasks = shared.tasks.clone();
        let serving = async move { connection::ended(connection::serve(link, arrival, silent, shared).await) };
        tasks.spawn(serving.instrument(span));
        // One at a time: thousands may be waiting, and whoever is in talks meanwhile.
        tokio::task::yield_now().await;
    }
}
