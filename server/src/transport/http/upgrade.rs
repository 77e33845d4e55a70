//! `/ws`: from a request to a WebSocket.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use tracing::{Instrument as _, Span};

use super::super::liveness::Liveness;
use super::super::websocket;
use super::Site;
use crate::meter::Meter;
use crate::metrics::Speaks;

/// What an idle WebSocket costs: its read buffer. The default of 128 KiB is for bulk.
const READ_BUFFER: usize = 4096;

/// What gathers before it is written, and stays with a reader that has stalled. The default of 128 KiB would be half as much
/// as may wait in its queue.
const WRITE_BUFFER: usize = 16 * 1024;

/// The last character of a key holds four bits that mean nothing, and clients that make it up set some of them.
const KEY: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Whose page asks was looked at before.
pub(super) async fn upgrade(
    State(site): State<Arc<Site>>,
    Extension(meter): Extension<Arc<Meter>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !has_key(&headers) {
        let text = "Sec-WebSocket-Key must be 16 bytes in base64, 24 characters\n";
        return (StatusCode::BAD_REQUEST, text).into_response();
    }
    let span = Span::current();
    let hard = site.json_bytes.saturating_mul(websocket::HARD_FACTOR);
    bounded(upgrade, hard, site.queue_bytes.saturating_mul(32)).on_upgrade(move |socket| {
        let serving = async move {
            let _counted = (site.sockets.token(), site.metrics.connections.open(Speaks::Ws));
            let liveness = Liveness::new(meter, site.ping_after);
            websocket::serve(socket, site.hub.clone(), site.json_bytes, liveness).await;
        };
        // It runs in a task of its own, and is the same connection.
        serving.instrument(span)
    })
}

/// What tungstenite bounds: a message or frame that comes, and what waits to be written, in bytes.
fn bounded(upgrade: WebSocketUpgrade, incoming: usize, outgoing: usize) -> WebSocketUpgrade {
    upgrade
        .max_message_size(incoming)
        .max_frame_size(incoming)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(outgoing)
}

/// `/echo`: says back every message as it came, for conformance tests, which send messages of 16 MiB.
#[cfg(feature = "test-build")]
pub(super) async fn echo(upgrade: WebSocketUpgrade) -> Response {
    const BYTES: usize = 64 * 1024 * 1024;
    bounded(upgrade, BYTES, BYTES * 2).on_upgrade(websocket::echo)
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
