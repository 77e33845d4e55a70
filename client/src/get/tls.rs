//! TLS, as https has it.

use std::io;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};

/// Why there is no secure connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    /// Nothing to check a certificate against.
    #[error("no root certificates can be found{0}: install ca-certificates, or name a file of them in SSL_CERT_FILE")]
    NoRoots(String),
    /// A name that no certificate can have.
    #[error("{0:?} can't be the name in a certificate")]
    BadName(String),
    /// The server may be somebody else.
    #[error("the certificate of {0} is not to be trusted: {1}")]
    Certificate(String, String),
    /// It speaks something else.
    #[error("{0} doesn't speak TLS: is it http:// instead?")]
    NotTls(String),
    /// It has gone.
    #[error("{0} has closed the connection instead of speaking TLS: is it http:// instead?")]
    Closed(String),
    /// Anything else.
    #[error("no TLS with {0}: {1}")]
    Other(String, String),
}

/// Makes a connection secure, and makes sure that it is with whoever owns the name.
///
/// # Errors
/// [`TlsError`] says which of the two failed, and why.
pub(crate) async fn secure(stream: TcpStream, name: &str) -> Result<TlsStream<TcpStream>, TlsError> {
    let config = config().map_err(|why| match why {
        Problem::NoRoots(why) => TlsError::NoRoots(why),
        Problem::Tls(error) => TlsError::Other(name.to_owned(), error.to_string()),
    })?;
    let server = ServerName::try_from(name.to_owned()).map_err(|_| TlsError::BadName(name.to_owned()))?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(server, stream).await.map_err(|error| explain(name, &error))
}

/// Which version of TLS it came to.
pub(crate) fn version(stream: &TlsStream<TcpStream>) -> &'static str {
    match stream.get_ref().1.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    }
}

enum Problem {
    NoRoots(String),
    Tls(rustls::Error),
}

fn config() -> Result<ClientConfig, Problem> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Systems carry roots that are broken or outdated: those that can be read are the system's roots.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let why = found.errors.first().map(|error| format!(" ({error})"));
        return Err(Problem::NoRoots(why.unwrap_or_default()));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().map_err(Problem::Tls)?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    // HTTP/2 isn't text: a server that could speak both is told (RFC 7301).
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn explain(name: &str, error: &io::Error) -> TlsError {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let name = name.to_owned();
    match inner {
        Some(rustls::Error::InvalidCertificate(why)) => TlsError::Certificate(name, certificate(why)),
        Some(rustls::Error::InvalidMessage(_)) => TlsError::NotTls(name),
        Some(other) => TlsError::Other(name, other.to_string()),
        None if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            TlsError::Closed(name)
        }
        None => TlsError::Other(name, error.to_string()),
    }
}

fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => {
            "nobody whom this system trusts has signed it (it may be self-signed; SSL_CERT_FILE names a file of roots)"
                .to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => format!("it has expired ({why})"),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("it isn't valid yet ({why}): is this machine's clock right?")
        }
        CertificateError::NotValidForName => "it is for another name".to_owned(),
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            "it is for no name at all".to_owned()
        }
        CertificateError::NotValidForNameContext { .. } => format!("it is for another name ({why})"),
        CertificateError::BadSignature => "its signature is wrong".to_owned(),
        CertificateError::Revoked => "it was revoked".to_owned(),
        other => other.to_string(),
    }
}
