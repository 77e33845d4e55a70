//! TCP's own: the listening socket, and the options of those that it accepts.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};

use super::BACKLOG;

/// A silent client is asked after 45 seconds whether it is there, and given up a minute later: a silent `nc` still
/// reads after hours, and one that vanished is noticed within two minutes.
const KEEPALIVE: Duration = Duration::from_secs(45);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 4;

/// How long what was written may go unacknowledged (`TCP_USER_TIMEOUT`, RFC 5482). It counts for the questions too,
/// so it ends between the last two of them.
const UNACKNOWLEDGED: Duration = Duration::from_secs(100);

pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // [::] means IPv4 too, whatever the system's default.
        socket.set_only_v6(false)?;
    }
    // After a restart the old connections' remains don't keep the port.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

pub(super) fn prepare(stream: &TcpStream) -> io::Result<()> {
    // What is written is whole already: waiting for more would only be late.
    stream.set_nodelay(true)?;
    let socket = SockRef::from(stream);
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(KEEPALIVE_INTERVAL);
    socket.set_tcp_keepalive(&keepalive.with_retries(KEEPALIVE_RETRIES))?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_vanishes_is_noticed_within_two_minutes() {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        prepare(&stream).unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap() && stream.nodelay().unwrap());
        let noticed = socket.tcp_keepalive_time().unwrap()
            + socket.tcp_keepalive_interval().unwrap() * socket.tcp_keepalive_retries().unwrap();
        assert!(noticed <= Duration::from_mins(2), "{noticed:?}");
        #[cfg(target_os = "linux")]
        assert!(socket.tcp_user_timeout().unwrap().is_some_and(|after| after <= Duration::from_mins(2)));
    }
}
