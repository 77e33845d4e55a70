//! Where a server is: each kind of socket that it may listen on.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::HostPort;

/// How an address is written, for help texts and errors.
pub(crate) const FORMS: &str = "HOST, HOST:PORT, unix:PATH, udp:HOST:PORT or unixgram:PATH";

/// A server's address, as a person writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A stream: one can chat over it.
    Stream(StreamAddress),
    /// Datagrams: each is one message.
    Datagram(DatagramAddress),
}

/// The address of a stream socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamAddress {
    /// `HOST` or `HOST:PORT`.
    Tcp(HostPort),
    /// `unix:PATH`.
    Unix(PathBuf),
}

/// The address of a datagram socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatagramAddress {
    /// `udp:HOST` or `udp:HOST:PORT`.
    Udp(HostPort),
    /// `unixgram:PATH`.
    Unix(PathBuf),
}

/// Why something isn't an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// It is an address of the web.
    #[error("without {0}: write {FORMS}")]
    Url(String),
    /// There is no host.
    #[error("the host is missing: write {FORMS}")]
    NoHost,
    /// There is no path.
    #[error("the path is missing: write {0}PATH")]
    NoPath(&'static str),
    /// What follows the colon is no port.
    #[error("{0:?} is no port: it must be a number from 1 to 65535")]
    BadPort(String),
    /// What is in brackets is no address.
    #[error("{0:?} is no IPv6 address")]
    BadIpv6(String),
    /// A character that no host's name has.
    #[error("{0:?} can't be in the name of a host")]
    BadChar(char),
}

const UNIX: &str = "unix:";
const UDP: &str = "udp:";
const UNIXGRAM: &str = "unixgram:";

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Ok(if let Some(path) = text.strip_prefix(UNIX) {
            Self::Stream(StreamAddress::Unix(parse_path(path, UNIX)?))
        } else if let Some(path) = text.strip_prefix(UNIXGRAM) {
            Self::Datagram(DatagramAddress::Unix(parse_path(path, UNIXGRAM)?))
        } else if let Some(host) = text.strip_prefix(UDP) {
            Self::Datagram(DatagramAddress::Udp(host.parse()?))
        } else {
            Self::Stream(StreamAddress::Tcp(text.parse()?))
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(address) => address.fmt(f),
            Self::Datagram(address) => address.fmt(f),
        }
    }
}

impl fmt::Display for StreamAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(host) => host.fmt(f),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

impl fmt::Display for DatagramAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(host) => write!(f, "{UDP}{host}"),
            Self::Unix(path) => write!(f, "{UNIXGRAM}{}", path.display()),
        }
    }
}

fn parse_path(text: &str, prefix: &'static str) -> Result<PathBuf, InvalidAddress> {
    if text.is_empty() { Err(InvalidAddress::NoPath(prefix)) } else { Ok(text.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_socket_is_told_by_its_prefix() {
        let host = || HostPort { host: "h".into(), port: 7 };
        let cases = [
            ("h:7", Address::Stream(StreamAddress::Tcp(host()))),
            ("udp:h:7", Address::Datagram(DatagramAddress::Udp(host()))),
            ("unix:/run/x", Address::Stream(StreamAddress::Unix("/run/x".into()))),
            ("unixgram:x.sock", Address::Datagram(DatagramAddress::Unix("x.sock".into()))),
        ];
        for (text, address) in cases {
            assert_eq!(text.parse(), Ok(address.clone()), "{text}");
            assert_eq!(address.to_string(), text);
        }
        assert_eq!("udp:[::1]".parse::<Address>().unwrap().to_string(), "udp:[::1]:19534");
    }

    #[test]
    fn what_is_missing_is_said() {
        let error = |text: &str| text.parse::<Address>().unwrap_err();
        assert_eq!(error("unix:"), InvalidAddress::NoPath("unix:"));
        assert_eq!(error("unixgram:"), InvalidAddress::NoPath("unixgram:"));
        assert_eq!(error("udp:"), InvalidAddress::NoHost);
        assert!(error("https://h/").to_string().starts_with("without https://: write HOST"));
    }
}
