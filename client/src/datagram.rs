//! `partyline send` where a datagram is the message: one goes out, and one comes back.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use partyline_shared::clean;
use tokio::net::UdpSocket;

use crate::connect::{ConnectError, resolve};
use crate::{DatagramAddress, HostPort, print};

/// The largest datagram there is.
const LARGEST: usize = 64 << 10;
/// A message is filled up to so many bytes with spaces, which aren't said: an answer is never longer than what it
/// answers, and this is room for the receipt of a word, and for why something is refused.
const ROOM: usize = 128;
/// How the server's errors begin (docs: plain text). An answer is never longer than what it answers: of an error there
/// may be only the start of this.
const ERROR: &str = "-- error";

/// Why a message isn't known to be taken.
#[derive(Debug, thiserror::Error)]
enum DatagramError {
    /// No way leads there.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// No datagram has so many bytes.
    #[error("{0} bytes are too many for a datagram: send less, or use a stream address")]
    TooLong(usize),
    /// The socket for the answer.
    #[error("no socket for the answer can be made in {0}: {1}")]
    NoReturn(String, io::Error),
    /// Silence.
    #[error(
        "{0} has not answered within {secs} s: datagrams are never certain, the message may or may not be there",
        secs = .1.as_secs_f32()
    )]
    NoAnswer(String, Duration),
    /// The server says no.
    #[error("refused: {0}")]
    Refused(String),
    /// stdout is gone.
    #[error("can't go on: {0}")]
    Output(io::Error),
}

/// Says a message to a Partyline, which answers with a receipt or an error.
pub(crate) async fn say(address: &DatagramAddress, text: &str, timeout: Duration) -> ExitCode {
    let mut message = text.trim_end().as_bytes().to_vec();
    message.resize(message.len().max(ROOM), b' ');
    run(address, &message, timeout, judge).await
}

/// Sends a datagram to any socket, and prints whatever comes back.
pub(crate) async fn raw(address: &DatagramAddress, message: &[u8], timeout: Duration) -> ExitCode {
    run(address, message, timeout, |answer| print::line(answer).map_err(DatagramError::Output)).await
}

/// Sends one datagram, and waits for the answer.
///
/// It is sent once: sent again after a silence, it could be said twice.
async fn run(
    address: &DatagramAddress,
    message: &[u8],
    timeout: Duration,
    judge: impl FnOnce(&str) -> Result<(), DatagramError>,
) -> ExitCode {
    let outcome = match tokio::time::timeout(timeout, exchange(address, message)).await {
        Ok(answer) => answer.and_then(|answer| {
            let text = clean(&String::from_utf8_lossy(&answer));
            judge(text.strip_suffix('\n').unwrap_or(&text))
        }),
        Err(_) => Err(DatagramError::NoAnswer(address.to_string(), timeout)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(DatagramError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            print::problem(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn judge(answer: &str) -> Result<(), DatagramError> {
    match answer.strip_prefix(ERROR) {
        Some(why) => Err(DatagramError::Refused(why.trim_start_matches([':', ' ']).to_owned())),
        None if answer.is_empty() || !ERROR.starts_with(answer) => Ok(()),
        None => Err(DatagramError::Refused("the answer was cut before it says why".to_owned())),
    }
}

async fn exchange(address: &DatagramAddress, message: &[u8]) -> Result<Vec<u8>, DatagramError> {
    match address {
        DatagramAddress::Udp(host) => udp(host, &address.to_string(), message).await,
        DatagramAddress::Unix(path) => unix(path, &address.to_string(), message).await,
    }
}

async fn udp(host: &HostPort, shown: &str, message: &[u8]) -> Result<Vec<u8>, DatagramError> {
    let mut trouble = None;
    for peer in resolve(host).await? {
        let any = if peer.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let socket = UdpSocket::bind(any).await.map_err(|error| ConnectError::at_host(host, shown, error))?;
        let answer = async {
            // Connected, it hears nobody else, and is told where nobody listens.
            socket.connect(peer).await?;
            socket.send(message).await?;
            let mut answer = vec![0; LARGEST];
            let count = socket.recv(&mut answer).await?;
            answer.truncate(count);
            Ok(answer)
        };
        match answer.await {
            Ok(answer) => return Ok(answer),
            Err(error) => trouble = Some(error),
        }
    }
    let trouble = trouble.unwrap_or_else(|| io::ErrorKind::NotFound.into());
    Err(too_long(&trouble, message).unwrap_or_else(|| ConnectError::at_host(host, shown, trouble).into()))
}

#[cfg(unix)]
async fn unix(path: &Path, shown: &str, message: &[u8]) -> Result<Vec<u8>, DatagramError> {
    use std::os::unix::fs::PermissionsExt;

    use tokio::net::UnixDatagram;

    // The server can only answer a socket that has a path. It is removed when this goes out of scope.
    let own = tempfile::Builder::new().prefix("partyline-").make(|path| UnixDatagram::bind(path));
    let own = own.map_err(|error| DatagramError::NoReturn(std::env::temp_dir().display().to_string(), error))?;
    let socket = own.as_file();
    let answer = async {
        // Connected, it hears nobody else; only then may everybody write to it, for the server may be another user.
        socket.connect(path)?;
        std::fs::set_permissions(own.path(), std::fs::Permissions::from_mode(0o666))?;
        socket.send(message).await?;
        let mut answer = vec![0; LARGEST];
        let count = socket.recv(&mut answer).await?;
        answer.truncate(count);
        Ok(answer)
    };
    let failed =
        |error| too_long(&error, message).unwrap_or_else(|| ConnectError::at_path(path, shown, "unix:", error).into());
    answer.await.map_err(failed)
}

#[cfg(not(unix))]
async fn unix(_path: &Path, shown: &str, _message: &[u8]) -> Result<Vec<u8>, DatagramError> {
    Err(ConnectError::Other(shown.to_owned(), io::ErrorKind::Unsupported.into()).into())
}

fn too_long(error: &io::Error, message: &[u8]) -> Option<DatagramError> {
    /// `ErrorKind` has no stable name for it.
    const EMSGSIZE: i32 = if cfg!(target_vendor = "apple") { 40 } else { 90 };
    (error.raw_os_error() == Some(EMSGSIZE)).then_some(DatagramError::TooLong(message.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_from_a_receipt_however_short_it_was_cut() {
        let refused = |answer: &str| judge(answer).err().map(|error| error.to_string());
        for receipt in ["", "收", "收到你的消息hello", "收到你的消息-- error"] {
            assert_eq!(refused(receipt), None, "{receipt:?}");
        }
        assert_eq!(refused("-- error: too fast").as_deref(), Some("refused: too fast"));
        for cut in ["-", "-- ", "-- erro"] {
            assert!(refused(cut).is_some_and(|why| why.contains("was cut")), "{cut:?}");
        }
        assert_eq!(refused("-- error: t").as_deref(), Some("refused: t"));
    }
}
