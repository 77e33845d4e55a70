//! A connection's socket, whatever kind it is: read by its task, written to by whoever has something for its client.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::net::{TcpStream, UnixStream};

/// A connected socket. Neither way of it ever blocks a thread.
#[derive(Debug)]
pub(crate) enum Socket {
    /// TCP.
    Tcp(TcpStream),
    /// A Unix socket.
    Unix(UnixStream),
}

impl Socket {
    /// Waits until there may be something to read. For one task at a time: the last to wait is woken.
    ///
    /// # Errors
    /// The system's.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        // Not tokio's `readable`, which is for many at once, and larger by a place among them.
        poll_fn(|cx| self.poll_readable(cx)).await
    }

    /// Waits until something may be written. For one task at a time, which may be another one than reads.
    ///
    /// # Errors
    /// The system's.
    pub(crate) async fn writable(&self) -> io::Result<()> {
        poll_fn(|cx| self.poll_writable(cx)).await
    }

    /// As [`Socket::readable`].
    pub(crate) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.poll_read_ready(cx),
            Self::Unix(stream) => stream.poll_read_ready(cx),
        }
    }

    /// As [`Socket::writable`].
    pub(crate) fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.poll_write_ready(cx),
            Self::Unix(stream) => stream.poll_write_ready(cx),
        }
    }

    /// Reads what is there; 0 bytes are the end.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] where nothing is there, or the system's.
    pub(crate) fn try_read(&self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_read(bytes),
            Self::Unix(stream) => stream.try_read(bytes),
        }
    }

    /// Writes as much as the system takes.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] where it takes nothing now, or the system's.
    pub(crate) fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        // Not by way of tokio, which looks first at what it knows of the socket: that lies elsewhere in memory, and is as
        // good as always that it takes something.
        let raw = match self {
            Self::Tcp(stream) => SockRef::from(stream),
            Self::Unix(stream) => SockRef::from(stream),
        };
        // The plain call is cheaper by the reading of one list.
        let written = match pieces {
            [one] => raw.send(one),
            _ => raw.send_vectored(pieces),
        };
        match (written, self) {
            // Where it takes nothing, tokio has to notice, or it would say at once that it does.
            (Err(error), Self::Tcp(stream)) if error.kind() == io::ErrorKind::WouldBlock => {
                stream.try_write_vectored(pieces)
            }
            (Err(error), Self::Unix(stream)) if error.kind() == io::ErrorKind::WouldBlock => {
                stream.try_write_vectored(pieces)
            }
            (written, _) => written,
        }
    }

    /// Says that nothing more is written.
    ///
    /// # Errors
    /// The system's: the other side may have gone.
    pub(crate) fn shut_down(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => SockRef::from(stream).shutdown(Shutdown::Write),
            Self::Unix(stream) => SockRef::from(stream).shutdown(Shutdown::Write),
        }
    }
}
