//! One connection: its socket, what it has taken of the server, and its place among the connections.

use std::io::{self, IoSlice};
use std::sync::Arc;
use std::time::Duration;

use crate::addresses::Admitted;
use crate::meter::Meter;
use crate::socket::Socket;

/// What is read at a time. It lies on the stack of whoever reads: a connection that is idle holds no buffer.
const READ: usize = 8 * 1024;

/// How long, and how much, is read of a client that is still talking when it is hung up on.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 256 * 1024;

/// One connection. Its place is given back when the last of those who hold it lets it go.
#[derive(Debug)]
pub(crate) struct Link {
    socket: Socket,
    meter: Meter,
    _admitted: Admitted,
}

impl Link {
    /// A connection that was accepted.
    pub(crate) fn new(socket: Socket, meter: Meter, admitted: Admitted) -> Arc<Self> {
        Arc::new(Self { socket, meter, _admitted: admitted })
    }

    /// What it has taken.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Reads once, not before its client's pace allows it, and hands over what came: nothing at the end. Nothing is lost
    /// where this isn't waited for to its end.
    ///
    /// # Errors
    /// The socket's.
    pub(crate) async fn receive(&self, mut take: impl FnMut(&[u8])) -> io::Result<usize> {
        loop {
            while let Some(until) = self.meter.ahead_until() {
                // In a box: few wait, and each connection would hold room for it all its life.
                Box::pin(tokio::time::sleep_until(until)).await;
            }
            self.socket.readable().await?;
            match self.try_receive(&mut take) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                received => return received,
            }
        }
    }

    /// Reads what is there, and counts it.
    fn try_receive(&self, take: &mut impl FnMut(&[u8])) -> io::Result<usize> {
        let mut bytes = [0; READ];
        let len = self.socket.try_read(&mut bytes)?;
        self.meter.read(len);
        take(&bytes[..len]);
        Ok(len)
    }

    /// Writes all of it, in the place of whatever else writes to it.
    ///
    /// # Errors
    /// The socket's.
    pub(crate) async fn send(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            self.socket.writable().await?;
            match self.socket.try_write(&[IoSlice::new(bytes)]) {
                Ok(written) => bytes = &bytes[written..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Hangs up so that the last words arrive: a socket that is closed with bytes unread is reset, and the reset can
    /// overtake what was written (RFC 1122 section 4.2.2.13).
    ///
    /// # Errors
    /// The socket's, where the client has gone already.
    pub(crate) async fn hang_up(&self) -> io::Result<()> {
        self.socket.shut_down()?;
        self.drain(|_| false).await;
        Ok(())
    }

    /// Reads on for a moment, until `take` has seen what it waits for. Whoever goes on talking for longer isn't listening.
    pub(crate) async fn drain(&self, mut take: impl FnMut(&[u8]) -> bool) {
        let drain = async {
            let (mut left, mut seen) = (LINGER_BYTES, false);
            while left > 0 && !seen {
                match self.receive(|bytes| seen = take(bytes)).await {
                    Ok(0) | Err(_) => break,
                    Ok(len) => left = left.saturating_sub(len),
                }
            }
        };
        let _ = tokio::time::timeout(LINGER, drain).await;
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::num::NonZeroU32;

    use tokio::io::AsyncWriteExt;
    use tokio::net::UnixStream;
    use tokio::time::Instant;

    use super::*;
    use crate::meter::Pace;

    /// A client's end, and the server's, which is read at this pace.
    pub(crate) fn pair(pace: Option<Pace>) -> (UnixStream, Arc<Link>) {
        let (client, server) = UnixStream::pair().unwrap();
        (client, Link::new(Socket::Unix(server), Meter::new(pace), Admitted::for_test()))
    }

    #[tokio::test]
    async fn what_comes_is_counted_and_the_end_is_nothing() {
        let (mut client, link) = pair(None);
        client.write_all(b"hello").await.unwrap();
        let mut got = Vec::new();
        assert_eq!(link.receive(|bytes| got.extend_from_slice(bytes)).await.unwrap(), 5);
        assert_eq!(got, b"hello");
        drop(client);
        assert_eq!(link.receive(|bytes| assert!(bytes.is_empty())).await.unwrap(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_ahead_of_its_pace_is_not_read() {
        let pace = Pace { per_second: NonZeroU32::new(1000).unwrap(), burst: 10 };
        let (mut client, link) = pair(Some(pace));
        client.write_all(&vec![0; 20_000]).await.unwrap();
        let began = Instant::now();
        let mut got = 0;
        while got < 20_000 {
            got += link.receive(|_| ()).await.unwrap();
            let allowed = began.elapsed().as_millis() + 10 + READ as u128;
            assert!(got as u128 <= allowed, "{got} of {allowed}");
        }
    }

    #[tokio::test]
    async fn hanging_up_lets_the_last_words_arrive() {
        use tokio::io::AsyncReadExt;

        let (mut client, link) = pair(None);
        client.write_all(b"never read").await.unwrap();
        link.send(b"good-bye").await.unwrap();
        let hanging_up = tokio::spawn(async move { link.hang_up().await });
        let mut heard = String::new();
        client.read_to_string(&mut heard).await.unwrap();
        drop(client);
        assert_eq!(heard, "good-bye");
        hanging_up.await.unwrap().unwrap();
    }
}
