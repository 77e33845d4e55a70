//! The two sorts of datagram sockets, as one.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::os::unix::net::{SocketAddr as UnixAddr, UnixDatagram};

use partyline_shared::Via;
use tokio::net;

use crate::addresses::network;
use crate::listen::{Listening, SocketFile};

/// Each has a second handle for sending at once or not at all: tokio's knows that it can be written only after it was
/// waited for.
#[derive(Debug)]
pub(super) enum Socket {
    Udp { receiving: net::UdpSocket, sending: UdpSocket },
    Unix { receiving: net::UnixDatagram, sending: UnixDatagram, file: SocketFile },
}

/// Where a datagram came from.
#[derive(Debug)]
pub(super) enum Source {
    Udp(SocketAddr),
    Unix(UnixAddr),
}

impl Socket {
    pub(super) fn udp(socket: UdpSocket) -> io::Result<Self> {
        Ok(Self::Udp { sending: socket.try_clone()?, receiving: net::UdpSocket::from_std(socket)? })
    }

    pub(super) fn unix(socket: UnixDatagram, file: SocketFile) -> io::Result<Self> {
        Ok(Self::Unix { sending: socket.try_clone()?, receiving: net::UnixDatagram::from_std(socket)?, file })
    }

    pub(super) fn listening(&self) -> io::Result<Listening> {
        match self {
            Self::Udp { receiving, .. } => receiving.local_addr().map(Listening::Udp),
            Self::Unix { file, .. } => Ok(Listening::Unixgram(file.path().to_owned())),
        }
    }

    /// The door that what comes in here comes through.
    pub(super) fn via(&self) -> Via {
        match self {
            Self::Udp { .. } => Via::Udp,
            Self::Unix { .. } => Via::Unix,
        }
    }

    /// One datagram; what doesn't fit into `buffer` is dropped by the system.
    pub(super) async fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, Source)> {
        match self {
            Self::Udp { receiving, .. } => {
                let (len, from) = receiving.recv_from(buffer).await?;
                Ok((len, Source::Udp(from)))
            }
            Self::Unix { receiving, .. } => {
                let (len, from) = receiving.recv_from(buffer).await?;
                Ok((len, Source::Unix(from.into())))
            }
        }
    }

    /// Sends an answer, without waiting: one that the system or its reader can't take now is lost, as datagrams
    /// are.
    pub(super) fn send(&self, text: &str, to: &Source) {
        if text.is_empty() {
            return;
        }
        let sent = match (self, to) {
            (Self::Udp { sending, .. }, Source::Udp(to)) => sending.send_to(text.as_bytes(), to),
            (Self::Unix { sending, .. }, Source::Unix(to)) => sending.send_to_addr(text.as_bytes(), to),
            // A socket answers what came in at it.
            _ => return,
        };
        if let Err(error) = sent {
            tracing::debug!(?to, %error, "an answer is lost");
        }
    }
}

impl Source {
    /// Who sends, as far as the address tells: a device keeps its address, not its port.
    pub(super) fn identity(&self) -> Vec<u8> {
        match self {
            Self::Udp(from) => octets(from.ip().to_canonical()),
            Self::Unix(from) => path(from),
        }
    }

    /// What the rate is counted by: an IPv6 client owns at least its /64.
    pub(super) fn counted_as(&self) -> Vec<u8> {
        match self {
            Self::Udp(from) => octets(network(from.ip().to_canonical())),
            Self::Unix(from) => path(from),
        }
    }

    /// A Unix socket that isn't bound has no address to answer to.
    pub(super) fn can_be_answered(&self) -> bool {
        match self {
            Self::Udp(from) => from.port() != 0,
            Self::Unix(from) => !from.is_unnamed(),
        }
    }
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// Those without a path are one: somebody on this machine.
fn path(from: &UnixAddr) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    from.as_pathname().map(|path| path.as_os_str().as_bytes().to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_known_by_its_address_and_counted_by_its_network() {
        let source = |text: &str| Source::Udp(text.parse().unwrap());
        let same = |a, b| {
            let (a, b) = (source(a), source(b));
            (a.identity() == b.identity(), a.counted_as() == b.counted_as())
        };
        assert_eq!(same("192.0.2.1:1", "192.0.2.1:2"), (true, true));
        assert_eq!(same("192.0.2.1:1", "[::ffff:192.0.2.1]:1"), (true, true));
        assert_eq!(same("192.0.2.1:1", "192.0.2.2:1"), (false, false));
        assert_eq!(same("[2001:db8::1]:1", "[2001:db8::2]:1"), (false, true));
        assert_eq!(same("[2001:db8::1]:1", "[2001:db8:0:1::1]:1"), (false, false));
        assert!(!source("192.0.2.1:0").can_be_answered());
    }
}
