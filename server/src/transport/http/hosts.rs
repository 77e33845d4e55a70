//! What a request calls this server.
//!
//! A page can have its own name point to 127.0.0.1 once it is loaded (DNS rebinding): to the browser this server is
//! then the page's own, and whatever is said there is the page's to read and to say. Its requests still carry the
//! page's name, so a listener that only this machine reaches answers to names of this machine alone. Other
//! listeners can't know what they are called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Site;
use crate::connection::Arrival;

/// What a request calls this server: a host, and a port where it says one. HTTP/1.0 need not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Called(Option<Authority>);

impl Called {
    /// As it is written, port included.
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_ref().map(Authority::as_str)
    }

    /// Whether that is a name of this machine, whatever the port; so it is where nothing was said, which no browser
    /// does.
    pub(super) fn is_this_machine(&self) -> bool {
        self.0.as_ref().is_none_or(|called| is_this_machine(called.host()))
    }

    fn is_one_of(&self, hosts: &[String], origins: &[String]) -> bool {
        let Some(called) = &self.0 else { return false };
        let host = bare(called.host());
        let of_origins = origins.iter().filter_map(|origin| origin.split_once("://")?.1.parse::<Authority>().ok());
        hosts.iter().any(|allowed| bare(allowed).eq_ignore_ascii_case(host))
            || of_origins.into_iter().any(|origin| bare(origin.host()).eq_ignore_ascii_case(host))
    }
}

/// Whether a text is a host alone, as it stands in a URL: a name, an IPv4 address or an IPv6 one in brackets.
pub(crate) fn is_host(text: &str) -> bool {
    authority(text).is_some_and(|authority| authority.host() == text)
}

/// Answers whoever says it wrongly or, where only this machine can have come, says what isn't this machine.
pub(super) async fn guard(
    State(site): State<Arc<Site>>,
    Extension(arrival): Extension<Arrival>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(called) = called(request.version(), request.uri(), request.headers()) else {
        let text = "say in one Host header which server is meant, such as localhost:19534\n";
        return (StatusCode::BAD_REQUEST, text).into_response();
    };
    let known = called.is_this_machine() || called.is_one_of(&site.allow_host, &site.allow_origin);
    if arrival.on_loopback && !known {
        let text = "this server listens on a loopback address, and doesn't answer to that host; \
                    allow-host in the settings names hosts that it answers to\n";
        return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
    }
    request.extensions_mut().insert(called);
    next.run(request).await
}

/// `None` where the request must be answered with 400: no host or several, or something that is none (RFC 9112 section
/// 3.2, RFC 9113 section 8.3.1).
fn called(version: Version, uri: &Uri, headers: &HeaderMap) -> Option<Called> {
    let mut said = headers.get_all(header::HOST).iter();
    let first = match said.next() {
        Some(host) => Some(authority(host.to_str().ok()?)?),
        None => None,
    };
    if said.next().is_some() {
        return None;
    }
    // The target's counts before the header's, as in HTTP/2 and in requests written for a proxy.
    let called = match uri.authority() {
        Some(target) if version == Version::HTTP_2 && first.as_ref().is_some_and(|first| first != target) => {
            return None;
        }
        Some(target) => Some(authority(target.as_str())?),
        None => first,
    };
    (called.is_some() || version <= Version::HTTP_10).then_some(Called(called))
}

/// A host and maybe a port, without a user's name before them.
fn authority(text: &str) -> Option<Authority> {
    let authority = text.parse::<Authority>().ok()?;
    let after = text.strip_prefix(authority.host())?;
    let port = match after.strip_prefix(':') {
        Some(port) => port.is_empty() || port.parse::<u16>().is_ok(),
        None => after.is_empty(),
    };
    (port && !authority.host().is_empty()).then_some(authority)
}

fn is_this_machine(host: &str) -> bool {
    let host = bare(host);
    if let Some(v6) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return v6.parse::<Ipv6Addr>().is_ok_and(|v6| IpAddr::V6(v6).to_canonical().is_loopback());
    }
    if let Ok(v4) = host.parse::<Ipv4Addr>() {
        return v4.is_loopback();
    }
    // RFC 6761 section 6.3: these never leave the machine.
    let name = host.to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Without the dot that ends a full name.
fn bare(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn from(version: Version, target: &str, hosts: &[&str]) -> Option<Called> {
        let headers = hosts.iter().map(|host| (header::HOST, HeaderValue::from_str(host).unwrap())).collect();
        called(version, &target.parse().unwrap(), &headers)
    }

    fn host(host: &str) -> Called {
        from(Version::HTTP_11, "/", &[host]).unwrap_or_else(|| panic!("{host:?} is garbled"))
    }

    #[test]
    fn names_of_this_machine_are_known_and_others_are_not() {
        for known in [
            "localhost",
            "LOCALHOST:19534",
            "localhost.:1",
            "party.localhost",
            "127.0.0.1",
            "127.0.0.1:8080",
            "127.255.1.2:1",
            "[::1]:19534",
            "[::1]",
            "[::ffff:127.0.0.1]:1",
            "localhost:",
        ] {
            assert!(host(known).is_this_machine(), "{known}");
        }
        for other in [
            "evil.example:19534",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "notlocalhost",
            "[::2]",
            "10.0.0.1",
            "0.0.0.0",
            "192.168.0.1:19534",
            "2130706433",
            "127.1",
        ] {
            assert!(!host(other).is_this_machine(), "{other}");
        }
    }

    #[test]
    fn what_names_no_server_or_two_is_garbled() {
        for garbled in ["", " ", "a b", "user@localhost", "localhost:x", "localhost:70000", "http://localhost", "a/b"] {
            assert_eq!(from(Version::HTTP_11, "/", &[garbled]), None, "{garbled:?}");
        }
        assert_eq!(from(Version::HTTP_11, "/", &[]), None);
        assert_eq!(from(Version::HTTP_11, "/", &["localhost", "localhost"]), None);
        assert_eq!(from(Version::HTTP_2, "http://localhost/", &["evil.example"]), None);
        assert_eq!(from(Version::HTTP_10, "/", &[]), Some(Called(None)), "it need not say");
        let authority = |target| from(Version::HTTP_2, target, &[]).unwrap();
        assert_eq!(authority("http://localhost:1/").as_str(), Some("localhost:1"));
        assert!(!authority("http://evil.example/").is_this_machine());
        let target = from(Version::HTTP_11, "http://evil.example/", &["localhost"]).unwrap();
        assert!(!target.is_this_machine(), "the header doesn't count beside a full target");
    }

    #[test]
    fn more_names_are_known_where_they_are_allowed() {
        let hosts = ["Chat.example".to_owned(), "[2001:db8::1]".to_owned()];
        let origins = ["https://page.example:8080".to_owned()];
        for allowed in ["chat.example", "chat.example.:443", "page.example", "[2001:db8::1]:80"] {
            assert!(host(allowed).is_one_of(&hosts, &origins), "{allowed}");
        }
        assert!(!host("other.example").is_one_of(&hosts, &origins));
        assert!(!Called(None).is_one_of(&hosts, &origins));
        for (text, alone) in
            [("chat.example", true), ("[::1]", true), ("chat.example:80", false), ("http://x", false), ("", false)]
        {
            assert_eq!(is_host(text), alone, "{text:?}");
        }
    }
}
