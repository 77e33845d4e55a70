//! What programs that watch the server ask it: whether it lives, whether it can be used, and how it does.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::hosts::Called;
use super::{Site, origins};
use crate::connection::{Arrival, Peer};
use crate::metrics::FORMAT;

/// What a proxy adds to what it passes on. One that adds none of them can't be told from a program on its machine.
const FORWARDED: [&str; 6] =
    ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];

const NO_STORE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];

/// The process runs and answers. What it depends on isn't asked: a restart doesn't mend a full disk.
pub(super) async fn healthy() -> impl IntoResponse {
    (NO_STORE, "ok\n")
}

/// What is said here would be kept.
pub(super) async fn ready(State(site): State<Arc<Site>>) -> impl IntoResponse {
    let (status, text) = if site.stopping.is_cancelled() {
        (StatusCode::SERVICE_UNAVAILABLE, "the server stops\n")
    } else if !site.metrics.log.is_writable() {
        (StatusCode::SERVICE_UNAVAILABLE, "the log can't be written; it is tried again each second\n")
    } else {
        (StatusCode::OK, "ready\n")
    };
    (status, NO_STORE, text)
}

/// What the server counts, for whoever is on this machine or has the token.
pub(super) async fn metrics(
    State(site): State<Arc<Site>>,
    Extension(arrival): Extension<Arrival>,
    Extension(called): Extension<Called>,
    headers: HeaderMap,
) -> Response {
    if headers.contains_key(header::ORIGIN) || origins::is_from_elsewhere(&headers) {
        return (StatusCode::FORBIDDEN, NO_STORE, "the metrics are not for web pages\n").into_response();
    }
    let shows_token = site.metrics_token.as_ref().is_some_and(|token| token.is(bearer(&headers)));
    if shows_token || is_on_this_machine(arrival.peer, &called, &headers) {
        return (NO_STORE, [(header::CONTENT_TYPE, FORMAT)], site.metrics.render()).into_response();
    }
    if site.metrics_token.is_some() {
        let text =
            "the metrics are for this machine, or for whoever sends Authorization: Bearer and the metrics-token\n";
        return (StatusCode::UNAUTHORIZED, NO_STORE, [(header::WWW_AUTHENTICATE, "Bearer")], text).into_response();
    }
    let text = "the metrics are for this machine; metrics-token in the settings lets others read them\n";
    (StatusCode::FORBIDDEN, NO_STORE, text).into_response()
}

/// Whether somebody on this machine asks, for themselves. A page whose name was made to point here could ask as its own
/// (DNS rebinding), whatever the listener is bound to; it can't ask as localhost.
fn is_on_this_machine(peer: Peer, called: &Called, headers: &HeaderMap) -> bool {
    let near = match peer {
        Peer::Tcp(address) => address.ip().to_canonical().is_loopback() && called.is_this_machine(),
        Peer::Unix => true,
    };
    near && !FORWARDED.iter().any(|name| headers.contains_key(*name))
}

/// What was said as a bearer token (RFC 6750 section 2.1); nothing where nothing was.
fn bearer(headers: &HeaderMap) -> &[u8] {
    let said = headers.get(header::AUTHORIZATION).map_or(&[][..], |value| value.as_bytes());
    match said.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"Bearer ") => token,
        _ => &[],
    }
}
