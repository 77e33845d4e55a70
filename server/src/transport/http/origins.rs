//! Which pages may do something here.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Site;
use super::hosts::Called;

const TEXT: &str = "a page of another origin may not do that here; allow-origin in the settings permits one\n";

/// Turns away what a page of another origin has a browser do: whatever may change something (RFC 9110 section 9.2.1), and
/// WebSockets, to which browsers apply no same-origin policy of their own (RFC 6455 section 10.2).
pub(super) async fn guard(
    State(site): State<Arc<Site>>,
    Extension(called): Extension<Called>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let acts = !request.method().is_safe() || headers.contains_key(header::UPGRADE);
    if acts && !is_from_here(headers, &called, &site.allow_origin) {
        return (StatusCode::FORBIDDEN, TEXT).into_response();
    }
    next.run(request).await
}

/// Whether a browser says that a page of another origin had it ask. Programs say nothing of the kind.
pub(super) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// Browsers say which page it was that wants something. Other programs send no `Origin`, or could send any.
///
/// Behind a proxy (`trunk serve` is one) the page's host is what the proxy says it forwarded for. No page of another
/// origin can say that: it would have to ask first (a CORS preflight), and is told no.
fn is_from_here(headers: &HeaderMap, called: &Called, allowed: &[String]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let Some(origin) = origins.next() else { return !is_from_elsewhere(headers) };
    let (Ok(origin), None) = (origin.to_str(), origins.next()) else { return false };
    let forwarded = headers.get("x-forwarded-host").and_then(|host| host.to_str().ok());
    let is_ours = origin.split_once("://").is_some_and(|(_, authority)| {
        [called.as_str(), forwarded].into_iter().flatten().any(|host| host.eq_ignore_ascii_case(authority))
    });
    is_ours || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
}
