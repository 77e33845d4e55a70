//! `partyline chat` with a Partyline: what is new goes to a screen, what is typed to the session.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use jiff::tz::TimeZone;
use partyline_engine::{Action, Change, Connection};
use partyline_shared::{ByeReason, clean, clean_line};

use crate::pipe::Pipe;
use crate::screen::{Screen, Typed};
use crate::session::{News, Session, SessionArgs};
use crate::terminal::Terminal;
use crate::view::View;
use crate::{StreamAddress, print, wait};

/// With so many messages on their way no more is read from a pipe: its lines wait where they are.
const ENOUGH_UNSENT: usize = 50;

/// Chats until the person leaves, or the server sends them away.
pub(crate) async fn run(address: StreamAddress, nick: Option<String>, rooms: Vec<String>) -> ExitCode {
    let session = match Session::start(SessionArgs { address, nick, own_identity: false, rooms }) {
        Ok(session) => session,
        Err(error) => {
            print::problem(&format!("no random bytes can be had: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let outcome = if io::stdin().is_terminal() && io::stdout().is_terminal() {
        // One's own message shows up when it has its number, in its place among the others.
        match Terminal::new(false) {
            Ok(terminal) => Chat::new(session, terminal).run().await,
            Err(error) => Err(error),
        }
    } else {
        Chat::new(session, Pipe::new()).run().await
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            print::problem(&format!("can't go on: {error}"));
            ExitCode::FAILURE
        }
    }
}

struct Chat<S> {
    session: Session,
    screen: S,
    view: View,
    /// No more lines will come: leave once all is sent.
    ending: bool,
    /// All went well so far.
    well: bool,
}

impl<S: Screen> Chat<S> {
    fn new(session: Session, screen: S) -> Self {
        let view = View::new(TimeZone::system());
        Self { session, screen, view, ending: false, well: true }
    }

    /// Whether all that was typed was said.
    async fn run(mut self) -> io::Result<bool> {
        let mut stop = std::pin::pin!(wait::stopped());
        let outcome = loop {
            if let Connection::Ended(bye) = &self.session.model().connection {
                self.well &= bye.reason == ByeReason::Quit;
                break Ok(());
            }
            if self.ending && self.view.current().is_some() && self.session.engine().unsent() == 0 {
                break Ok(());
            }
            let wanted = self.view.current().is_some() && self.session.engine().unsent() < ENOUGH_UNSENT;
            let step = tokio::select! {
                news = self.session.next() => self.show(news),
                typed = self.screen.typed(wanted) => typed.map(|typed| self.typed(typed)),
                () = &mut stop => break Ok(()),
            };
            if let Err(error) = step {
                break Err(error);
            }
        };
        let Self { session, screen, well, .. } = self;
        // First the terminal is put right again, then there may be something to wait for.
        drop(screen);
        session.leave().await;
        outcome.map(|()| well)
    }

    fn typed(&mut self, typed: Typed) {
        match typed {
            Typed::Line(text) => {
                let room = self.view.current().unwrap_or_default().to_owned();
                self.session.act(Action::Line { room, text: clean(&text) });
            }
            Typed::End if !self.screen.attended() => self.ending = true,
            Typed::End | Typed::Leave => self.session.act(Action::Quit),
        }
    }

    fn show(&mut self, news: Vec<News>) -> io::Result<()> {
        let mut lines = Vec::new();
        for news in news {
            let failed = matches!(news, News::Changed(Change::Notice { error: true, .. }));
            let refused = failed && matches!(news, News::Changed(Change::Notice { room: Some(_), .. }));
            self.view.news(&self.session, news, &mut lines);
            if !self.screen.attended() {
                self.well &= !failed;
                // The room that was asked for can't be entered, and nobody is there to ask for another one.
                if refused && self.view.current().is_none() {
                    self.session.act(Action::Quit);
                }
            }
        }
        if !lines.is_empty() {
            self.screen.show(&lines.join("\n"))?;
        }
        self.well &= self.screen.attended() || !self.view.failed();
        if let Some(room) = self.view.current() {
            self.session.act(Action::MarkRead(room.to_owned()));
        }
        let elsewhere = self.view.unread_elsewhere(self.session.model());
        let room = clean_line(self.view.current().unwrap_or("no room"));
        let place = if elsewhere == 0 { room } else { format!("{room} ({elsewhere} unread elsewhere)") };
        self.screen.place(&place)
    }
}
