//! `partyline send`: one message, and an exit status that says whether it is on the server's disk.

use std::io::{self, Read};
use std::process::ExitCode;
use std::time::Duration;

use partyline_engine::{Action, Change, Connection, PendingState};

use crate::session::{News, Session, SessionArgs};
use crate::{Address, SendArgs, StreamAddress, USAGE, datagram, print, raw};

/// More than any server takes for a message.
const MOST_BYTES: u64 = 1 << 20;

/// Sends, and says how that went.
pub(crate) async fn run(args: SendArgs) -> ExitCode {
    match prepare(&args) {
        Ok(message) => match (message, args.address) {
            (Message::Text(text), Address::Stream(address)) => {
                say(address, args.room, args.nick, text, args.timeout).await
            }
            (Message::Text(text), Address::Datagram(address)) => datagram::say(&address, &text, args.timeout).await,
            (Message::Raw(bytes), Address::Stream(address)) => {
                raw::send(address, &bytes, args.half_close, args.timeout).await
            }
            (Message::Raw(bytes), Address::Datagram(address)) => datagram::raw(&address, &bytes, args.timeout).await,
        },
        Err(error) => {
            print::problem(&error.to_string());
            ExitCode::from(USAGE)
        }
    }
}

/// What is to be sent.
enum Message {
    /// To a Partyline.
    Text(String),
    /// To any socket.
    Raw(Vec<u8>),
}

/// Why nothing can be sent.
#[derive(Debug, thiserror::Error)]
enum UsageError {
    #[error("there is nothing to send: write TEXT, or have it on stdin")]
    Nothing,
    #[error("stdin can't be read: {0}")]
    Stdin(io::Error),
    #[error("stdin isn't UTF-8: a message is text; --raw sends any bytes")]
    NoText,
    #[error("stdin has more than {MOST_BYTES} bytes: that is no message")]
    TooMuch,
    #[error("a datagram is said in the server's default room, by nobody in particular: leave out --room and --nick")]
    NoMember,
    #[error("a datagram has no end that could be told: leave out --half-close")]
    NoStream,
}

fn prepare(args: &SendArgs) -> Result<Message, UsageError> {
    if matches!(args.address, Address::Datagram(_)) {
        if args.room.is_some() || args.nick.is_some() {
            return Err(UsageError::NoMember);
        }
        if args.half_close {
            return Err(UsageError::NoStream);
        }
    }
    let bytes = bytes(&args.text)?;
    if let Some(line_end) = args.raw.line_end() {
        let bytes = line_end.apply(&bytes);
        // With the end of a line, an empty one is something.
        return if bytes.is_empty() { Err(UsageError::Nothing) } else { Ok(Message::Raw(bytes)) };
    }
    let text = String::from_utf8(bytes).map_err(|_| UsageError::NoText)?;
    if text.trim().is_empty() { Err(UsageError::Nothing) } else { Ok(Message::Text(text)) }
}

fn bytes(words: &[String]) -> Result<Vec<u8>, UsageError> {
    if !words.is_empty() && words != ["-"] {
        return Ok(words.join(" ").into_bytes());
    }
    let mut bytes = Vec::new();
    io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(UsageError::Stdin)?;
    if bytes.len() as u64 > MOST_BYTES { Err(UsageError::TooMuch) } else { Ok(bytes) }
}

/// Says it to a Partyline.
async fn say(
    address: StreamAddress,
    room: Option<String>,
    nick: Option<String>,
    text: String,
    timeout: Duration,
) -> ExitCode {
    let own_identity = nick.is_some();
    let session =
        Session::start(SessionArgs { address: address.clone(), nick, own_identity, rooms: Vec::from_iter(room) });
    let mut session = match session {
        Ok(session) => session,
        Err(error) => {
            print::problem(&format!("no random bytes can be had: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let outcome = match tokio::time::timeout(timeout, send(&mut session, text)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(match (session.trouble(), &session.model().connection) {
            (Some(trouble), _) => format!("not sent: {trouble}"),
            (None, Connection::Online) => {
                format!(
                    "{address} has not confirmed the message within {} s: it may or may not be there",
                    timeout.as_secs_f32()
                )
            }
            (None, _) => format!("not sent: no answer from {address} within {} s", timeout.as_secs_f32()),
        }),
    };
    session.leave().await;
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            print::problem(&why);
            ExitCode::FAILURE
        }
    }
}

/// Says it in the first room that is entered, and waits until it has a number.
async fn send(session: &mut Session, text: String) -> Result<(), String> {
    let mut said_in = None;
    loop {
        for news in session.next().await {
            match news {
                News::Changed(Change::Entered(room)) if said_in.is_none() => {
                    let (text, action) = (text.clone(), false);
                    session.act(Action::Say { room: room.clone(), text, action });
                    said_in = Some(room);
                }
                // That one is called something else than one asked for isn't in the way of the message.
                News::Changed(Change::Notice { text, error: true, .. }) if session.model().me.is_none() => {
                    return Err(text.to_string());
                }
                News::Changed(Change::Notice { room: Some(_), text, error: true }) => {
                    return Err(format!("refused: {text}"));
                }
                News::Changed(Change::Notice { text, error: true, .. }) => print::problem(&text.to_string()),
                News::Changed(_) | News::Presence { .. } => {}
            }
        }
        if let Connection::Ended(bye) = &session.model().connection {
            return Err(format!("the server ended the connection: {}", bye.text));
        }
        let Some(room) = said_in.as_ref().and_then(|room| session.model().rooms.get(room)) else { continue };
        match room.pending.first().map(|pending| &pending.state) {
            None => return Ok(()),
            Some(PendingState::Failed(why)) => return Err(format!("refused: {why}")),
            Some(_) => {}
        }
    }
}
