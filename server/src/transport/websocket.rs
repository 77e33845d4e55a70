//! JSON over WebSocket: an object a text frame, both ways.
//!
//! tungstenite reads, and answers what the protocol itself asks for. What the chat has to say doesn't pass through it: it is
//! framed once for all readers, and whoever delivers it writes it (see [`crate::outbox`]).

use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::Bytes;
use partyline_shared::codec::json;
use partyline_shared::{Bye, ByeReason, Code, Command, Event, Refused, Via};
use tokio::task::coop::consume_budget;
use tokio::time::Instant;
use tungstenite::protocol::frame::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tungstenite::{Error, Message, Utf8Bytes};

use super::liveness::{Liveness, Silence};
use super::{LAST_WORDS, overdue};
use crate::delivery::{Form, frame};
use crate::hub_task::{HubHandle, Session};
use crate::link::Link;
use crate::meter::COMMAND;
use crate::outbox::{Item, Outbox, Put, Task};

/// How many times the longest object a frame may be before the connection ends: up to that, it is refused and
/// the connection lives.
const HARD_FACTOR: usize = 16;

/// What an idle WebSocket keeps to read into. What comes is read from the socket before, and only cut here.
const READ_BUFFER: usize = 128;

/// A ping without a payload, as it goes to the socket (RFC 6455 section 5.5.2).
const PING: &[u8] = &[0x89, 0x00];

/// Serves one connection to its end. `first` is what came of it behind the request.
pub(super) async fn serve(link: Arc<Link>, first: Bytes, hub: HubHandle, max_object: usize, mut liveness: Liveness) {
    let Ok(session) = hub.open(Via::Ws, Form::Frame, Arc::clone(&link)).await else { return };
    let outbox = session.outbox();
    outbox.go_direct();
    let mut socket = Socket::new(Arc::clone(outbox), max_object.saturating_mul(HARD_FACTOR));
    tokio::select! {
        () = write(&session, &mut liveness) => {}
        () = async {
            read(&session, &mut socket, &link, first, max_object).await;
            // The queue ends next, and with it the other branch.
            std::future::pending::<()>().await;
        } => {}
        () = overdue(outbox) => return,
    }
    // Whoever takes nothing isn't waited for here either.
    let _ = tokio::time::timeout(LAST_WORDS, Box::pin(socket.close(&link))).await;
}

async fn read(session: &Session, socket: &mut Socket, link: &Link, first: Bytes, max_object: usize) {
    let mut messages = Vec::new();
    socket.cut(&first, &mut messages);
    drop(first);
    loop {
        // Taken, so that an idle connection holds none.
        for message in std::mem::take(&mut messages) {
            // A ping too: it is answered.
            link.meter().charge(COMMAND);
            // What is refused here asks nobody anything: without this, a flood of nonsense would never let go of its thread.
            consume_budget().await;
            match decode(session, message, max_object) {
                Asked::Command(command) => {
                    if session.command(command).await.is_err() {
                        return;
                    }
                }
                Asked::Nothing => {}
                Asked::End(Some(bye)) => return session.end(bye),
                Asked::End(None) => return session.outbox().end(None),
            }
        }
        let received = link.receive(|bytes| socket.cut(bytes, &mut messages)).await;
        if !matches!(received, Ok(len) if len > 0) {
            return session.outbox().end(None);
        }
    }
}

/// What a message asks for.
enum Asked {
    Command(Command),
    /// Nothing, or it is answered here.
    Nothing,
    /// That nothing follows; said with or without a last word.
    End(Option<Bye>),
}

fn decode(session: &Session, message: Result<Message, Error>, max_object: usize) -> Asked {
    #[cfg(feature = "test-build")]
    if let Ok(Message::Text(text)) = &message {
        crate::faults::panic_if_asked(text);
    }
    let decoded = match message {
        Ok(Message::Text(text)) if text.len() > max_object => {
            let text = format!("that message is longer than {max_object} bytes, and was dropped");
            Err(Refused::new(Code::TooLong, text))
        }
        Ok(Message::Text(text)) => json::decode_command(&text),
        Ok(Message::Binary(_)) => Err(Refused::new(Code::BadJson, "send text frames, not binary ones")),
        Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => return Asked::Nothing,
        // A page that goes away hasn't said `quit`: its nick is kept for its return.
        Ok(Message::Close(_)) => return Asked::End(None),
        Err(_) => {
            // Something that isn't WebSocket, or a frame beyond every bound.
            let text = format!("that wasn't a WebSocket message of at most {max_object} bytes");
            return Asked::End(Some(Bye { reason: ByeReason::Protocol, text, return_after_ms: Some(1000) }));
        }
    };
    match decoded {
        Ok(command) => Asked::Command(command),
        Err(refused) => {
            session.answer(Event::Refused(refused));
            Asked::Nothing
        }
    }
}

