//! The ways to talk over a stream, one a module, and what they have in common.

pub(crate) mod datagrams;
pub(crate) mod http;
pub(crate) mod json_lines;
mod liveness;
mod page;
pub(crate) mod plain;
mod websocket;

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::outbox::Outbox;

/// How long the last words may take to be written.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How long, and how much, is read of a client that is still talking when it is hung up on.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 256 * 1024;

/// Several pieces, written as one.
#[derive(Debug, Default)]
struct Batch(VecDeque<Bytes>);

impl Batch {
    fn push(&mut self, bytes: Bytes) {
        // An empty piece would make `chunk` empty while something remains.
        if !bytes.is_empty() {
            self.0.push_back(bytes);
        }
    }
}

impl Buf for Batch {
    fn remaining(&self) -> usize {
        self.0.iter().map(Buf::remaining).sum()
    }

    fn has_remaining(&self) -> bool {
        !self.0.is_empty()
    }

    fn chunk(&self) -> &[u8] {
        self.0.front().map_or(&[], Buf::chunk)
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let pieces = slices.iter_mut().zip(&self.0);
        pieces.map(|(slice, piece)| *slice = IoSlice::new(piece)).count()
    }

    fn advance(&mut self, mut count: usize) {
        while let Some(front) = self.0.front_mut() {
            if count < front.len() {
                front.advance(count);
                return;
            }
            count -= front.len();
            self.0.pop_front();
        }
    }
}

/// Once nothing more can be said to a reader, how long it gets to take what was said.
async fn overdue(outbox: &Outbox) {
    outbox.ended().await;
    tokio::time::sleep(LAST_WORDS).await;
}

/// Hangs up so that the last words arrive: a socket that is closed with bytes unread is reset, and the reset
/// can overtake what was written (RFC 1122 section 4.2.2.13).
async fn hang_up(mut reader: impl AsyncRead + Unpin, mut writer: impl AsyncWrite + Unpin) -> io::Result<()> {
    writer.shutdown().await?;
    let drain = async {
        let mut scratch = [0; 4096];
        let mut left = LINGER_BYTES;
        while left > 0 {
            match reader.read(&mut scratch).await {
                Ok(0) | Err(_) => break,
                Ok(n) => left = left.saturating_sub(n),
            }
        }
    };
    // Whoever goes on talking for longer than that isn't listening.
    let _ = tokio::time::timeout(LINGER, drain).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_its_pieces_one_after_the_other() {
        let mut batch = Batch::default();
        for piece in ["ab", "", "cde", "f"] {
            batch.push(Bytes::from_static(piece.as_bytes()));
        }
        assert_eq!(batch.remaining(), 6);
        let mut slices = [IoSlice::new(&[]); 2];
        assert_eq!(batch.chunks_vectored(&mut slices), 2);
        assert_eq!((&*slices[0], &*slices[1]), (&b"ab"[..], &b"cde"[..]));
        batch.advance(3);
        assert_eq!((batch.chunk(), batch.remaining()), (&b"de"[..], 3));
        batch.advance(3);
        assert!(!batch.has_remaining());
    }
}
