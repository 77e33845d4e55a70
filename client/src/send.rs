//! `partyline send`: one message, and an exit status that says whether it is on the server's disk.

use std::io::Read;
use std::process::ExitCode;

use partyline_engine::{Action, Change, Connection, PendingState};
use partyline_shared::clean;

use crate::session::{News, Session, SessionArgs};
use crate::{SendArgs, print};

/// More than any server takes: what is longer isn't read to its end.
const MOST_BYTES: u64 = 1 << 20;
/// The status of a command line that can't be carried out, as clap has it.
const USAGE: u8 = 2;

/// Sends, and says how that went.
pub(crate) async fn run(args: SendArgs) -> ExitCode {
    let text = match text(&args.text) {
        Ok(text) if text.trim().is_empty() => {
            print::problem("there is nothing to send: write TEXT, or have it on stdin");
            return ExitCode::from(USAGE);
        }
        Ok(text) => text,
        Err(error) => {
            print::problem(&format!("stdin can't be read: {error}"));
            return ExitCode::from(USAGE);
        }
    };
    let SendArgs { host: address, room, nick, timeout, .. } = args;
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
            print::problem(&clean(&why));
            ExitCode::FAILURE
        }
    }
}

fn text(words: &[String]) -> std::io::Result<String> {
    if !words.is_empty() && words != ["-"] {
        return Ok(words.join(" "));
    }
    let mut text = String::new();
    std::io::stdin().lock().take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
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
                    return Err(text);
                }
                News::Changed(Change::Notice { room: Some(_), text, error: true }) => {
                    return Err(format!("refused: {text}"));
                }
                News::Changed(Change::Notice { text, error: true, .. }) => print::problem(&clean(&text)),
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
