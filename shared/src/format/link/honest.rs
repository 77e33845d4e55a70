//! What may stand for an address, so that nobody takes it for another one.

use crate::format::boundary::is_of_name;
use crate::light::lower;
use crate::text::visible::is_invisible;

/// Endings of files that are no top-level domains, so that `[main.ts](…)` may be written.
const FILES: [&str; 24] = [
    "cfg", "conf", "cpp", "css", "csv", "gif", "hpp", "htm", "html", "ini", "java", "jpg", "js", "json", "jsx", "lock",
    "log", "pdf", "png", "svg", "toml", "ts", "txt", "xml",
];

/// What looks like the dot between the labels of a host.
const DOTS: [char; 4] = ['.', '．', '․', '｡'];

/// Whether a text may stand for an address: nothing in it looks like an address, unless of the same host.
pub(super) fn may_stand_for(title: &str, address: &str) -> bool {
    let host = host(address);
    let visible: String = title.chars().filter(|c| !is_invisible(*c)).collect();
    let words = visible.split(|c| !is_of_name(c) && !DOTS.contains(&c) && !":/@?#%&=+~".contains(c));
    let mut words = words.map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation() && c != '/'));
    words.all(|word| !word.contains("://") && !looks_like_host(self::host(word)) || same(self::host(word), host))
}

/// The host of something that is, or looks like, an address.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    // A port, unless that is part of an IPv6 address.
    host.split_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(host, _)| host)
}

fn same(a: &str, b: &str) -> bool {
    let bare = |host: &str| {
        let host = lower(host);
        host.strip_prefix("www.").map(str::to_owned).unwrap_or(host)
    };
    bare(a) == bare(b)
}

/// Whether a word could be taken for a host: labels with dots between them, or with what looks like dots, the last one of
/// two letters or more; or the four numbers of an IPv4 address.
fn looks_like_host(word: &str) -> bool {
    let labels: Vec<&str> = word.split(DOTS).collect();
    let Some(last) = labels.last().filter(|_| labels.len() > 1 && !labels.contains(&"")) else { return false };
    let is_number = |label: &&str| label.bytes().all(|b| b.is_ascii_digit());
    let is_name = last.chars().count() > 1 && last.chars().all(is_of_name) && !is_number(last);
    let is_file = || FILES.iter().any(|ending| last.eq_ignore_ascii_case(ending));
    (is_name && !is_file()) || (labels.len() == 4 && labels.iter().all(is_number))
}

#[cfg(test)]
mod tests {
    use super::may_stand_for;

    #[test]
    fn a_title_cant_pretend_to_be_another_address() {
        for title in [
            "google.com",
            "https://google.com",
            "visit www.google.com now",
            "(google.com)",
            "google.com/login",
            "google.com:443",
            "Google．Com",
            "https://evil.example@google.com/",
            "evil.example@google.com",
            "8.8.8.8",
            "例子.中国",
            "xn--fsqu00a.xn--fiqs8s",
            "http://localhost",
            "google.com.",
            "“google.com”",
            "看google.com，好",
            "google\u{200d}.com",
            "goo\u{200d}gle.com",
            "<google.com>",
            "google.com…",
        ] {
            assert!(!may_stand_for(title, "https://evil.example/google.com"), "{title}");
        }
    }

    #[test]
    fn a_title_may_say_what_it_likes_else() {
        for title in [
            "the docs",
            "v1.2.3",
            "Node.js",
            "main.ts",
            "e.g. this",
            "例子。然后",
            "evil.example",
            "www.Evil.example/x",
            "1/2",
            "…",
            "3.5 km",
        ] {
            assert!(may_stand_for(title, "https://evil.example/x"), "{title}");
        }
        assert!(may_stand_for("ann@b.example", "mailto:ann@b.example"));
        assert!(!may_stand_for("ann@c.example", "mailto:ann@b.example"));
        assert!(!may_stand_for("google.com", "https://google.com@evil.example"));
    }
}
