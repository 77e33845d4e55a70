//! The floor's program: one thread, epoll, no framing, no log, nothing kept.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

use super::Writes;

const LISTENER: Token = Token(usize::MAX);

/// As much as is read of the sender at once.
const BUFFER: usize = 1 << 20;

/// What may wait for a reader that doesn't read; beyond that it is dropped. No run comes near.
const MOST_PENDING: usize = 64 << 20;

struct Peer {
    socket: TcpStream,
    reads: bool,
    /// What its socket hasn't taken yet.
    pending: Vec<u8>,
    /// Of a sender: the start of a message whose end hasn't been read.
    partial: Vec<u8>,
}

/// Listens at a free port of 127.0.0.1, tells `announce` where, and serves until it is killed.
///
/// The first line of a connection is `read` or `send`, and is answered with one. What senders send afterwards is lines, and every
/// reader gets them.
///
/// # Errors
/// Where the system has no sockets.
pub fn serve(writes: Writes, announce: impl FnOnce(SocketAddr)) -> Result<()> {
    let mut poll = Poll::new()?;
    let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    announce(listener.local_addr()?);
    let mut events = Events::with_capacity(1024);
    let mut peers: Vec<Option<Peer>> = Vec::new();
    let mut readers: Vec<usize> = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            other => other?,
        }
        for event in &events {
            if event.token() == LISTENER {
                accept(&listener, &poll, &mut peers)?;
                continue;
            }
            let number = event.token().0;
            let Some(Some(peer)) = peers.get_mut(number) else { continue };
            if event.is_writable() && !peer.pending.is_empty() {
                let pending = std::mem::take(&mut peer.pending);
                peer.write(&pending);
            }
            if !event.is_readable() {
                continue;
            }
            while let Some(Some(peer)) = peers.get_mut(number) {
                match peer.socket.read(&mut buffer) {
                    Ok(0) => {
                        peers[number] = None;
                        readers.retain(|reader| *reader != number);
                        break;
                    }
                    Ok(read) => {
                        let messages = peer.take(&buffer[..read], number, &mut readers);
                        forward(&messages, writes, &readers, &mut peers);
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    // Gone, or nothing more for now.
                    Err(_) => break,
                }
            }
        }
    }
}

fn accept(listener: &TcpListener, poll: &Poll, peers: &mut Vec<Option<Peer>>) -> Result<()> {
    loop {
        let mut socket = match listener.accept() {
            Ok((socket, _)) => socket,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        socket.set_nodelay(true)?;
        poll.registry().register(&mut socket, Token(peers.len()), Interest::READABLE | Interest::WRITABLE)?;
        peers.push(Some(Peer { socket, reads: false, pending: Vec::new(), partial: Vec::new() }));
    }
}

impl Peer {
    /// Whole lines of what it sent, but for the first, which says what it is.
    fn take(&mut self, bytes: &[u8], number: usize, readers: &mut Vec<usize>) -> Vec<u8> {
        self.partial.extend_from_slice(bytes);
        let Some(end) = memchr::memrchr(b'\n', &self.partial) else { return Vec::new() };
        let rest = self.partial.split_off(end + 1);
        let mut lines = std::mem::replace(&mut self.partial, rest);
        for (word, answer) in [(&b"read\n"[..], &b"reading\n"[..]), (b"send\n", b"sending\n")] {
            if lines.starts_with(word) {
                lines.drain(..word.len());
                self.write(answer);
                if word == b"read\n" && !self.reads {
                    self.reads = true;
                    readers.push(number);
                }
            }
        }
        lines
    }

    fn write(&mut self, bytes: &[u8]) {
        if self.pending.is_empty() {
            match self.socket.write(bytes) {
                Ok(written) => self.pending.extend_from_slice(&bytes[written..]),
                Err(_) => self.pending.extend_from_slice(bytes),
            }
        } else if self.pending.len() + bytes.len() <= MOST_PENDING {
            self.pending.extend_from_slice(bytes);
        } else {
            // Whoever reads its socket is told at once.
            let _ = self.socket.shutdown(std::net::Shutdown::Both);
        }
    }
}

fn forward(messages: &[u8], writes: Writes, readers: &[usize], peers: &mut [Option<Peer>]) {
    match writes {
        Writes::Coalesced if messages.is_empty() => {}
        Writes::Coalesced => to_all(messages, readers, peers),
        Writes::PerMessage => {
            messages.split_inclusive(|&byte| byte == b'\n').for_each(|one| to_all(one, readers, peers));
        }
    }
}

fn to_all(bytes: &[u8], readers: &[usize], peers: &mut [Option<Peer>]) {
    for &reader in readers {
        if let Some(Some(peer)) = peers.get_mut(reader) {
            peer.write(bytes);
        }
    }
}
