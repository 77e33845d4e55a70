//! Listening, and accepting.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::addresses::Addresses;
use crate::connection::{self, Shared};

/// Connections that the system keeps until they are accepted.
const BACKLOG: i32 = 1024;

/// How long accepting pauses where the system has nothing left to accept with.
const BACK_OFF: Duration = Duration::from_millis(100);

/// A silent client is asked after a minute whether it is there, and given up a minute later: a silent `nc` still
/// reads after hours, and one that vanished is noticed.
const KEEPALIVE: Duration = Duration::from_mins(1);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 4;

/// How long what was written may go unacknowledged (`TCP_USER_TIMEOUT`, RFC 5482).
const UNACKNOWLEDGED: Duration = Duration::from_secs(110);

/// Why an address can't be listened on.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// It is no address.
    #[error("--listen {0}: no such host: {1}")]
    NoSuchHost(String, io::Error),
    /// Somebody listens there already.
    #[error("--listen {0}: the address is in use: is another partylined running? Stop it, or choose another port")]
    InUse(String),
    /// The port is reserved.
    #[error("--listen {0}: not allowed: ports under 1024 need privileges; choose a higher one")]
    NotAllowed(String),
    /// Anything else.
    #[error("--listen {0}: {1}")]
    Other(String, io::Error),
}

/// Listens on `HOST:PORT`.
///
/// # Errors
/// [`ListenError`] says what to do.
pub(crate) async fn bind(address: &str) -> Result<TcpListener, ListenError> {
    let no_such_host = |error| ListenError::NoSuchHost(address.to_owned(), error);
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
    bound.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse(address.to_owned()),
        io::ErrorKind::PermissionDenied => ListenError::NotAllowed(address.to_owned()),
        _ => ListenError::Other(address.to_owned(), error),
    })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // [::] means IPv4 too, whatever the system's default.
        socket.set_only_v6(false)?;
    }
    // After a restart the old connections' remains don't keep the port.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Accepts until the server stops; each connection is a task of `tasks`.
pub(crate) async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    addresses: Arc<Addresses>,
    places: Arc<Semaphore>,
    tasks: TaskTracker,
) {
    let mut failing = false;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.stopping.cancelled() => return,
        };
        let (stream, peer) = match accepted {
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
        let Some(counted) = addresses.count(peer.ip()) else {
            tracing::info!(%peer, "refused: its address has as many connections as it may have");
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tracing::warn!(%peer, "refused: there are as many connections as there may be");
            continue;
        };
        if let Err(error) = prepare(&stream) {
            tracing::debug!(%peer, %error, "a socket takes no options");
        }
        let shared = Arc::clone(&shared);
        // Here and not in its task: the oldest is whoever came first.
        let silent = shared.silence.enter();
        tasks.spawn(async move {
            let _held = (counted, place);
            if let Err(error) = connection::serve(stream, peer, silent, &shared).await {
                tracing::debug!(%peer, %error, "a connection ended");
            }
        });
    }
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    // What is written is whole already: waiting for more would only be late.
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE_INTERVAL);
    socket.set_tcp_keepalive(&keepalive.with_retries(KEEPALIVE_RETRIES))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    Ok(())
}
