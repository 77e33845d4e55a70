//! A client that speaks plain text: no numbers, no references. What it isn't sure of it says again in other words.

use anyhow::{Context, Result, bail};
use partyline_shared::ByeReason;
use partyline_shared::codec::plain::RECEIPT;
use tokio::io::AsyncWriteExt;

use super::{Character, News, Strings, the_end};
use crate::history::{Journal, Record};
use crate::wire::Lines;

/// The client.
pub(super) struct Person {
    character: Character,
    room: String,
    strings: Strings,
    journal: Journal,
    connection: u64,
    said: u64,
    told_quiet: bool,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Everybody ends.
    Over,
    /// It is gone.
    Lost,
}

impl Person {
    pub(super) fn new(character: Character, strings: Strings) -> Result<Self> {
        let journal = Journal::begin(&strings.folder, &character.name, character.dialect)?;
        let room = character.rooms.first().context("there must be a room")?.clone();
        Ok(Self { character, room, strings, journal, connection: 0, said: 0, told_quiet: false })
    }

    /// Lives until everybody is to end.
    pub(super) async fn run(mut self) -> Result<()> {
        loop {
            let orders = *self.strings.orders.wait_for(|orders| orders.server.is_some()).await?;
            let server = orders.server.unwrap_or_default();
            let ended = match Lines::connect(self.character.address).await {
                Ok(lines) => self.live(lines, server).await?,
                Err(_) => End::Lost,
            };
            if ended == End::Over {
                return Ok(self.journal.write(&Record::Finished)?);
            }
            tokio::task::yield_now().await;
        }
    }

    /// One connection, to its end.
    async fn live(&mut self, mut lines: Lines, server: u64) -> Result<End> {
        self.connection += 1;
        // Who was called this before may still be counted as there.
        let nick = format!("{}-{}", self.character.name, self.connection);
        let ended = if self.enter(&mut lines, &nick).await? {
            self.strings.tell(News::Online { server, connection: self.connection }).await;
            self.talk(&mut lines).await?
        } else {
            End::Lost
        };
        self.journal.write(&Record::Disconnected)?;
        Ok(ended)
    }

    /// Takes a nick, is greeted, and asks for receipts. `false` where the connection is gone before.
    async fn enter(&mut self, lines: &mut Lines, nick: &str) -> Result<bool> {
        // The nick comes first: the greeting shows what was said earlier, by nicks that were others then.
        self.journal.write(&Record::Connected { nick: nick.to_owned(), epoch: None, resume: Vec::new() })?;
        say(lines, &format!("/nick {nick}\n/receipts on\n")).await;
        loop {
            let Some(line) = line(lines).await? else { return Ok(false) };
            if line == "-- receipts are on" {
                return Ok(true);
            }
            self.hear(&line)?;
        }
    }

    async fn talk(&mut self, lines: &mut Lines) -> Result<End> {
        let mut unconfirmed: Option<String> = None;
        loop {
            if self.character.talks && unconfirmed.is_none() && self.strings.take() {
                self.said += 1;
                let text = format!("{} says {}", self.character.name, self.said);
                let (room, said) = (self.room.clone(), text.clone());
                self.journal.write(&Record::Said { room, reference: None, text: said })?;
                say(lines, &format!("{text}\n")).await;
                unconfirmed = Some(text);
            }
            if unconfirmed.is_none() && self.strings.now().ending && !std::mem::replace(&mut self.told_quiet, true) {
                self.strings.tell(News::Quiet).await;
            }
            let line = tokio::select! {
                line = line(lines) => line?,
                changed = self.strings.orders.changed() => {
                    changed.context("nobody is in charge")?;
                    continue;
                }
            };
            let Some(line) = line else { return Ok(End::Lost) };
            if line.starts_with(RECEIPT) {
                self.confirmed(&line, unconfirmed.take()).await?;
            } else if line.starts_with("-- the server stops") {
                self.part(lines, unconfirmed.take()).await?;
                return Ok(End::Lost);
            } else if self.hear(&line)? {
                return Ok(End::Over);
            }
        }
    }

    async fn confirmed(&mut self, line: &str, said: Option<String>) -> Result<()> {
        let text = line.strip_prefix(RECEIPT).map(str::to_owned);
        let Some(text) = text.filter(|text| said.as_ref() == Some(text)) else {
            bail!("{} is told {line:?}, and had said {said:?}", self.character.name);
        };
        self.journal.write(&Record::Receipt { text })?;
        self.strings.tell(News::Acknowledged { resent: false }).await;
        Ok(())
    }

    /// Reads to the end what comes after good-bye: the receipt of what it said last may.
    async fn part(&mut self, lines: &mut Lines, mut unconfirmed: Option<String>) -> Result<()> {
        let closed = loop {
            match lines.reader.line().await {
                Ok(Some(line)) => {
                    let line = String::from_utf8(line.to_vec())?;
                    self.confirmed(&line, unconfirmed.take()).await?;
                }
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        let (reason, return_after_ms) = (ByeReason::Shutdown, None);
        self.journal.write(&Record::Bye { reason, return_after_ms, closed })?;
        self.strings.tell(News::Bye { reason, return_after_ms, closed }).await;
        Ok(())
    }

    /// Writes down what somebody said. Returns whether it was the ledger's last word.
    fn hear(&mut self, line: &str) -> Result<bool> {
        if line.starts_with("-- error") {
            bail!("{} is told: {line}", self.character.name);
        }
        if line.starts_with("--") {
            return Ok(false);
        }
        // What was said before one came is dated.
        let said = undated(line).unwrap_or(line);
        let (nick, text) = said.split_once(": ").with_context(|| format!("nobody said this: {line:?}"))?;
        let (room, nick, text) = (self.room.clone(), nick.to_owned(), text.to_owned());
        let over = text == the_end(&self.room);
        self.journal.write(&Record::Line { room, nick, text })?;
        Ok(over)
    }
}

/// What comes after `HH:MM `, if that is there. No nick has a colon.
fn undated(line: &str) -> Option<&str> {
    let (time, said) = line.split_once(' ')?;
    let (hour, minute) = time.split_once(':')?;
    (hour.len() == 2 && minute.len() == 2 && minute.parse::<u8>().is_ok()).then_some(said)
}

/// Where that can't be done the connection is gone, and the server may have said why before it went: that is for
/// [`line()`] to find out.
async fn say(lines: &mut Lines, text: &str) {
    let _ = lines.writer.write_all(text.as_bytes()).await;
}

/// The next line; `None` where the connection is gone.
async fn line(lines: &mut Lines) -> Result<Option<String>> {
    match lines.reader.line().await {
        Ok(Some(line)) => Ok(Some(String::from_utf8(line.to_vec())?)),
        Ok(None) | Err(_) => Ok(None),
    }
}