/// Encodes what has to be, and writes what the socket didn't take at once, until nothing more comes. Asks a silent client
/// whether it is there.
async fn write(session: &Session, liveness: &mut Liveness) {
    let outbox = session.outbox();
    loop {
        let task = tokio::select! {
            task = outbox.task() => Ok(task),
            silence = liveness.silence() => Err(silence),
        };
        match task {
            Ok(Task::Items(items)) => outbox.put_ready(items.into_iter().map(|item| match item {
                Item::Bytes(bytes) => bytes,
                Item::Event(event) => frame(&event),
            })),
            Ok(Task::Blocked) => {
                let began = Instant::now();
                outbox.unblocked().await;
                liveness.wrote_since(began);
            }
            Ok(Task::Ended) => return,
            Err(Silence::Ask) => {
                let began = Instant::now();
                outbox.put_ready([Bytes::from_static(PING)]);
                outbox.unblocked().await;
                liveness.asked_since(began);
            }
            Err(Silence::Gone) => {
                tracing::debug!("a client doesn't answer pings");
                let text = "you didn't answer a ping; nothing is lost, come back and catch up".to_owned();
                session.end(Bye { reason: ByeReason::TooSlow, text, return_after_ms: Some(1000) });
            }
        }
    }
}

/// The protocol's state of one connection.
#[derive(Debug)]
struct Socket {
    context: WebSocketContext,
    /// It has found an error: where the next frame starts isn't known any more, so it must not be asked again.
    is_broken: bool,
    outbox: Arc<Outbox>,
}

impl Socket {
    /// For a connection after its handshake. A message or frame longer than `most` bytes is an error.
    fn new(outbox: Arc<Outbox>, most: usize) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_message_size(Some(most))
            .max_frame_size(Some(most));
        Self { context: WebSocketContext::new(Role::Server, Some(config)), is_broken: false, outbox }
    }

    /// Cuts what came into messages; after a close or an error nothing is a message. What the protocol asks to be answered
    /// is answered.
    fn cut(&mut self, bytes: &[u8], messages: &mut Vec<Result<Message, Error>>) {
        let mut wire = Wire { bytes, outbox: &self.outbox };
        while !self.is_broken {
            match self.context.read(&mut wire) {
                Ok(message) => {
                    let is_close = message.is_close();
                    messages.push(Ok(message));
                    if is_close {
                        // Its answer comes behind what is queued, see `close`.
                        break;
                    }
                }
                Err(Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => {
                    self.is_broken = true;
                    messages.push(Err(error));
                }
            }
        }
        self.outbox.flush();
    }

    /// Says that nothing more comes, and waits for the client to say the same (RFC 6455 section 7.1.1): a socket that is
    /// closed with bytes unread is reset, and the reset can overtake the last words.
    async fn close(&mut self, link: &Link) {
        let mut wire = Wire { bytes: &[], outbox: &self.outbox };
        let frame = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::from_static("") };
        // Where the client closed first, its answer is what is sent (RFC 6455 section 5.5.1).
        let _ = self.context.close(&mut wire, Some(frame));
        self.outbox.flush();
        self.outbox.unblocked().await;
        if !self.context.can_read() {
            let _ = link.hang_up().await;
            return;
        }
        let mut messages = Vec::new();
        link.drain(|bytes| {
            self.cut(bytes, &mut messages);
            messages.drain(..).any(|message| message.is_ok_and(|message| message.is_close()))
        })
        .await;
        let _ = link.socket().shut_down();
    }
}

/// What tungstenite reads of and writes to: what came, and the queue of what goes.
struct Wire<'a> {
    bytes: &'a [u8],
    outbox: &'a Outbox,
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.bytes.read(buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.outbox.put_control(Bytes::copy_from_slice(bytes)) {
            Put::Full => Err(io::ErrorKind::WouldBlock.into()),
            Put::Queued | Put::Ending => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Says back every message as it came.
#[cfg(feature = "test-build")]
pub(super) async fn echo(link: Arc<Link>, first: Bytes, outbox: Arc<Outbox>, most: usize) {
    outbox.go_direct();
    let (mut socket, mut messages) = (Socket::new(Arc::clone(&outbox), most), Vec::new());
    socket.cut(&first, &mut messages);
    loop {
        for message in std::mem::take(&mut messages) {
            // Pings and closes are answered by what is below.
            let Ok(message) = message else { return socket.close(&link).await };
            if message.is_close() {
                return socket.close(&link).await;
            }
            if message.is_text() || message.is_binary() {
                let mut wire = Wire { bytes: &[], outbox: &outbox };
                if socket.context.write(&mut wire, message).is_err() {
                    return;
                }
                outbox.flush();
                outbox.unblocked().await;
            }
        }
        if !matches!(link.receive(|bytes| socket.cut(bytes, &mut messages)).await, Ok(len) if len > 0) {
            return;
        }
    }
}
