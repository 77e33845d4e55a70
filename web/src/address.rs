//! Where links lead, as the browser will take them: what is shown of a link must not say otherwise.

use web_sys::Url;

/// Where an address leads: its host, or whom a letter goes to. `None` if the browser can't read it.
pub(crate) fn destination(address: &str) -> Option<String> {
    let url = Url::new(address).ok()?;
    let host = url.host();
    Some(if host.is_empty() { url.pathname() } else { host })
}

/// Whether an address shows by itself where it leads. `https://google.com@evil.example` doesn't, nor does one whose letters
/// only look like others (`аpple.com`), or are spelt in some way that browsers translate.
pub(crate) fn is_plain(address: &str, destination: &str) -> bool {
    let Some((_, rest)) = address.split_once(':') else { return false };
    let rest = rest.trim_start_matches('/');
    let Some(shown) = rest.get(..destination.len()) else { return false };
    let after = &rest[destination.len()..];
    // Browsers leave the usual port out.
    let after = after.strip_prefix(':').map_or(after, |port| port.trim_start_matches(|c: char| c.is_ascii_digit()));
    shown.eq_ignore_ascii_case(destination) && (after.is_empty() || after.starts_with(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn what_shows_where_it_leads_is_plain() {
        for (address, destination) in [
            ("https://a.example", "a.example"),
            ("HTTPS://A.Example/x", "a.example"),
            ("http://a.example:8080?x", "a.example:8080"),
            ("https://a.example:443/", "a.example"),
            ("http://[::1]:19534/", "[::1]:19534"),
            ("mailto:ann@b.example?subject=x", "ann@b.example"),
        ] {
            assert!(is_plain(address, destination), "{address}");
        }
    }

    #[test]
    fn what_pretends_to_lead_elsewhere_is_not() {
        for (address, destination) in [
            ("https://google.com@evil.example/", "evil.example"),
            ("https://google.com:80@evil.example/", "evil.example"),
            ("https://google.com:pw@evil.example/", "evil.example"),
            ("https://evil.example@evil.example.org/", "evil.example.org"),
            ("https://аpple.com/", "xn--pple-43d.com"),
            ("https://例子.中国/", "xn--fsqu00a.xn--fiqs8s"),
            ("http://2130706433/", "127.0.0.1"),
            ("https://%67oogle.com/", "google.com"),
            ("https://google.com.evil.example/", "google.com"),
            ("mailto:ann@b.example,eve@c.example", "ann@b.example"),
        ] {
            assert!(!is_plain(address, destination), "{address}");
        }
    }
}
