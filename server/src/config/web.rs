//! Which pages, hosts and programs HTTP is for.

use super::Secret;
use super::sources::Sources;
use crate::transport::http;

/// Other origins whose pages may connect.
pub(super) fn allow_origin(sources: &mut Sources) -> Vec<String> {
    let origins = sources.texts("allow-origin");
    for origin in &origins {
        if !(origin.starts_with("http://") || origin.starts_with("https://")) || origin.ends_with('/') {
            let what = format!("{origin:?} must look like https://chat.example:8080, without a path");
            sources.wrong("allow-origin", &what);
        }
    }
    origins
}

/// Other hosts that a listener on a loopback address may be called by.
pub(super) fn allow_host(sources: &mut Sources) -> Vec<String> {
    let hosts = sources.texts("allow-host");
    for host in hosts.iter().filter(|host| !http::is_host(host)) {
        sources.wrong("allow-host", &format!("{host:?} must be a host alone, such as chat.example, without a port"));
    }
    hosts
}

/// What shows that somebody elsewhere may read the metrics.
pub(super) fn metrics_token(sources: &mut Sources) -> Option<Secret> {
    let token = Some(sources.text("metrics-token")).filter(|token| !token.is_empty())?;
    // What is wrong with it is said without saying it.
    if token.len() < Secret::SHORTEST || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let what = format!("must be {} or more ASCII characters, without spaces", Secret::SHORTEST);
        sources.wrong("metrics-token", &what);
    }
    Some(Secret::new(token))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use crate::{Asked, Config, ConfigError};

    fn ask(args: &[&str]) -> Result<Asked, ConfigError> {
        let args = ["partylined"].iter().chain(args).map(OsString::from);
        Config::read(args, &|_| None)
    }

    #[test]
    fn hosts_are_hosts_alone() {
        let hosts = ["--allow-host", "chat.example", "--allow-host", "[2001:db8::1]"];
        assert!(matches!(ask(&hosts), Ok(Asked::Serve(config)) if config.allow_host.len() == 2));
        for wrong in ["chat.example:80", "http://chat.example", "a b", "me@chat.example"] {
            let Err(ConfigError::Problems(problems)) = ask(&["--allow-host", wrong]) else { panic!("{wrong}") };
            assert!(problems[0].contains("must be a host alone"), "{problems:?}");
        }
    }

    #[test]
    fn the_token_is_kept_and_never_shown() {
        const TOKEN: &str = "0123456789abcdef";
        let Ok(Asked::Serve(config)) = ask(&["--metrics-token", TOKEN]) else { panic!("it is refused") };
        assert!(config.metrics_token.as_ref().is_some_and(|token| token.is(TOKEN.as_bytes())));
        assert!(!format!("{config:?}").contains(TOKEN));
        let Err(error) = ask(&["--metrics-token", &TOKEN[1..]]) else { panic!("it is short") };
        assert!(error.to_string().contains("--metrics-token: must be 16 or more"), "{error}");
        assert!(!error.to_string().contains(&TOKEN[1..]), "{error}");
    }
}
