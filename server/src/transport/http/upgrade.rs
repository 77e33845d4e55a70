//! `/ws`: from a request to a WebSocket.

use std::io;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::downcast;
use tracing::{Instrument as _, Span};
use tungstenite::handshake::server::create_response_with_body;

use super::super::liveness::Liveness;
use super::super::websocket;
use super::Site;
use crate::link::Link;
use crate::metered::Metered;
use crate::metrics::Speaks;

/// The last character of a key holds four bits that mean nothing, and clients that make it up set some of them.
const KEY: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Whose page asks was looked at before.
pub(super) async fn upgrade(
    State(site): State<Arc<Site>>,
    Extension(link): Extension<Arc<Link>>,
    mut request: Request,
) -> Response {
    let (response, upgraded) = match accept(&mut request) {
        Ok(accepted) => accepted,
        Err(refused) => return refused,
    };
    let serving = async move {
        let Some(first) = upgraded_to_raw(upgraded).await else { return };
        let _counted = (site.sockets.token(), site.metrics.connections.open(Speaks::Ws));
        let liveness = Liveness::new(Arc::clone(&link), site.ping_after);
        // In a box: until the request is answered it would hold room for all of it.
        Box::pin(websocket::serve(link, first, site.hub.clone(), site.json_bytes, liveness)).await;
    };
    // It runs in a task of its own, and is the same connection.
    tokio::spawn(serving.instrument(Span::current()));
    response
}

/// `/echo`: says back every message as it came, for conformance tests, which send messages of 16 MiB.
#[cfg(feature = "test-build")]
pub(super) async fn echo(
    State(site): State<Arc<Site>>,
    Extension(link): Extension<Arc<Link>>,
    mut request: Request,
) -> Response {
    const BYTES: usize = 64 * 1024 * 1024;
    let (response, upgraded) = match accept(&mut request) {
        Ok(accepted) => accepted,
        Err(refused) => return refused,
    };
    let capacity = crate::outbox::Capacity {
        delivered: 2 * BYTES,
        answers: 2 * BYTES,
        waiting: site.metrics.deliveries.waiting.clone(),
    };
    let outbox = Arc::new(crate::outbox::Outbox::new(Arc::clone(&link), Arc::new(capacity)));
    tokio::spawn(async move {
        if let Some(first) = upgraded_to_raw(upgraded).await {
            websocket::echo(link, first, outbox, BYTES).await;
        }
    });
    response
}

/// What a request for a WebSocket is answered, and what comes of it then; or why it isn't one (RFC 6455 section 4.2.1).
#[expect(clippy::result_large_err, reason = "a response that is returned at once")]
fn accept(request: &mut Request) -> Result<(Response, OnUpgrade), Response> {
    if !has_key(request.headers()) {
        let text = "Sec-WebSocket-Key must be 16 bytes in base64, 24 characters\n";
        return Err((StatusCode::BAD_REQUEST, text).into_response());
    }
    let response = create_response_with_body(request, Body::empty).map_err(|error| {
        let text = format!("{error}\n");
        // RFC 6455 section 4.4.
        match request.headers().get(header::SEC_WEBSOCKET_VERSION) {
            Some(version) if version != "13" => {
                (StatusCode::UPGRADE_REQUIRED, [(header::SEC_WEBSOCKET_VERSION, "13")], text).into_response()
            }
            _ => (StatusCode::BAD_REQUEST, text).into_response(),
        }
    })?;
    let upgraded = request.extensions_mut().remove::<OnUpgrade>();
    let not_here =
        || (StatusCode::BAD_REQUEST, "a WebSocket needs a connection of its own: HTTP/1.1\n").into_response();
    Ok((response, upgraded.ok_or_else(not_here)?))
}

/// Waits until the answer is sent. Returns what came behind the request, and is the client's first already; what comes
/// next is for whoever has the connection.
async fn upgraded_to_raw(upgraded: OnUpgrade) -> Option<Bytes> {
    let raw = |upgraded: Upgraded| downcast::<TokioIo<Metered>>(upgraded).map_err(|_| io::Error::other("not ours"));
    match upgraded.await.map_err(io::Error::other).and_then(raw) {
        Ok(parts) => Some(parts.read_buf),
        Err(error) => {
            tracing::debug!(%error, "a WebSocket did not come of it");
            None
        }
    }
}

/// RFC 6455 section 4.2.1, which axum leaves to us.
fn has_key(headers: &HeaderMap) -> bool {
    let mut keys = headers.get_all(header::SEC_WEBSOCKET_KEY).iter();
    let key = keys.next().and_then(|key| KEY.decode(key.as_bytes()).ok());
    key.is_some_and(|key| key.len() == 16) && keys.next().is_none()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_key_is_sixteen_bytes() {
        let has = |keys: &[&'static str]| {
            let keys = keys.iter().map(|key| (header::SEC_WEBSOCKET_KEY, HeaderValue::from_static(key)));
            has_key(&keys.collect())
        };
        assert!(has(&["dGhlIHNhbXBsZSBub25jZQ=="]));
        assert!(has(&["dGhlIHNhbXBsZSBub25jZR=="]), "bits that mean nothing");
        let wrong: [&[&str]; 6] = [
            &[],
            &[""],
            &["SGVsbG8sIHdvcmxkIQ=="],
            &["dGhlIHNhbXBsZSBub25jZQ"],
            &["not base64 at all!!!!!=="],
            &["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="],
        ];
        for keys in wrong {
            assert!(!has(keys), "{keys:?}");
        }
    }
}
