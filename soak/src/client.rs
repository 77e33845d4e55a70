//! Clients that write down what they do and see, and the crowd that they are.

mod clock;
mod crowd;
mod ledger;
mod person;
mod program;
mod socket;
mod timeline;

use std::net::SocketAddr;
use std::path::PathBuf;

use partyline_shared::ByeReason;
use tokio::sync::{mpsc, watch};

pub use self::crowd::Crowd;
use crate::history::Dialect;

/// What the ledger says last in a room: whoever was shown it was shown all.
fn the_end(room: &str) -> String {
    format!("that was all in {room}")
}

/// What a client is.
#[derive(Clone, Debug)]
pub struct Character {
    /// Its name, and the nick it asks for.
    pub name: String,
    /// How it speaks.
    pub dialect: Dialect,
    /// Where it connects to.
    pub address: SocketAddr,
    /// The rooms that it is in; in plain text there is only the first one, which must be the default room.
    pub rooms: Vec<String>,
    /// It says something, rather than reading only.
    pub talks: bool,
    /// After each so many messages it stops listening before the answer comes, and comes back when its connection
    /// has ended: what it says again then is always in the log already. Not in plain text.
    pub deaf_after: Option<u64>,
    /// It comes once so many messages may be said, over all clients, and reads what was said before. Not in plain text.
    pub late: u64,
    /// What its chances are drawn from.
    pub entropy: u64,
}

impl Character {
    /// It speaks plain text.
    pub fn is_plain(&self) -> bool {
        self.dialect == Dialect::Plain
    }
}

/// What everybody is told.
#[derive(Clone, Copy, Debug, Default)]
struct Orders {
    /// Which server is up: 1 for the first one.
    server: Option<u64>,
    /// How many messages may be said, over all clients and from the beginning.
    granted: u64,
    /// Whoever has nothing under way ends once they were shown what the ledger says last.
    ending: bool,
}

/// What a client tells.
#[derive(Clone, Debug)]
enum News {
    /// It is connected and in its rooms.
    Online {
        /// Which server.
        server: u64,
        /// Counted from 1.
        connection: u64,
    },
    /// A message of its was acknowledged.
    Acknowledged {
        /// It had been said before.
        resent: bool,
    },
    /// The server ended the connection.
    Bye {
        /// Why.
        reason: ByeReason,
        /// When to come back.
        return_after_ms: Option<u64>,
        /// The connection was closed afterwards, as its dialect has it.
        closed: bool,
    },
    /// Everybody is to end, and it has nothing under way.
    Quiet,
}

/// How a client hears, and is heard.
#[derive(Debug)]
struct Strings {
    number: usize,
    folder: PathBuf,
    orders: watch::Receiver<Orders>,
    /// Each new number puts its machine to sleep.
    sleeps: watch::Receiver<u64>,
    /// Messages that were said, over all clients.
    taken: std::sync::Arc<std::sync::atomic::AtomicU64>,
    news: mpsc::Sender<(usize, News)>,
}

impl Strings {
    fn now(&self) -> Orders {
        *self.orders.borrow()
    }

    /// Whether one more message may be said now, which then is said.
    fn take(&self) -> bool {
        use std::sync::atomic::Ordering::Relaxed;
        let orders = self.now();
        let next = |taken| (taken < orders.granted && !orders.ending).then_some(taken + 1);
        self.taken.fetch_update(Relaxed, Relaxed, next).is_ok()
    }

    async fn tell(&self, news: News) {
        // Whoever doesn't listen any more is about to end everything.
        let _ = self.news.send((self.number, news)).await;
    }
}
