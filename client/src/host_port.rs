//! A host and a port.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use partyline_shared::DEFAULT_PORT;

use crate::InvalidAddress;

/// A host and a port, as a person writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port; [`DEFAULT_PORT`] where none is written.
    pub port: u16,
}

impl FromStr for HostPort {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(InvalidAddress::Url(format!("{}://", scheme.escape_default())));
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (host, rest) = rest.split_once(']').ok_or_else(|| InvalidAddress::BadIpv6(rest.to_owned()))?;
            let port = match rest.strip_prefix(':') {
                Some(port) => parse_port(port)?,
                None if rest.is_empty() => DEFAULT_PORT,
                None => return Err(InvalidAddress::BadPort(rest.to_owned())),
            };
            return Ok(Self { host: parse_ipv6(host)?, port });
        }
        // More colons than one are an IPv6 address that forgot its brackets: there, no port can be meant.
        let (host, port) = match text.split_once(':') {
            Some((_, port)) if port.contains(':') => return Ok(Self { host: parse_ipv6(text)?, port: DEFAULT_PORT }),
            Some((host, port)) => (host, parse_port(port)?),
            None => (text, DEFAULT_PORT),
        };
        match host.chars().find(|&c| c.is_whitespace() || c.is_control() || "/@?#[]".contains(c)) {
            Some(c) => Err(InvalidAddress::BadChar(c)),
            None if host.is_empty() => Err(InvalidAddress::NoHost),
            None => Ok(Self { host: host.to_owned(), port }),
        }
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

fn parse_port(text: &str) -> Result<u16, InvalidAddress> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|port| digits && *port != 0).ok_or_else(|| InvalidAddress::BadPort(text.to_owned()))
}

/// Also with the interface that a link-local address needs (`fe80::1%eth0`).
fn parse_ipv6(text: &str) -> Result<String, InvalidAddress> {
    let (address, _) = text.split_once('%').unwrap_or((text, ""));
    let parsed: Result<Ipv6Addr, _> = address.parse();
    parsed.map(|_| text.to_owned()).map_err(|_| InvalidAddress::BadIpv6(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        let cases = [
            ("example.org", "example.org", DEFAULT_PORT, "example.org:19534"),
            ("example.org:80", "example.org", 80, "example.org:80"),
            ("127.0.0.1:1", "127.0.0.1", 1, "127.0.0.1:1"),
            ("[::1]:5000", "::1", 5000, "[::1]:5000"),
            ("[::1]", "::1", DEFAULT_PORT, "[::1]:19534"),
            ("::1", "::1", DEFAULT_PORT, "[::1]:19534"),
            ("[fe80::1%eth0]:7", "fe80::1%eth0", 7, "[fe80::1%eth0]:7"),
        ];
        for (text, host, port, shown) in cases {
            let address: HostPort = text.parse().unwrap();
            assert_eq!((address.host.as_str(), address.port), (host, port), "{text}");
            assert_eq!(address.to_string(), shown);
        }
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said() {
        let error = |text: &str| text.parse::<HostPort>().unwrap_err();
        assert_eq!(error("http://example.org/"), InvalidAddress::Url("http://".into()));
        assert_eq!(error(""), InvalidAddress::NoHost);
        assert_eq!(error(":80"), InvalidAddress::NoHost);
        for port in ["0", "65536", "x", "", "+1"] {
            assert_eq!(error(&format!("host:{port}")), InvalidAddress::BadPort(port.into()));
        }
        assert_eq!(error("[::1]80"), InvalidAddress::BadPort("80".into()));
        assert_eq!(error("[host]:80"), InvalidAddress::BadIpv6("host".into()));
        assert_eq!(error("a:b:c"), InvalidAddress::BadIpv6("a:b:c".into()));
        assert_eq!(error("a b"), InvalidAddress::BadChar(' '));
    }
}
