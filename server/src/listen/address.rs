//! Where to listen, as it is asked for, and as it came about.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// What `--listen` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `HOST:PORT`: TCP.
    Tcp(String),
    /// `udp:HOST:PORT`: a datagram is a message.
    Udp(String),
    /// `unix:PATH`: a Unix stream socket.
    Unix(PathBuf),
    /// `unixgram:PATH`: a Unix datagram socket.
    Unixgram(PathBuf),
}

/// Where a server listens, with the real port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listening {
    /// TCP.
    Tcp(SocketAddr),
    /// Datagrams over UDP.
    Udp(SocketAddr),
    /// A Unix stream socket.
    Unix(PathBuf),
    /// A Unix datagram socket.
    Unixgram(PathBuf),
}

/// Why something is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// There is no port.
    #[error("write HOST:PORT, such as 127.0.0.1:19534, or unix:/path/to/socket")]
    NoPort,
    /// The port is no number.
    #[error("the port must be a number from 0 to 65535")]
    BadPort,
    /// The host is missing.
    #[error("the host is missing: [::] listens on all addresses")]
    NoHost,
    /// An IPv6 address without brackets.
    #[error("write an IPv6 address in brackets, such as [::1]:19534")]
    NoBrackets,
    /// There is no path.
    #[error("the path is missing: write unix:/path/to/socket")]
    NoPath,
}

impl FromStr for Address {
    type Err = InvalidAddress;

    /// Resolving a host's name is left for when it is listened on; its form is checked here.
    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        if let Some(path) = text.strip_prefix("unixgram:") {
            return given(path).map(Self::Unixgram);
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return given(path).map(Self::Unix);
        }
        match text.strip_prefix("udp:") {
            Some(address) => host_and_port(address).map(Self::Udp),
            None => host_and_port(text).map(Self::Tcp),
        }
    }
}

fn given(path: &str) -> Result<PathBuf, InvalidAddress> {
    if path.is_empty() { Err(InvalidAddress::NoPath) } else { Ok(path.into()) }
}

fn host_and_port(text: &str) -> Result<String, InvalidAddress> {
    let (host, port) = text.rsplit_once(':').ok_or(InvalidAddress::NoPort)?;
    if port.parse::<u16>().is_err() {
        return Err(InvalidAddress::BadPort);
    }
    if host.is_empty() {
        return Err(InvalidAddress::NoHost);
    }
    if host.contains(':') && !(host.starts_with('[') && host.ends_with(']')) {
        return Err(InvalidAddress::NoBrackets);
    }
    Ok(text.to_owned())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Udp(address) => write!(f, "udp:{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Unixgram(path) => write!(f, "unixgram:{}", path.display()),
        }
    }
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Udp(address) => write!(f, "udp:{address}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Unixgram(path) => write!(f, "unixgram:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_it_is_read() {
        for text in ["127.0.0.1:19534", "[::]:0", "udp:localhost:1", "unix:/run/x.sock", "unix:x", "unixgram:/x"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_wrong_with_it_is_said() {
        for (text, why) in [
            ("nowhere", InvalidAddress::NoPort),
            ("x:70000", InvalidAddress::BadPort),
            (":1", InvalidAddress::NoHost),
            ("udp:1", InvalidAddress::NoPort),
            ("udp::1:5", InvalidAddress::NoBrackets),
            ("unix:", InvalidAddress::NoPath),
        ] {
            assert_eq!(text.parse::<Address>(), Err(why), "{text}");
        }
    }
}
