//! The one who has the last word, and reads the history to its end.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use partyline_shared::{Command, Epoch, Event, Hello, History, Join, Say, Seq};

use super::socket::Socket;
use super::the_end;
use crate::history::{Dialect, Journal, Record};

/// The ledger, connected.
pub(super) struct Ledger {
    socket: Socket,
    journal: Journal,
    rooms: Vec<String>,
    epoch: Epoch,
}

impl Ledger {
    /// Comes, and says its last word in each room.
    pub(super) async fn come(address: SocketAddr, folder: &Path, rooms: &[String]) -> Result<Self> {
        let name = "ledger";
        let journal = Journal::begin(folder, name, Dialect::Json)?;
        let socket = Socket::open(Dialect::Json, address).await?;
        let mut ledger = Self { socket, journal, rooms: rooms.to_vec(), epoch: Epoch(String::new()) };
        ledger.socket.send(&Command::Hello(Hello { nick: Some(name.to_owned()), ..Hello::default() })).await;
        let Event::Welcome(welcome) = ledger.answer(|event| matches!(event, Event::Welcome(_))).await? else {
            return Ok(ledger);
        };
        ledger.epoch = welcome.epoch.clone();
        let (nick, epoch, resume) = (welcome.you.nick, Some(welcome.epoch), Vec::new());
        ledger.journal.write(&Record::Connected { nick, epoch, resume })?;
        for (number, room) in rooms.iter().enumerate() {
            ledger.socket.send(&Command::Join(Join { room: room.clone(), after: None })).await;
            ledger.answer(|event| matches!(event, Event::Joined(_))).await?;
            let (room, text) = (room.clone(), the_end(room));
            let reference = Some(format!("the-end-{number}").try_into()?);
            let said = Record::Said { room: room.clone(), reference: reference.clone(), text: text.clone() };
            ledger.journal.write(&said)?;
            ledger.socket.send(&Command::Say(Say { room, text, reference, action: false })).await;
            ledger.answer(|event| matches!(event, Event::Sent(_))).await?;
        }
        Ok(ledger)
    }

    /// Reads everything, from the first number of each room.
    pub(super) async fn read(mut self) -> Result<()> {
        for room in self.rooms.clone() {
            let mut after = Seq(0);
            loop {
                let history = History { room: room.clone(), before: None, after: Some(after), limit: None };
                self.socket.send(&Command::History(history)).await;
                let Event::History(page) = self.answer(|event| matches!(event, Event::History(_))).await? else {
                    break;
                };
                for message in page.messages {
                    after = message.seq;
                    let (room, seq, from, text) = (message.room, message.seq, message.from, message.text);
                    self.journal.write(&Record::Kept { room, seq, from, text })?;
                }
                if !page.more {
                    ensure!(after == page.head, "{room} has {}, and its history ends at {after}", page.head);
                    break;
                }
            }
        }
        Ok(self.journal.write(&Record::End { epoch: self.epoch })?)
    }

    async fn answer(&mut self, is_answer: fn(&Event) -> bool) -> Result<Event> {
        loop {
            let event = self.socket.next().await?.context("the ledger's connection is gone")?;
            ensure!(!matches!(event, Event::Refused(_) | Event::Bye(_)), "the ledger is told {event:?}");
            if is_answer(&event) {
                return Ok(event);
            }
        }
    }
}
