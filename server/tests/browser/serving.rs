//! How the built page is served: in the best form that a client takes, and kept as long as it may be.

use crate::support::Server;

/// Most bytes of the first load, brotli: what it takes, and a little. It is to become less, not more.
const FIRST_LOAD: usize = 348_000;

/// The head of the answer to a request for this path.
fn head(server: &Server, path: &str, more: &str) -> String {
    let mut raw = server.connect();
    raw.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n"));
    let response = raw.finish_bytes();
    let end = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    String::from_utf8(response[..end].to_vec()).unwrap()
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

pub(crate) async fn forms_and_caching() {
    let server = Server::start(&[]);
    let index = head(&server, "/", "");
    assert!(index.starts_with("HTTP/1.1 200 ") && field(&index, "content-encoding").is_none(), "{index}");
    assert_eq!((field(&index, "cache-control"), field(&index, "etag")), (Some("no-store"), None));
    let policy = field(&index, "content-security-policy").unwrap();
    assert!(policy.contains("'sha256-") && !policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(field(&head(&server, "/r/kitchen", ""), "content-type"), field(&index, "content-type"));

    let mut raw = server.connect();
    raw.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let html = raw.finish();
    let wasm = html.split(['"', '\'']).find(|part| part.ends_with("_bg.wasm")).unwrap();
    let mut forms = Vec::new();
    for (accept, encoding) in
        [("", None), ("Accept-Encoding: gzip, br\r\n", Some("br")), ("Accept-Encoding: gzip\r\n", Some("gzip"))]
    {
        let head = head(&server, wasm, accept);
        assert_eq!(field(&head, "content-type"), Some("application/wasm"));
        assert_eq!(field(&head, "content-encoding"), encoding);
        assert_eq!(field(&head, "cache-control"), Some("public, max-age=31536000, immutable"));
        forms.push((
            field(&head, "content-length").unwrap().parse::<usize>().unwrap(),
            field(&head, "etag").unwrap().to_owned(),
        ));
    }
    assert!(forms[1].0 < forms[2].0 && forms[2].0 < forms[0].0, "brotli before gzip before neither: {forms:?}");
    assert!(forms[0].1 != forms[1].1 && forms[1].1 != forms[2].1, "each form has a tag of its own");
    let unchanged = head(&server, wasm, &format!("If-None-Match: {}\r\n", forms[0].1));
    assert!(unchanged.starts_with("HTTP/1.1 304 "), "{unchanged}");
    assert_eq!(field(&unchanged, "etag"), Some(forms[0].1.as_str()));
    // What is asked for by a fixed name is asked for each time.
    for (path, mime) in [
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/icons/icon-192.png", "image/png"),
        ("/icons/icon-512.png", "image/png"),
        ("/icons/maskable-512.png", "image/png"),
        ("/icons/apple-touch-icon.png", "image/png"),
        ("/icon.svg", "image/svg+xml"),
    ] {
        let head = head(&server, path, "");
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        let fields = (field(&head, "content-type"), field(&head, "cache-control"));
        assert_eq!(fields, (Some(mime), Some("no-cache")), "{path}");
        assert!(field(&head, "etag").is_some(), "{path}");
    }
    let worker = head(&server, "/sw.js", "");
    assert_eq!(field(&worker, "content-security-policy"), Some("default-src 'none'; connect-src 'self'"));
    assert!(policy.contains("worker-src 'self'") && policy.contains("manifest-src 'self'"), "{policy}");

    assert!(head(&server, "/nothing.js", "").starts_with("HTTP/1.1 404 "));
}

/// All that index.html asks for, as a browser gets it: a budget, so that nothing heavy comes in unseen.
pub(crate) async fn size() {
    let server = Server::start(&[]);
    let length = |path: &str| {
        let head = head(&server, path, "Accept-Encoding: br\r\n");
        assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}");
        field(&head, "content-length").unwrap().parse::<usize>().unwrap()
    };
    let mut raw = server.connect();
    raw.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let html = raw.finish();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    let is_asset = |part: &&str| part.starts_with('/') && part.contains('.') && part.chars().all(plain);
    let mut paths: Vec<_> = html.split(['"', '\'', '=', ' ', '<', '>', '\n']).filter(is_asset).collect();
    paths.sort_unstable();
    paths.dedup();
    let wasm = *paths.iter().find(|path| path.contains("_bg.wasm")).unwrap();
    assert!(paths.iter().any(|path| path.contains(".css")), "{paths:?}");
    let sizes: Vec<_> = paths.iter().map(|path| (length(path), *path)).chain([(length("/"), "/")]).collect();
    let total: usize = sizes.iter().map(|(size, _)| size).sum();
    // An unoptimised page (`trunk build`) is served uncompressed, and says nothing.
    if field(&head(&server, wasm, "Accept-Encoding: br\r\n"), "content-encoding").is_some() {
        assert!(total <= FIRST_LOAD, "{total} bytes are more than {FIRST_LOAD}: {sizes:?}");
    }
}
