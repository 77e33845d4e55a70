//! What a reader has yet to be sent.
//!
//! Obligations: what is put in comes out in order and whole. What a reader is shown unasked (deliveries) may
//! wait up to `delivered` bytes, its answers up to `answers`; a reader that exceeds either is told `bye` after
//! what it has, and gets nothing more. It lost its connection, not a message: it comes back and resumes.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use partyline_shared::{Event, MemberRef, Message};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// One thing to send, in the form that its reader takes.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// Plain text, or a line of JSON: as it goes to the socket.
    Bytes(Bytes),
    /// The text of a WebSocket frame.
    Frame(Utf8Bytes),
    /// For a transport that has to understand its answers (plain text), or that encodes it itself (a page).
    Event(Box<Event>),
}

impl Item {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Frame(text) => text.len(),
            Self::Event(event) => size(event),
        }
    }
}

/// At least what an event will be as JSON, without encoding it: whoever asks for its size is the hub's task.
fn size(event: &Event) -> usize {
    match event {
        Event::History(page) => FRAME + page.room.len() + page.messages.iter().map(message).sum::<usize>(),
        Event::Joined(joined) => {
            let members: usize = joined.members.iter().map(member).sum();
            FRAME + joined.room.len() + members + joined.messages.iter().map(message).sum::<usize>()
        }
        Event::Members { room, members, .. } => FRAME + room.len() + members.iter().map(member).sum::<usize>(),
        Event::Message(said) => FRAME + message(said),
        _ => FRAME,
    }
}

/// Names of fields, numbers, and what else of JSON there is around texts.
const FRAME: usize = 128;

fn message(message: &Message) -> usize {
    let Message { room, from, to, text, .. } = message;
    let escaped = text.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\t')).count();
    FRAME + room.len() + member(from) + to.as_ref().map_or(0, member) + text.len() + escaped
}

fn member(member: &MemberRef) -> usize {
    // An id is 32 digits.
    64 + member.nick.len()
}

/// What came of putting something in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It will be sent.
    Queued,
    /// It doesn't fit: the reader is too slow.
    Full,
    /// The reader is being sent its last already.
    Ending,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Item>,
    delivered: usize,
    answers: usize,
    /// All that is queued, the last words included.
    queued: i64,
    /// Nothing comes after what is queued.
    ending: bool,
}

/// A bounded queue with one reader.
#[derive(Debug)]
pub(crate) struct Outbox {
    state: Mutex<State>,
    /// Something was put in, or nothing will be any more.
    news: Notify,
    /// What is queued is the last.
    ending: CancellationToken,
    max_delivered: usize,
    max_answers: usize,
    /// What waits in all of them together, in bytes.
    waiting: Gauge,
}

impl Outbox {
    /// An empty one, with its bounds in bytes, that counts what waits in it with `waiting`.
    pub(crate) fn new(max_delivered: usize, max_answers: usize, waiting: Gauge) -> Self {
        let (state, news, ending) = (Mutex::default(), Notify::new(), CancellationToken::new());
        Self { state, news, ending, max_delivered, max_answers, waiting }
    }

    /// Puts in something that its reader is shown unasked.
    pub(crate) fn deliver(&self, item: Item) -> Put {
        let mut state = self.state();
        if state.ending {
            return Put::Ending;
        }
        if state.delivered + item.len() > self.max_delivered {
            return Put::Full;
        }
        state.delivered += item.len();
        self.push(&mut state, item);
        drop(state);
        self.news.notify_one();
        Put::Queued
    }

    /// Puts in an answer to something that its reader asked.
    pub(crate) fn answer(&self, item: Item) -> Put {
        let mut state = self.state();
        if state.ending {
            return Put::Ending;
        }
        if state.answers + item.len() > self.max_answers {
            return Put::Full;
        }
        state.answers += item.len();
        self.push(&mut state, item);
        drop(state);
        self.news.notify_one();
        Put::Queued
    }

    /// Puts in the last thing, if there is one: it always fits, and nothing comes after it.
    pub(crate) fn end(&self, last: Option<Item>) {
        let mut state = self.state();
        if !state.ending {
            if let Some(last) = last {
                self.push(&mut state, last);
            }
            state.ending = true;
        }
        drop(state);
        self.news.notify_one();
        self.ending.cancel();
    }

    /// Waits until nothing more can be put in.
    pub(crate) async fn ended(&self) {
        self.ending.cancelled().await;
    }

