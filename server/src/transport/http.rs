//! HTTP over a stream: the page, `/ws`, `/healthz`.
//!
//! What HTTP carries never reaches plain text: a web page elsewhere can make a browser send anything in a body.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{page, websocket};
use crate::hub_task::HubHandle;
use crate::rewind::Rewind;

/// HTTP/2 streams of one connection.
const STREAMS: u32 = 64;

/// What an idle WebSocket costs: its read buffer. The default of 128 KiB is for bulk.
const READ_BUFFER: usize = 4096;

#[derive(Debug)]
struct Site {
    hub: HubHandle,
    json_bytes: usize,
    queue_bytes: usize,
    allow_origin: Vec<String>,
    /// WebSockets outlive the requests that they came from.
    sockets: TaskTracker,
}

/// What is served over HTTP.
pub(crate) fn router(
    hub: HubHandle,
    json_bytes: usize,
    queue_bytes: usize,
    allow_origin: Vec<String>,
    sockets: TaskTracker,
) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/ws", get(upgrade))
        .fallback(get(page::serve))
        .layer(middleware::from_fn(guard))
        .with_state(Arc::new(Site { hub, json_bytes, queue_bytes, allow_origin, sockets }))
}

/// Serves one connection to its end. `first` is what was read of it already.
///
/// # Errors
/// What the socket says.
pub(crate) async fn serve<S>(
    stream: S,
    first: Bytes,
    router: Router,
    head_within: Duration,
    stopping: CancellationToken,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        // Without a timer hyper enforces no timeout at all, and a client may take for ever over its head.
        .timer(TokioTimer::new())
        .header_read_timeout(head_within)
        // A raw client shuts its side after the request, and still wants the response.
        .half_close(true)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS);
    let io = TokioIo::new(Rewind::new(first, stream));
    let connection = builder.serve_connection_with_upgrades(io, TowerToHyperService::new(router));
    tokio::pin!(connection);
    let served = tokio::select! {
        served = &mut connection => served,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    served.map_err(io::Error::other)
}

async fn upgrade(State(site): State<Arc<Site>>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if !same_origin(&headers, &site.allow_origin) {
        let text = "a page of another origin may not connect here; allow-origin in the settings permits one\n";
        return (StatusCode::FORBIDDEN, text).into_response();
    }
    let hard = site.json_bytes.saturating_mul(websocket::HARD_FACTOR);
    upgrade
        .max_message_size(hard)
        .max_frame_size(hard)
        .read_buffer_size(READ_BUFFER)
        .max_write_buffer_size(site.queue_bytes.saturating_mul(32))
        .on_upgrade(async move |socket| {
            let _counted = site.sockets.token();
            websocket::serve(socket, site.hub.clone(), site.json_bytes).await;
        })
}

/// Browsers say which page opens a WebSocket, and apply no same-origin policy of their own to it (RFC 6455
/// section 10.2). Other programs send no `Origin`, or could send any.
///
/// Behind a proxy (`trunk serve` is one) the page's host is what the proxy says it forwarded for. No page can
/// say that: scripts can't set headers on a WebSocket.
fn same_origin(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let hosts = [headers.get(header::HOST), headers.get("x-forwarded-host")];
    let from_here = origin.split_once("://").is_some_and(|(_, authority)| {
        hosts.into_iter().flatten().any(|host| host.to_str().is_ok_and(|host| host.eq_ignore_ascii_case(authority)))
    });
    from_here || allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
}

/// What every response says to browsers.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // The page brings its own, with the hash of its loader.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("chat.example:19534"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        headers
    }

    #[test]
    fn only_pages_from_here_and_those_allowed_may_connect() {
        let allowed = ["http://127.0.0.1:8080".to_owned()];
        for origin in
            [None, Some("http://chat.example:19534"), Some("https://chat.example:19534"), Some("http://127.0.0.1:8080")]
        {
            assert!(same_origin(&headers(origin), &allowed), "{origin:?}");
        }
        for origin in [
            "null",
            "",
            "http://evil.example",
            "http://chat.example",
            "http://chat.example:19534.evil.example",
            "http://evil.example/chat.example:19534",
            "http://127.0.0.1:8081",
            "chat.example:19534",
        ] {
            assert!(!same_origin(&headers(Some(origin)), &allowed), "{origin}");
        }
    }
}
