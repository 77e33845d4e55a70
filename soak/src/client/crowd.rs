//! Many clients at a time, and what is to be known of all of them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use partyline_shared::ByeReason;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::ledger::Ledger;
use super::person::Person;
use super::program::Program;
use super::{Character, News, Orders, Strings};
use crate::history::{Findings, check};

/// What doesn't happen within this won't. It is no measure of speed: a loaded machine may be slow.
const PATIENCE: Duration = Duration::from_mins(1);

/// News that wait to be looked at; whoever has more waits.
const NEWS: usize = 4096;

/// Clients that write down what they do and see.
#[derive(Debug)]
pub struct Crowd {
    folder: PathBuf,
    rooms: Vec<String>,
    orders: watch::Sender<Orders>,
    sleeps: Vec<watch::Sender<u64>>,
    news: mpsc::Receiver<(usize, News)>,
    tasks: JoinSet<Result<()>>,
    taken: Arc<AtomicU64>,
    /// The server and the connection that each is in its rooms on.
    online: Vec<(u64, u64)>,
    quiet: usize,
    acknowledged: u64,
    resent: u64,
    byes: Vec<Farewell>,
}

/// A good-bye that a client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Farewell {
    /// Which client, in the order of the characters.
    pub client: usize,
    /// Why.
    pub reason: ByeReason,
    /// When to come back; plain text doesn't tell.
    pub return_after_ms: Option<u64>,
    /// The connection was closed afterwards, as its dialect has it.
    pub closed: bool,
}

impl Crowd {
    /// Everybody, with a folder for their journals, which is made. They come once there is a server.
    ///
    /// # Errors
    /// The file system's.
    pub fn gather(characters: Vec<Character>, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let (orders, _) = watch::channel(Orders::default());
        let (say, news) = mpsc::channel(NEWS);
        let taken = Arc::new(AtomicU64::new(0));
        let (mut tasks, mut sleeps, mut rooms) = (JoinSet::new(), Vec::new(), Vec::new());
        let online = vec![(0, 0); characters.len()];
        for (number, character) in characters.into_iter().enumerate() {
            let (sleep, asleep) = watch::channel(0);
            sleeps.push(sleep);
            rooms.extend(character.rooms.iter().cloned());
            let strings = Strings {
                number,
                folder: folder.to_owned(),
                orders: orders.subscribe(),
                sleeps: asleep,
                taken: Arc::clone(&taken),
                news: say.clone(),
            };
            if character.is_plain() {
                tasks.spawn(Person::new(character, strings)?.run());
            } else {
                tasks.spawn(Program::new(character, strings)?.run());
            }
        }
        rooms.sort();
        rooms.dedup();
        let (quiet, acknowledged, resent, byes) = (0, 0, 0, Vec::new());
        let folder = folder.to_owned();
        Ok(Self { folder, rooms, orders, sleeps, news, tasks, taken, online, quiet, acknowledged, resent, byes })
    }

    /// There is a server now.
    pub fn server_is_up(&self, server: u64) {
        self.orders.send_modify(|orders| orders.server = Some(server));
    }

    /// There is about to be none.
    pub fn server_goes_down(&self) {
        self.orders.send_modify(|orders| orders.server = None);
    }

    /// Lets at least so many messages more be said than were said by now.
    pub fn let_talk(&self, messages: u64) {
        let granted = self.taken.load(Ordering::Relaxed) + messages;
        self.orders.send_modify(|orders| orders.granted = orders.granted.max(granted));
    }

    /// Puts a client's machine to sleep for some minutes, by its own clock.
    pub fn put_to_sleep(&self, client: usize) {
        self.sleeps[client].send_modify(|times| *times += 1);
    }

    /// Messages that were acknowledged so far.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// Of these, how many had been said before.
    pub fn resent(&self) -> u64 {
        self.resent
    }

    /// Good-byes that were told so far.
    pub fn byes(&self) -> &[Farewell] {
        &self.byes
    }

    /// The connection, counted from 1, that a client is in its rooms on, or was last.
    pub fn connection(&self, client: usize) -> u64 {
        self.online[client].1
    }

    /// Waits until everybody is in their rooms on this server.
    ///
    /// # Errors
    /// A client's, and where it takes more than a minute.
    pub async fn all_are_back(&mut self, server: u64) -> Result<()> {
        self.until(|crowd| crowd.online.iter().all(|(on, _)| *on == server), "not everybody is back").await
    }

    /// Waits until a client is in its rooms on a later connection than this one.
    ///
    /// # Errors
    /// As for [`Crowd::all_are_back`].
    pub async fn is_back(&mut self, client: usize, after: u64) -> Result<()> {
        self.until(|crowd| crowd.online[client].1 > after, "somebody isn't back").await
    }

    /// Waits until so many messages are acknowledged. They must have been let talk.
    ///
    /// # Errors
    /// As for [`Crowd::all_are_back`].
    pub async fn hears(&mut self, acknowledged: u64) -> Result<()> {
        self.until(|crowd| crowd.acknowledged >= acknowledged, "messages aren't acknowledged").await
    }

    /// Waits until so many good-byes were told.
    ///
    /// # Errors
    /// As for [`Crowd::all_are_back`].
    pub async fn is_told_good_bye(&mut self, byes: usize) -> Result<()> {
        self.until(|crowd| crowd.byes.len() >= byes, "not everybody is told good-bye").await
    }

    /// Lets everybody end what they have under way, has the ledger read the whole history, and checks the journals.
    ///
    /// # Errors
    /// As for [`Crowd::all_are_back`], and the checker's.
    pub async fn finish(mut self, address: SocketAddr) -> Result<Findings> {
        self.orders.send_modify(|orders| orders.ending = true);
        let everybody = self.online.len();
        self.until(|crowd| crowd.quiet == everybody, "not everybody has said what they had to say").await?;
        let ledger = Ledger::come(address, &self.folder, &self.rooms).await?;
        self.until(|crowd| crowd.tasks.is_empty(), "not everybody was shown all there is").await?;
        ledger.read().await?;
        Ok(check(&self.folder)?)
    }

    async fn until(&mut self, reached: impl Fn(&Self) -> bool, otherwise: &str) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while !reached(self) {
            tokio::select! {
                Some((client, news)) = self.news.recv() => self.take(client, &news),
                Some(ended) = self.tasks.join_next() => {
                    ended.context("a client panicked")??;
                    ensure!(self.orders.borrow().ending, "a client ended before the others");
                }
                () = tokio::time::sleep_until(deadline) => bail!("{otherwise}: {}", self.state()),
            }
        }
        Ok(())
    }

    fn take(&mut self, client: usize, news: &News) {
        match *news {
            News::Online { server, connection } => self.online[client] = (server, connection),
            News::Acknowledged { resent } => {
                self.acknowledged += 1;
                self.resent += u64::from(resent);
            }
            News::Bye { reason, return_after_ms, closed } => {
                self.byes.push(Farewell { client, reason, return_after_ms, closed });
            }
            News::Quiet => self.quiet += 1,
        }
    }

    fn state(&self) -> String {
        let Self { online, quiet, acknowledged, resent, byes, tasks, .. } = self;
        let byes = byes.len();
        format!(
            "{} clients, on server and connection {online:?}, {quiet} quiet; {acknowledged} acknowledged, {resent} of \
             them said again, {byes} good-byes",
            tasks.len()
        )
    }
}
