//! HTTP over a stream: the page, `/ws`, and what watches the server: `/healthz`, `/readyz`, `/metrics`.
//!
//! What HTTP carries never reaches plain text: a web page elsewhere can make a browser send anything in a body. What
//! guards the server against pages lies around all of it, so that no handler can forget.

mod connection;
mod headers;
mod hosts;
mod origins;
mod upgrade;
mod watching;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::routing::get;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::page;
use crate::config::Secret;
use crate::hub_task::HubHandle;
use crate::metrics::Metrics;

pub(crate) use connection::serve;
pub(crate) use hosts::is_host;

/// What HTTP needs of the server.
#[derive(Debug)]
pub(crate) struct Site {
    /// The hub.
    pub(crate) hub: HubHandle,
    /// The longest JSON object, in bytes.
    pub(crate) json_bytes: usize,
    /// After how long a silence a WebSocket is asked whether it is there.
    pub(crate) ping_after: Duration,
    /// Other origins whose pages may connect.
    pub(crate) allow_origin: Vec<String>,
    /// Other hosts that a listener on a loopback address may be called by.
    pub(crate) allow_host: Vec<String>,
    /// What the server counts.
    pub(crate) metrics: Arc<Metrics>,
    /// What lets somebody elsewhere read that.
    pub(crate) metrics_token: Option<Secret>,
    /// The server stops.
    pub(crate) stopping: CancellationToken,
    /// WebSockets outlive the requests that they came from.
    pub(crate) sockets: TaskTracker,
}

/// What is served over HTTP.
pub(crate) fn router(site: Site) -> Router {
    let site = Arc::new(site);
    let router = Router::new();
    #[cfg(feature = "test-build")]
    let router = router.route("/echo", get(upgrade::echo));
    router
        .route("/healthz", get(watching::healthy))
        .route("/readyz", get(watching::ready))
        .route("/metrics", get(watching::metrics))
        .route("/ws", get(upgrade::upgrade))
        .fallback(get(page::serve))
        // The last is the outermost: what it adds is in the others' answers too.
        .layer(middleware::from_fn_with_state(Arc::clone(&site), origins::guard))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), hosts::guard))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), headers::guard))
        .with_state(site)
}
