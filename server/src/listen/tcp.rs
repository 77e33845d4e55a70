//! TCP's own: the listening socket, and the options of those that it accepts.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream};

use super::BACKLOG;

/// After how long a silence the system asks a client whether it is there, and how often it asks again.
///
/// With the default patience of 20 seconds it asks after 10, 14 and 18 seconds, so that two packets may get lost, and
/// gives up after 22. While something is on its way it asks nothing, and waits for its acknowledgement instead, for the
/// patience itself. At worst a client that has vanished is spoken to just before it would have been given up: both add
/// up to 42 seconds, and with the retransmissions before that counts, everybody is noticed within 45.
///
/// It costs a device that only listens one small packet in 10 seconds, which its system answers without waking the
/// program. One whose radio sleeps for longer than 20 seconds is lost to these figures; `ping-seconds` stretches all.
struct Keepalive {
    time: Duration,
    interval: Duration,
}

const KEEPALIVE_RETRIES: u32 = 3;

impl Keepalive {
    fn new(patience: Duration) -> Self {
        // The system counts in whole seconds.
        let part = |of| (patience / of).max(Duration::from_secs(1));
        Self { time: part(2), interval: part(5) }
    }
}

/// Listens. A client that is silent for half of `patience` is asked whether it is there; one that has vanished is given up
/// after little more than twice of it, at the latest.
pub(super) fn listen(address: SocketAddr, patience: Duration) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // [::] means IPv4 too, whatever the system's default.
        socket.set_only_v6(false)?;
    }
    // After a restart the old connections' remains don't keep the port.
    socket.set_reuse_address(true)?;
    if INHERITED {
        set_options(&SockRef::from(&socket), patience)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Sees to it that an accepted connection has the options that [`listen`] was told.
pub(super) fn prepare(stream: &TcpStream, patience: Duration) -> io::Result<()> {
    if INHERITED { Ok(()) } else { set_options(&SockRef::from(stream), patience) }
}

/// Linux gives an accepted connection the options of its listener, which saves it six calls. Elsewhere that isn't said.
const INHERITED: bool = cfg!(target_os = "linux");

fn set_options(socket: &SockRef<'_>, patience: Duration) -> io::Result<()> {
    // What is written is whole already: waiting for more would only be late.
    socket.set_tcp_nodelay(true)?;
    let Keepalive { time, interval } = Keepalive::new(patience);
    let keepalive = TcpKeepalive::new().with_time(time).with_interval(interval);
    socket.set_tcp_keepalive(&keepalive.with_retries(KEEPALIVE_RETRIES))?;
    // How long what was written may go unacknowledged, or untaken by a client whose window is closed (RFC 5482).
    // Linux lets it count for the questions too, in the place of their number.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(patience))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn prepared(patience: Duration) -> (TcpStream, TcpStream) {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0)), patience).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        prepare(&stream, patience).unwrap();
        (client, stream)
    }

    #[tokio::test]
    async fn whoever_vanishes_is_noticed_within_45_seconds() {
        let (_client, stream) = prepared(Duration::from_secs(20)).await;
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap() && stream.nodelay().unwrap());
        let asked = socket.tcp_keepalive_time().unwrap();
        let (interval, retries) = (socket.tcp_keepalive_interval().unwrap(), socket.tcp_keepalive_retries().unwrap());
        assert_eq!((asked, asked + interval * retries), (Duration::from_secs(10), Duration::from_secs(22)));
        #[cfg(target_os = "linux")]
        {
            let unacknowledged = socket.tcp_user_timeout().unwrap().unwrap();
            assert!(unacknowledged > asked + interval * (retries - 1), "it ends before the last question was asked");
            let at_worst = asked + interval * retries + unacknowledged;
            assert_eq!(at_worst, Duration::from_secs(42), "it is written to when it was about to be given up");
        }
    }

    #[tokio::test]
    async fn the_shortest_patience_is_a_second() {
        let (_client, stream) = prepared(Duration::from_secs(1)).await;
        let socket = SockRef::from(&stream);
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(1));
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(1));
    }
}
