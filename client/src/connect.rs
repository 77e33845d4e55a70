//! Connecting to a stream socket, and what to do about it where that can't be.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};

use crate::{HostPort, StreamAddress};

/// What comes.
pub(crate) type Reader = Box<dyn AsyncRead + Send + Unpin>;
/// What goes. Shutting it down says that nothing more will come, and leaves the other direction as it is.
pub(crate) type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// The name isn't known.
    #[error("{0} can't be found: is the name right? ({1})")]
    NoSuchHost(String, io::Error),
    /// Nobody listens.
    #[error("nothing answers at {0}: is a server running there?")]
    Refused(String),
    /// No way leads there.
    #[error("{0} can't be reached: is the network up, and does a firewall let port {port} through?", port = .0.port)]
    Unreachable(HostPort),
    /// Nothing is at the path.
    #[error("there is no socket at {0}: is the server running, and is the path right?")]
    NoSuchSocket(String),
    /// The socket's mode, or a folder's on the way.
    #[error("{0} is closed to you: whoever runs the server can change the mode of the socket")]
    NotAllowed(String),
    /// A stream was meant, and a socket for datagrams is there; or the other way round.
    #[error("{path} is the other kind of Unix socket: write {other}{path}")]
    OtherKind {
        /// Where it is.
        path: String,
        /// How the address of that other kind begins.
        other: &'static str,
    },
    /// Anything else.
    #[error("{0} can't be reached: {1}")]
    Other(String, io::Error),
}

impl ConnectError {
    /// What an error of the system means, at a host.
    pub(crate) fn at_host(host: &HostPort, shown: &str, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused(shown.to_owned()),
            io::ErrorKind::TimedOut | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                Self::Unreachable(host.clone())
            }
            _ => Self::Other(shown.to_owned(), error),
        }
    }

    /// What an error of the system means, at a path. `other` is how the address of the other kind of socket begins.
    #[cfg(unix)]
    pub(crate) fn at_path(path: &Path, shown: &str, other: &'static str, error: io::Error) -> Self {
        /// The socket there is of another type. `ErrorKind` has no name for it.
        const EPROTOTYPE: i32 = if cfg!(target_vendor = "apple") { 41 } else { 91 };
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused(shown.to_owned()),
            io::ErrorKind::NotFound => Self::NoSuchSocket(path.display().to_string()),
            io::ErrorKind::PermissionDenied => Self::NotAllowed(shown.to_owned()),
            _ if error.raw_os_error() == Some(EPROTOTYPE) => {
                Self::OtherKind { path: path.display().to_string(), other }
            }
            _ => Self::Other(shown.to_owned(), error),
        }
    }
}

/// Connects to a server.
///
/// # Errors
/// [`ConnectError`] says what to do.
pub(crate) async fn connect(address: &StreamAddress) -> Result<(Reader, Writer), ConnectError> {
    match address {
        StreamAddress::Tcp(host) => {
            let (reader, writer) = tcp(host).await?.into_split();
            Ok((Box::new(reader), Box::new(writer)))
        }
        StreamAddress::Unix(path) => unix(path, address).await,
    }
}

/// Connects to a host, at the first of its addresses where somebody answers.
///
/// # Errors
/// [`ConnectError`] says what to do.
pub(crate) async fn tcp(host: &HostPort) -> Result<TcpStream, ConnectError> {
    let mut trouble = None;
    for address in resolve(host).await? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // What is written is whole already, and people wait for it. Without it, it comes a little later.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => trouble = Some(error),
        }
    }
    let shown = host.to_string();
    Err(match trouble {
        Some(error) => ConnectError::at_host(host, &shown, error),
        None => ConnectError::NoSuchHost(host.host.clone(), io::ErrorKind::NotFound.into()),
    })
}

/// The addresses of a host.
///
/// # Errors
/// [`ConnectError::NoSuchHost`]
pub(crate) async fn resolve(host: &HostPort) -> Result<Vec<SocketAddr>, ConnectError> {
    match lookup_host((host.host.as_str(), host.port)).await {
        Ok(found) => Ok(found.collect()),
        Err(error) => Err(ConnectError::NoSuchHost(host.host.clone(), error)),
    }
}

#[cfg(unix)]
async fn unix(path: &Path, address: &StreamAddress) -> Result<(Reader, Writer), ConnectError> {
    match tokio::net::UnixStream::connect(path).await {
        Ok(stream) => {
            let (reader, writer) = stream.into_split();
            Ok((Box::new(reader), Box::new(writer)))
        }
        Err(error) => Err(ConnectError::at_path(path, &address.to_string(), "unixgram:", error)),
    }
}

#[cfg(not(unix))]
async fn unix(_path: &Path, address: &StreamAddress) -> Result<(Reader, Writer), ConnectError> {
    Err(ConnectError::Other(address.to_string(), io::ErrorKind::Unsupported.into()))
}
