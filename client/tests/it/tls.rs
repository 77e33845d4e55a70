//! `partyline get` of https.

use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::scripted::{Outcome, command};
use crate::web::{Web, answer};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// An authority, and a file that names it as one.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "an authority of this test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("roots.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("roots.pem")
    }

    /// A server whose certificate it has signed.
    fn server(&self, params: &CertificateParams) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        config(certificate.der().clone(), &key)
    }
}

fn named(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).unwrap()
}

fn config(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    builder.with_single_cert(vec![certificate], key).unwrap()
}

/// `partyline get https://…`, trusting whom the file names, of a server that does this.
fn get(roots: &Path, serve: impl FnOnce(TcpStream) + Send) -> Outcome {
    let web = Web::new();
    let home = tempfile::tempdir().unwrap();
    let url = format!("https://{}/", web.place);
    let mut get = command(&["get", &url], home.path());
    let child = get.env("SSL_CERT_FILE", roots).env_remove("SSL_CERT_DIR").spawn().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| serve(web.accept()));
        Outcome::of(child)
    })
}

fn tls(config: ServerConfig, stream: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
    StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream)
}

/// A client that trusts nobody here says so while it is being answered.
fn refused(config: ServerConfig) -> impl FnOnce(TcpStream) + Send {
    |stream| {
        let mut tls = tls(config, stream);
        let _ = tls.flush();
        while tls.conn.is_handshaking() && tls.conn.complete_io(&mut tls.sock).is_ok() {}
    }
}

#[test]
fn a_certificate_of_a_root_is_trusted() {
    let authority = Authority::new();
    let server = authority.server(&named("127.0.0.1"));
    let outcome = get(&authority.file(), |stream| {
        let mut tls = tls(server, stream);
        let request = answer(&mut tls, &[HELLO.as_bytes()]);
        assert!(request.starts_with("GET / HTTP/1.1\r\n"));
        tls.conn.send_close_notify();
        let _ = tls.flush();
    });
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.problems.as_str()), (Some(0), HELLO, ""));
}

#[test]
fn a_self_signed_certificate_is_not() {
    let key = KeyPair::generate().unwrap();
    let certificate = named("127.0.0.1").self_signed(&key).unwrap();
    let outcome = get(&Authority::new().file(), refused(config(certificate.der().clone(), &key)));
    outcome
        .fails_with("the certificate of 127.0.0.1 is not to be trusted: nobody whom this system trusts has signed it");
}

#[test]
fn a_certificate_of_another_name_or_time_is_not() {
    let authority = Authority::new();
    let outcome = get(&authority.file(), refused(authority.server(&named("example.org"))));
    outcome.fails_with("it is for another name");
    assert!(outcome.problems.contains("example.org"), "{}", outcome.problems);
    let mut old = named("127.0.0.1");
    (old.not_before, old.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    get(&authority.file(), refused(authority.server(&old))).fails_with("it has expired");
}

#[test]
fn an_end_without_tls_saying_so_may_be_a_cut() {
    let authority = Authority::new();
    let server = authority.server(&named("127.0.0.1"));
    let outcome = get(&authority.file(), |stream| {
        answer(tls(server, stream), &[b"HTTP/1.1 200 OK\r\n\r\nis that all?"]);
    });
    outcome.fails_with("without saying so in TLS");
    assert!(outcome.out.ends_with("is that all?"));
}

#[test]
fn what_speaks_no_tls_is_said() {
    let roots = Authority::new();
    get(&roots.file(), |mut stream| stream.write_all(b"-- Welcome\n").unwrap()).fails_with("is it http:// instead?");
    get(&roots.file(), drop).fails_with("is it http:// instead?");
    get(Path::new("/nonexistent/roots.pem"), drop).fails_with("no root certificates can be found");
}
