//! The page: what trunk built into `dist/`, carried inside the binary, precompressed.
//!
//! A debug build reads `dist/` as it is at that moment; a release build carries what was there when it was built.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_embed::{Embed, EmbeddedFile};
use sha2::{Digest, Sha256};

#[derive(Embed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

const INDEX: &str = "index.html";

/// The service worker. A browser asks for it by this name, at each visit.
const WORKER: &str = "sw.js";

/// It runs beside the page, under a policy of its own: it fetches the page's files, and that is all.
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'";

/// What is shown where the page hasn't been built.
const NOT_BUILT: &str = include_str!("not_built.html");

/// Files whose name holds a hash of what is in them never change.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Kept, but asked about each time.
const ASK_FIRST: &str = "no-cache";

/// Not kept. The page says what else is to be fetched and what it may do, and must never be an older one's.
const NEVER: &str = "no-store";

/// Serves a file of the page, or the page itself for whatever it may know how to show (`/r/ROOM`).
pub(super) async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let headers = request.headers();
    let name = if path.is_empty() || path.starts_with("r/") { INDEX } else { path };
    let Some(file) = Dist::get(name) else {
        return match name {
            INDEX => {
                (StatusCode::SERVICE_UNAVAILABLE, [(header::CACHE_CONTROL, NEVER)], Html(NOT_BUILT)).into_response()
            }
            _ => (StatusCode::NOT_FOUND, "there is no such file\n").into_response(),
        };
    };
    let is_index = name == INDEX;
    let policy = match name {
        INDEX => Some(content_security_policy(&file.data)),
        WORKER => Some(WORKER_POLICY.to_owned()),
        _ => None,
    };
    let hash = hex(&file.metadata.sha256_hash());
    let (file, encoding) = compressed(name, file, headers);
    // Each form of a file is a representation of its own (RFC 9110 section 8.8.3.3).
    let etag = (!is_index).then(|| format!("\"{hash}-{}\"", encoding.unwrap_or("plain")));
    let keep = match name {
        INDEX => NEVER,
        _ if is_hashed(name) => FOR_EVER,
        _ => ASK_FIRST,
    };
    let has_it = etag.as_deref().is_some_and(|etag| is_cached(headers, etag));
    let mut response = if has_it { StatusCode::NOT_MODIFIED.into_response() } else { Response::new(file.data.into()) };
    let mime = mime_guess::from_path(name).first_or_octet_stream();
    let text = if mime.type_() == mime_guess::mime::TEXT { "; charset=utf-8" } else { "" };
    // What says how to keep it goes with "not modified" too (RFC 9110 section 15.4.5), what says how to read it doesn't.
    let values = [
        (header::CONTENT_TYPE, (!has_it).then(|| format!("{mime}{text}"))),
        (header::CONTENT_ENCODING, encoding.filter(|_| !has_it).map(str::to_owned)),
        (header::CACHE_CONTROL, Some(keep.to_owned())),
        (header::ETAG, etag),
        (header::VARY, Some("accept-encoding".to_owned())),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    let out = response.headers_mut();
    for (name, value) in values {
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            out.insert(name, value);
        }
    }
    response
}

/// Whether the client has this form of the file already.
fn is_cached(headers: &HeaderMap, etag: &str) -> bool {
    let cached = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    cached.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag))
}

/// The file in the best form that the client takes, where there is one.
fn compressed(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> (EmbeddedFile, Option<&'static str>) {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (encoding, ending) in [("br", "br"), ("gzip", "gz")] {
        if accepts(accepted, encoding)
            && let Some(smaller) = Dist::get(&format!("{name}.{ending}"))
        {
            return (smaller, Some(encoding));
        }
    }
    (file, None)
}

/// Whether an `Accept-Encoding` (RFC 9110 section 12.5.3) names a coding without ruling it out by `q=0`.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|part| {
        let mut parts = part.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
        let weight = parts.find_map(|parameter| parameter.strip_prefix("q=")).and_then(|q| q.parse::<f32>().ok());
        named && weight.is_none_or(|weight| weight > 0.0)
    })
}

/// Whether a name holds a hash of what is in it, as trunk writes it: 64 bits in hexadecimal, without leading zeros.
fn is_hashed(name: &str) -> bool {
    // Eight zeros at the start are as good as impossible, and no word of a name is as long and all hexadecimal.
    let is_hash = |part: &str| (8..=16).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_hexdigit());
    name.split(['-', '_', '.']).any(is_hash)
}

/// What the page may do. No inline script but trunk's loader and what sets the theme before anything is painted, by
/// their hashes; WebAssembly, and no eval.
fn content_security_policy(index: &[u8]) -> String {
    let index = String::from_utf8_lossy(index);
    let hashes: String =
        inline_scripts(&index).map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script)))).collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'self'; form-action 'none'; \
         frame-ancestors 'none'"
    )
}

/// What stands between `<script …>` and `</script>`, where the tag names no source.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!tag.contains("src=") && !script.is_empty()).then_some(script)
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_taken_by_name_unless_ruled_out() {
        assert!(accepts("gzip, deflate, br, zstd", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("", "gzip"));
        assert!(!accepts("brotli", "br"));
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        assert!(is_hashed("partyline-web-a53f37a1b2c3d4e5_bg.wasm"));
        assert!(is_hashed("style-0123456789abcdef.css"));
        assert!(is_hashed("partyline-web-4527fee32dd7348_bg.wasm"), "a leading zero isn't written");
        assert!(!is_hashed("index.html"));
        assert!(!is_hashed("icon.svg"));
        for name in [WORKER, "manifest.webmanifest", "icons/icon-192.png", "icons/apple-touch-icon.png"] {
            assert!(!is_hashed(name), "{name}");
        }
    }

    #[test]
    fn inline_scripts_are_allowed_by_their_hash_alone() {
        let html = br#"<script src="/a.js"></script><script type="module">import "/b.js";</script>"#;
        let policy = content_security_policy(html);
        let hash = STANDARD.encode(Sha256::digest(r#"import "/b.js";"#));
        assert!(policy.contains(&format!("script-src 'self' 'wasm-unsafe-eval' 'sha256-{hash}';")), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        assert_eq!(policy.matches("sha256-").count(), 1);
    }
}
