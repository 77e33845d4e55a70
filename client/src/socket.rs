//! One connection: JSON lines over a stream, read and written by a task each, so that nobody waits for the network.

use std::collections::VecDeque;
use std::time::Duration;

use partyline_shared::codec::json::{decode_event, encode_command};
use partyline_shared::codec::lines::{Chunk, LineDecoder};
use partyline_shared::{Command, Event};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::JoinHandle;

use crate::StreamAddress;
use crate::connect::{ConnectError, Reader, Writer, connect};

/// The longest line of a server: a page of history is one, and with the limits of a server that was told nothing it
/// may hold 100 messages of 4,000 characters of 4 bytes. Anything longer isn't a Partyline.
const MAX_LINE: usize = 4 << 20;
/// Events that wait to be looked at. When it is full, nothing more is read, and the server's own bound counts.
const EVENTS: usize = 64;
/// Commands that wait to be written. The engine has only a few under way; when it is full, the connection is as good
/// as gone.
const COMMANDS: usize = 512;
/// A farewell has this long to be written.
const FAREWELL: Duration = Duration::from_secs(1);

/// What a socket has to say.
#[derive(Debug)]
pub(crate) enum FromSocket {
    /// It is open.
    Opened,
    /// The server said something.
    Received(Event),
    /// It could not be opened, or is gone; why, for people.
    Lost(String),
}

/// A connection, or the attempt at one.
#[derive(Debug)]
pub(crate) struct Socket {
    commands: mpsc::Sender<Command>,
    events: mpsc::Receiver<FromSocket>,
    task: JoinHandle<()>,
}

impl Socket {
    /// Begins to connect.
    pub(crate) fn open(address: StreamAddress) -> Self {
        let (commands, to_write) = mpsc::channel(COMMANDS);
        let (say, events) = mpsc::channel(EVENTS);
        let task = tokio::spawn(async move {
            let why = run(&address, to_write, &say).await;
            // Whoever doesn't listen any more doesn't need to know.
            let _ = say.send(FromSocket::Lost(why)).await;
        });
        Self { commands, events, task }
    }

    /// Writes a command, as soon as the network takes it. False where too many wait already; where the connection is
    /// gone, [`FromSocket::Lost`] is about to say so, and why.
    pub(crate) fn send(&self, command: Command) -> bool {
        !matches!(self.commands.try_send(command), Err(TrySendError::Full(_)))
    }

    /// What comes next. May be given up and called again; after [`FromSocket::Lost`] nothing comes.
    pub(crate) async fn next(&mut self) -> FromSocket {
        let gone = || FromSocket::Lost("the connection is gone".to_owned());
        self.events.recv().await.unwrap_or_else(gone)
    }

    /// Lets what was sent be written, and closes.
    pub(crate) fn close(self) -> JoinHandle<()> {
        let Self { commands, mut events, mut task } = self;
        // With the last sender gone, the writer ends after what it has.
        drop(commands);
        events.close();
        tokio::spawn(async move {
            if tokio::time::timeout(FAREWELL, &mut task).await.is_err() {
                task.abort();
            }
        })
    }
}

/// Connects, and reads and writes to the end; why it ended.
async fn run(address: &StreamAddress, to_write: mpsc::Receiver<Command>, say: &mpsc::Sender<FromSocket>) -> String {
    let (reader, writer) = match connect(address).await {
        Ok(halves) => halves,
        Err(ConnectError::Refused(place)) => {
            return format!("nothing answers at {place}: is partylined running there?");
        }
        Err(error) => return error.to_string(),
    };
    if say.send(FromSocket::Opened).await.is_err() {
        return String::new();
    }
    // What is written goes on to the end even where nobody listens any more: it may be a farewell.
    let mut reading = std::pin::pin!(read(address, reader, say));
    let mut writing = std::pin::pin!(write(writer, to_write));
    tokio::select! {
        why = &mut reading => why,
        () = &mut writing => String::new(),
    }
}

async fn read(address: &StreamAddress, mut reader: Reader, say: &mpsc::Sender<FromSocket>) -> String {
    let mut decoder = LineDecoder::json(MAX_LINE);
    let (mut lines, mut reply) = (VecDeque::new(), Vec::new());
    let mut buffer = vec![0; 16 << 10];
    loop {
        match reader.read(&mut buffer).await {
            Ok(0) => return format!("{address} has closed the connection"),
            Err(error) => return format!("the connection to {address} broke: {error}"),
            Ok(count) => decoder.feed(&buffer[..count], &mut lines, &mut reply),
        }
        for line in lines.drain(..) {
            let Chunk::Line { text, .. } = line else {
                return format!("what answers at {address} isn't a Partyline: it sent a line without an end");
            };
            if text.is_empty() {
                continue;
            }
            let Ok(event) = decode_event(&text) else {
                return format!(
                    "what answers at {address} isn't a Partyline, or is one that this client is too old for"
                );
            };
            if say.send(FromSocket::Received(event)).await.is_err() {
                // Nobody listens: what is still to be written decides when it ends.
                return std::future::pending().await;
            }
        }
    }
}

async fn write(mut writer: Writer, mut commands: mpsc::Receiver<Command>) {
    let mut bytes = Vec::new();
    while let Some(command) = commands.recv().await {
        append(&mut bytes, &command);
        // Whatever waits goes in one write.
        while let Ok(command) = commands.try_recv() {
            append(&mut bytes, &command);
        }
        if writer.write_all(&bytes).await.is_err() {
            // The server may have said why before it went: that is the reader's to find out, and to say.
            while commands.recv().await.is_some() {}
            return;
        }
        bytes.clear();
    }
    let _ = writer.shutdown().await;
}

fn append(bytes: &mut Vec<u8>, command: &Command) {
    bytes.extend_from_slice(encode_command(command).as_bytes());
    bytes.push(b'\n');
}
