//! Why an address can't be listened on.

use std::io::{self, ErrorKind};

/// Why an address can't be listened on. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// It is no address.
    #[error("--listen {0}: no such host: {1}")]
    NoSuchHost(String, io::Error),
    /// Somebody listens there already.
    #[error("--listen {0}: the address is in use: is another partylined running? Stop it, or choose another one")]
    InUse(String),
    /// The port is reserved.
    #[error("--listen {0}: not allowed: ports under 1024 need privileges; choose a higher one")]
    NotAllowed(String),
    /// Something that isn't a socket has the path.
    #[error("--listen {0}: something that isn't a socket is there, and is left alone: choose another path")]
    NotASocket(String),
    /// No socket can have the path.
    #[error(
        "--listen {0}: the path is too long: the system allows {max} bytes, {folder} of them for its folder",
        max = super::socket_file::PATH_BYTES,
        folder = super::socket_file::FOLDER_BYTES
    )]
    PathTooLong(String),
    /// The path's folder doesn't exist.
    #[error("--listen {0}: its folder doesn't exist: create it, or choose another path")]
    NoFolder(String),
    /// The path's folder can't be written, or the socket there not be asked.
    #[error("--listen {0}: not allowed: its folder, or the socket there, is somebody else's; choose another path")]
    PathNotAllowed(String),
    /// Anything else.
    #[error("--listen {0}: {1}")]
    Other(String, io::Error),
}

impl ListenError {
    /// What the system said about a port.
    pub(super) fn port(address: String, error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::AddrInUse => Self::InUse(address),
            ErrorKind::PermissionDenied => Self::NotAllowed(address),
            _ => Self::Other(address, error),
        }
    }

    /// What the system said about a path.
    pub(super) fn path(address: String, error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::NoFolder(address),
            ErrorKind::PermissionDenied => Self::PathNotAllowed(address),
            _ => Self::Other(address, error),
        }
    }
}
