//! A URL, as far as HTTP needs it.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::HostPort;

/// Something to get: an `http` or `https` URL with a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
}

/// Why something can't be got.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// It doesn't begin as a URL does.
    #[error("it doesn't begin with http:// or https://: write http://{0}")]
    NoScheme(String),
    /// Some other protocol.
    #[error("{0}: is no protocol of the web: only http:// and https:// can be asked")]
    OtherScheme(String),
    /// A secret in a URL ends up in histories and logs.
    #[error("a name and password in a URL aren't sent: leave out what stands before the @")]
    Credentials,
    /// It breaks the rules of URLs.
    #[error("it is no URL: {0}")]
    Bad(url::ParseError),
}

impl Target {
    /// Where to connect.
    pub(crate) fn host_port(&self) -> HostPort {
        let host = match self.url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => address.to_string(),
            None => String::new(),
        };
        HostPort { host, port: self.url.port_or_known_default().unwrap_or(80) }
    }

    /// With TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The request, byte by byte (RFC 9112 sections 2.1 and 3). No content encoding is asked for, so that what comes
    /// can be read as it is; and no second request will follow.
    pub(crate) fn request(&self, method: &str) -> String {
        let host = self.url.host_str().unwrap_or_default();
        // The port belongs to the name, but for the one that the scheme implies: `port` leaves that out.
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let path = self.url.path();
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "{method} {path}{query} HTTP/1.1\r\nHost: {host}{port}\r\nUser-Agent: partyline/{version}\r\n\
             Accept: */*\r\nConnection: close\r\n\r\n"
        )
    }

    /// Where a `Location` leads from here (RFC 9110 section 10.2.2).
    ///
    /// # Errors
    /// It leads nowhere that could be asked.
    pub(crate) fn join(&self, location: &str) -> Result<Self, InvalidUrl> {
        Self::new(self.url.join(location).map_err(InvalidUrl::Bad)?)
    }

    fn new(url: Url) -> Result<Self, InvalidUrl> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidUrl::OtherScheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidUrl::Credentials);
        }
        Ok(Self { url })
    }
}

impl FromStr for Target {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        match Url::parse(text) {
            // `localhost:8080` looks like a scheme and a path; a port is what was meant.
            Ok(url) if url.cannot_be_a_base() && url.path().starts_with(|c: char| c.is_ascii_digit()) => {
                Err(InvalidUrl::NoScheme(text.to_owned()))
            }
            Ok(url) => Self::new(url),
            Err(url::ParseError::RelativeUrlWithoutBase) => Err(InvalidUrl::NoScheme(text.to_owned())),
            Err(error) => Err(InvalidUrl::Bad(error)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_what() {
        let cases = [
            ("http://example.org", "example.org:80", false, "GET / HTTP/1.1\r\nHost: example.org\r\n"),
            (
                "https://example.org/a%20b?c=d#e",
                "example.org:443",
                true,
                "GET /a%20b?c=d HTTP/1.1\r\nHost: example.org\r\n",
            ),
            ("http://h:8080/x", "h:8080", false, "GET /x HTTP/1.1\r\nHost: h:8080\r\n"),
            ("http://h:80/", "h:80", false, "GET / HTTP/1.1\r\nHost: h\r\n"),
            ("https://h:80/", "h:80", true, "GET / HTTP/1.1\r\nHost: h:80\r\n"),
            ("http://[::1]:7/", "[::1]:7", false, "GET / HTTP/1.1\r\nHost: [::1]:7\r\n"),
            (
                "http://例子.测试/路",
                "xn--fsqu00a.xn--0zwm56d:80",
                false,
                "GET /%E8%B7%AF HTTP/1.1\r\nHost: xn--fsqu00a.xn--0zwm56d\r\n",
            ),
        ];
        for (text, place, secure, request) in cases {
            let target: Target = text.parse().unwrap();
            assert_eq!((target.host_port().to_string().as_str(), target.is_secure()), (place, secure), "{text}");
            assert!(target.request("GET").starts_with(request), "{}", target.request("GET"));
        }
    }

    #[test]
    fn what_is_wrong_with_a_url_is_said() {
        let error = |text: &str| text.parse::<Target>().unwrap_err();
        assert_eq!(error("example.org/x"), InvalidUrl::NoScheme("example.org/x".into()));
        assert_eq!(error("localhost:8080/x"), InvalidUrl::NoScheme("localhost:8080/x".into()));
        assert_eq!(error("ftp://h/"), InvalidUrl::OtherScheme("ftp".into()));
        assert_eq!(error("mailto:x@y"), InvalidUrl::OtherScheme("mailto".into()));
        assert_eq!(error("http://me:pw@h/"), InvalidUrl::Credentials);
        assert!(matches!(error("http://"), InvalidUrl::Bad(_)));
        assert!(matches!(error("http://h:99999/"), InvalidUrl::Bad(_)));
    }

    #[test]
    fn a_redirect_leads_on_from_where_one_is() {
        let target: Target = "https://h:7/a/b?c".parse().unwrap();
        for (location, url) in
            [("d", "https://h:7/a/d"), ("/d", "https://h:7/d"), ("//x/d", "https://x/d"), ("http://x", "http://x/")]
        {
            assert_eq!(target.join(location).unwrap().to_string(), url);
        }
        assert_eq!(target.join("javascript:1"), Err(InvalidUrl::OtherScheme("javascript".into())));
    }
}
