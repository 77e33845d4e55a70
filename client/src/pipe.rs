//! No terminal: lines come from stdin, and what happens goes to stdout as it is.

use std::collections::VecDeque;
use std::io;

use partyline_shared::codec::lines::{Chunk, LineDecoder};
use tokio::io::{AsyncReadExt, Stdin};

use crate::print;
use crate::screen::{Screen, Typed};

/// Far more than any server takes for a message: a longer line is no line, but a file that has none.
const MAX_LINE: usize = 64 << 10;

/// stdin and stdout.
pub(crate) struct Pipe {
    stdin: Stdin,
    buffer: Vec<u8>,
    decoder: LineDecoder,
    lines: VecDeque<Chunk>,
    ended: bool,
    said_end: bool,
}

impl Pipe {
    /// Nothing is read yet.
    pub(crate) fn new() -> Self {
        let decoder = LineDecoder::json(MAX_LINE);
        let (stdin, buffer, lines) = (tokio::io::stdin(), vec![0; 8 << 10], VecDeque::new());
        Self { stdin, buffer, decoder, lines, ended: false, said_end: false }
    }
}

impl Screen for Pipe {
    fn show(&mut self, text: &str) -> io::Result<()> {
        print::line(text)
    }

    fn place(&mut self, _place: &str) -> io::Result<()> {
        Ok(())
    }

    async fn typed(&mut self, wanted: bool) -> io::Result<Typed> {
        if !wanted {
            return std::future::pending().await;
        }
        loop {
            match self.lines.pop_front() {
                Some(Chunk::Line { text, .. }) => return Ok(Typed::Line(text)),
                Some(Chunk::TooLong) => {
                    return Err(io::Error::other(format!("a line of stdin has more than {MAX_LINE} bytes")));
                }
                None if self.said_end => return std::future::pending().await,
                None if self.ended => {
                    self.said_end = true;
                    return Ok(Typed::End);
                }
                None => {}
            }
            let count = self.stdin.read(&mut self.buffer).await?;
            self.decoder.feed(&self.buffer[..count], &mut self.lines, &mut Vec::new());
            if count == 0 {
                self.ended = true;
                // The last line may lack its end.
                self.lines.extend(self.decoder.finish());
            }
        }
    }

    fn attended(&self) -> bool {
        false
    }
}