    /// Takes all that is queued, waiting for the first; `None` once nothing is and nothing will be.
    ///
    /// Whatever is there is taken at once, so that it can be written at once.
    pub(crate) async fn take(&self) -> Option<VecDeque<Item>> {
        loop {
            {
                let mut state = self.state();
                if !state.items.is_empty() {
                    state.delivered = 0;
                    state.answers = 0;
                    self.waiting.dec_by(std::mem::take(&mut state.queued));
                    return Some(std::mem::take(&mut state.items));
                }
                if state.ending {
                    return None;
                }
            }
            self.news.notified().await;
        }
    }

    fn push(&self, state: &mut State, item: Item) {
        let len = i64::try_from(item.len()).unwrap_or(i64::MAX);
        state.queued += len;
        self.waiting.inc_by(len);
        state.items.push_back(item);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A std mutex: nothing awaits under it. Whoever panicked under it left a queue that is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // Nobody takes it any more.
        let queued = self.state().queued;
        self.waiting.dec_by(queued);
    }
}

#[cfg(test)]
mod tests {
    use partyline_shared::{Joined, Kind, MemberId, Seq, Timestamp, Via};

    use super::*;

    fn outbox(max_delivered: usize, max_answers: usize) -> Outbox {
        Outbox::new(max_delivered, max_answers, Gauge::default())
    }

    fn item(text: &'static str) -> Item {
        Item::Bytes(Bytes::from_static(text.as_bytes()))
    }

    fn texts(items: VecDeque<Item>) -> Vec<String> {
        let text = |item| match item {
            Item::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Item::Frame(_) | Item::Event(_) => panic!("only bytes were put in"),
        };
        items.into_iter().map(text).collect()
    }

    #[test]
    fn an_event_counts_for_at_least_what_it_will_be() {
        let long = u64::MAX >> 11;
        let from = MemberRef { id: MemberId([0xff; 16]), nick: "小明".into() };
        let said = Message {
            room: "lobby".into(),
            seq: Seq(long),
            at: Timestamp(long),
            from: from.clone(),
            to: Some(from.clone()),
            kind: Kind::Action,
            text: "\t\"quoted\" \\ \n".repeat(10),
            via: Via::Unknown,
        };
        let (room, members, messages) = ("lobby".to_owned(), vec![from; 500], vec![said.clone(); 50]);
        let joined = Joined { room, count: 500, members, head: Seq(long), messages, afresh: true };
        for event in [Event::Message(said), Event::Joined(joined)] {
            let encoded = partyline_shared::codec::json::encode_event(&event).len();
            assert!((encoded..2 * encoded).contains(&size(&event)), "{} for {encoded}", size(&event));
        }
    }

    #[tokio::test]
    async fn deliveries_and_answers_come_out_in_order_and_at_once() {
        let outbox = outbox(10, 10);
        assert_eq!(outbox.deliver(item("one")), Put::Queued);
        assert_eq!(outbox.answer(item("two")), Put::Queued);
        assert_eq!(texts(outbox.take().await.unwrap()), ["one", "two"]);
    }

    #[tokio::test]
    async fn what_waits_is_counted_until_it_is_taken_or_given_up() {
        let waiting = Gauge::default();
        let (taken, dropped) = (Outbox::new(10, 10, waiting.clone()), Outbox::new(10, 10, waiting.clone()));
        taken.deliver(item("123"));
        taken.end(Some(item("good-bye")));
        dropped.answer(item("12"));
        dropped.deliver(item("more than fits"));
        assert_eq!(waiting.get(), 3 + 8 + 2);
        taken.take().await.unwrap();
        assert_eq!(waiting.get(), 2);
        drop(dropped);
        assert_eq!(waiting.get(), 0);
    }

    #[tokio::test]
    async fn each_bound_holds_by_itself() {
        let outbox = outbox(4, 8);
        assert_eq!(outbox.deliver(item("1234")), Put::Queued);
        assert_eq!(outbox.deliver(item("5")), Put::Full);
        assert_eq!(outbox.answer(item("12345678")), Put::Queued);
        assert_eq!(outbox.answer(item("9")), Put::Full);
        outbox.take().await.unwrap();
        assert_eq!(outbox.deliver(item("5")), Put::Queued, "what was taken makes room");
    }

    #[tokio::test]
    async fn the_last_word_fits_always_and_is_the_last() {
        let outbox = outbox(1, 1);
        outbox.deliver(item("1"));
        outbox.end(Some(item("good-bye")));
        outbox.end(Some(item("again")));
        assert_eq!(outbox.deliver(item("2")), Put::Ending);
        assert_eq!(texts(outbox.take().await.unwrap()), ["1", "good-bye"]);
        assert!(outbox.take().await.is_none());
        outbox.ended().await;
    }
}
