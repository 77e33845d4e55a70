//! Why something couldn't be got.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use super::body::BadBody;
use super::head::BadHead;
use super::target::InvalidUrl;
use super::tls::TlsError;
use crate::connect::ConnectError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum GetError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("no connection to {0} within {secs} s: is the address right? --timeout waits longer", secs = .1.as_secs_f32())]
    Unconnected(String, Duration),
    #[error("{0} has said nothing for {secs} s: --timeout waits longer", secs = .1.as_secs_f32())]
    Silent(String, Duration),
    #[error("the connection to {0} broke: {1}")]
    Broken(String, io::Error),
    #[error("{0} has closed the connection without an answer")]
    ClosedSilently(String),
    #[error("the answer of {0} was cut short within its head")]
    ShortHead(String),
    #[error("the answer of {0} can't be read: {1}")]
    Head(String, BadHead),
    #[error("the answer of {0} can't be read: it changes to another protocol, which nobody has asked for")]
    OtherProtocol(String),
    #[error("the answer of {0} can't be read: more than {1} interim answers, and no final one")]
    Interim(String, usize),
    #[error("the answer of {0} is broken: {1}")]
    Body(String, BadBody),
    #[error("{0} has closed the connection without saying so in TLS: the answer may have been cut short")]
    Truncated(String),
    #[error("{0} redirects to {1:?}: {2}")]
    BadRedirect(String, String, InvalidUrl),
    #[error("gave up after {0} redirects: the last one leads to {1}")]
    TooManyRedirects(usize, String),
    #[error("{path} can't be written: {error}", path = .0.display(), error = .1)]
    File(PathBuf, io::Error),
    #[error("can't go on: {0}")]
    Output(io::Error),
}
