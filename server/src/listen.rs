//! Listening, and accepting.

mod address;
mod error;
mod socket_file;
mod tcp;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream, lookup_host};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

pub use address::{Address, Listening};
pub use error::ListenError;
pub(crate) use socket_file::SocketFile;

use crate::addresses::Addresses;
use crate::connection::{self, Peer, Shared};
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
    /// Listens on an address. `unix_mode` is who may use a socket that has a path.
    ///
    /// # Errors
    /// [`ListenError`] says what to do.
    pub(crate) async fn bind(address: &Address, unix_mode: u32) -> Result<Self, ListenError> {
        let shown = address.to_string();
        match address {
            Address::Tcp(host) => {
                let listener = bind_port(host, &shown, tcp::listen).await?;
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
}

/// Accepts until the server stops; each connection is a task of `tasks`.
pub(crate) async fn accept(
    listener: StreamListener,
    shared: Arc<Shared>,
    addresses: Arc<Addresses>,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
) {
    let mut failing = false;
    loop {
        let accepted = tokio::select! {
            accepted = listener.next() => accepted,
            () = shared.stopping.cancelled() => return,
        };
        let stream = match accepted {
            Ok(accepted) => {
                failing = false;
                accepted
            }
            // That client has gone already; the next may be fine.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    tracing::error!(%error, "connections can't be accepted now");
                }
                tokio::time::sleep(BACK_OFF).await;
                continue;
            }
        };
        let peer = match &stream {
            Stream::Tcp(_, peer) => Peer::Tcp(*peer),
            Stream::Unix(_) => Peer::Unix,
        };
        let Some(counted) = addresses.count(peer.ip()) else {
            tracing::info!(%peer, "refused: its address has as many connections as it may have");
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(%peer, "refused: there are as many connections as there may be");
            continue;
        };
        if let Stream::Tcp(stream, _) = &stream
            && let Err(error) = tcp::prepare(stream)
        {
            tracing::debug!(%peer, %error, "a socket takes no options");
        }
        let shared = Arc::clone(&shared);
        // Here and not in its task: the oldest is whoever came first.
        let silent = shared.silence.enter();
        tasks.spawn(async move {
            let _held = (counted, place);
            let served = match stream {
                Stream::Tcp(stream, _) => connection::serve(stream, peer, silent, &shared).await,
                Stream::Unix(stream) => connection::serve(stream, peer, silent, &shared).await,
            };
            if let Err(error) = served {
                tracing::debug!(%peer, %error, "a connection ended");
            }
        });
    }
}
