//! From the hub's effects to the members' queues: each event is encoded once per dialect, and its bytes shared.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use partyline_hub::{PostId, RoomId, SessionId};
use partyline_shared::codec::{json, plain};
use partyline_shared::{Bye, ByeReason, Code, Event, Refused, Sent};
use tokio::sync::oneshot;

use crate::meter::{Meter, TOO_FAST};
use crate::metrics::{Deliveries, Refusals};
use crate::outbox::{Item, Outbox, Put};

/// The form in which a reader takes what it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Text for people; answers as events, since the transport has to understand them.
    Plain,
    /// A JSON object a line.
    JsonLine,
    /// A JSON object a WebSocket frame.
    Frame,
}

#[derive(Debug)]
struct Reader {
    form: Form,
    outbox: Arc<Outbox>,
    meter: Option<Arc<Meter>>,
}

/// The readers of a room, by the form they take.
#[derive(Debug, Default)]
struct Group {
    plain: Vec<(SessionId, Arc<Outbox>)>,
    lines: Vec<(SessionId, Arc<Outbox>)>,
    frames: Vec<(SessionId, Arc<Outbox>)>,
}

impl Group {
    fn readers(&mut self, form: Form) -> &mut Vec<(SessionId, Arc<Outbox>)> {
        match form {
            Form::Plain => &mut self.plain,
            Form::JsonLine => &mut self.lines,
            Form::Frame => &mut self.frames,
        }
    }

    fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.lines.is_empty() && self.frames.is_empty()
    }
}

/// What became of something that was said by somebody who isn't there.
pub(crate) type Posted = Result<Sent, Refused>;

/// Who reads what. Owned by the hub's task: what the hub orders is done in its order.
#[derive(Debug)]
pub(crate) struct Delivery {
    readers: HashMap<SessionId, Reader>,
    rooms: HashMap<RoomId, Group>,
    /// Bounded by the hub, which refuses more than so many at once.
    posts: HashMap<PostId, oneshot::Sender<Posted>>,
    counts: Deliveries,
    refusals: Refusals,
}

impl Delivery {
    /// To nobody yet. What is delivered and refused is counted with these.
    pub(crate) fn new(counts: Deliveries, refusals: Refusals) -> Self {
        Self { readers: HashMap::new(), rooms: HashMap::new(), posts: HashMap::new(), counts, refusals }
    }

    /// A connection, and where to put what it is to be sent.
    /// `meter` is what its connection's pace is kept by, where being refused counts towards that.
    pub(crate) fn open(&mut self, session: SessionId, form: Form, outbox: Arc<Outbox>, meter: Option<Arc<Meter>>) {
        self.readers.insert(session, Reader { form, outbox, meter });
    }

    /// Something said by somebody who isn't there, and where the answer goes.
    pub(crate) fn post(&mut self, post: PostId, answer: oneshot::Sender<Posted>) {
        self.posts.insert(post, answer);
    }

    /// Answers that.
    pub(crate) fn posted(&mut self, post: PostId, outcome: Posted) {
        if let Err(refused) = &outcome {
            self.refusals.refused(refused.code);
        }
        if let Some(answer) = self.posts.remove(&post) {
            // Whoever asked may be gone.
            let _ = answer.send(outcome);
        }
    }

    /// Tells one session.
    pub(crate) fn send(&mut self, session: SessionId, event: Event) {
        let Some(reader) = self.readers.get(&session) else { return };
        match &event {
            Event::Refused(refused) => {
                self.refusals.refused(refused.code);
                if let Some(meter) = reader.meter.as_ref().filter(|_| refused.code == Code::RateLimited) {
                    meter.charge(TOO_FAST);
                }
            }
            // What is said in private.
            Event::Message(_) => self.counts.delivered(reader.form, true, 1),
            _ => {}
        }
        if matches!(event, Event::Bye(_)) {
            reader.outbox.end(Some(item(reader.form, event)));
        } else if reader.outbox.answer(item(reader.form, event)) == Put::Full {
            self.dismiss(reader.form, &reader.outbox);
        }
    }

    /// Shows a session what is said in a room from now on.
    pub(crate) fn subscribe(&mut self, session: SessionId, room: RoomId) {
        if let Some(Reader { form, outbox, .. }) = self.readers.get(&session) {
            let outbox = Arc::clone(outbox);
            self.rooms.entry(room).or_default().readers(*form).push((session, outbox));
        }
    }

    /// Stops that.
    pub(crate) fn unsubscribe(&mut self, session: SessionId, room: RoomId) {
        let Some(Reader { form, .. }) = self.readers.get(&session) else { return };
        if let Some(group) = self.rooms.get_mut(&room) {
            group.readers(*form).retain(|(other, _)| *other != session);
            if group.is_empty() {
                self.rooms.remove(&room);
            }
        }
    }

    /// Shows everybody in a room an event. It is encoded at most once per form, and not at all for a form that
    /// nobody takes.
    pub(crate) fn deliver(&mut self, room: RoomId, event: &Event, except: Option<SessionId>) {
        let Some(group) = self.rooms.get(&room) else { return };
        let is_message = matches!(event, Event::Message(_));
        if !group.plain.is_empty()
            && let Some(text) = plain::render(event)
        {
            self.spread(&group.plain, Form::Plain, &Item::Bytes(text.into()), except, is_message);
        }
        if group.lines.is_empty() && group.frames.is_empty() {
            return;
        }
        let text = json::encode_event(event);
        if !group.lines.is_empty() {
            self.spread(&group.lines, Form::JsonLine, &Item::Bytes(line(&text)), except, is_message);
        }
        if !group.frames.is_empty() {
            self.spread(&group.frames, Form::Frame, &Item::Frame(text.into()), except, is_message);
        }
    }

    /// Counted once for all readers, and not for each: this is where the server spends its time.
    fn spread(
        &self,
        readers: &[(SessionId, Arc<Outbox>)],
        form: Form,
        item: &Item,
        except: Option<SessionId>,
        is_message: bool,
    ) {
        let mut queued = 0;
        for (session, outbox) in readers {
            if Some(*session) == except {
                continue;
            }
            match outbox.deliver(item.clone()) {
                Put::Queued => queued += 1,
                Put::Full => self.dismiss(form, outbox),
                Put::Ending => {}
            }
        }
        self.counts.delivered(form, is_message, queued);
    }

    /// The reader can't keep up. Its transport ends, and says so to the hub.
    fn dismiss(&self, form: Form, outbox: &Outbox) {
        self.counts.too_slow(form);
        let bye = Bye {
            reason: ByeReason::TooSlow,
            text: "your connection reads too slowly; nothing is lost, come back and catch up".to_owned(),
            return_after_ms: Some(1000),
        };
        outbox.end(Some(item(form, Event::Bye(bye))));
    }

    /// Ends a connection once it has been sent everything.
    pub(crate) fn close(&mut self, session: SessionId) {
        if let Some(reader) = self.readers.remove(&session) {
            reader.outbox.end(None);
        }
    }
}

/// An event for one reader, in the form it takes. A page, which may be megabytes, is encoded by whoever writes it: the
/// hub's task, and with it everybody, would wait meanwhile.
pub(crate) fn item(form: Form, event: Event) -> Item {
    match (form, &event) {
        (Form::Plain, _) | (_, Event::History(_) | Event::Joined(_)) => Item::Event(Box::new(event)),
        (Form::JsonLine, _) => Item::Bytes(line(&json::encode_event(&event))),
        (Form::Frame, _) => Item::Frame(frame(&event)),
    }
}

/// An event as the text of a WebSocket frame.
pub(crate) fn frame(event: &Event) -> Utf8Bytes {
    json::encode_event(event).into()
}

/// JSON as a line.
pub(crate) fn line(json: &str) -> Bytes {
    let mut line = Vec::with_capacity(json.len() + 1);
    line.extend_from_slice(json.as_bytes());
    line.push(b'\n');
    line.into()
}

#[cfg(test)]
mod tests {
    use partyline_hub::RoomId;

    use super::*;
    use crate::meter::Pace;
    use crate::metrics::Metrics;

    #[tokio::test(start_paused = true)]
    async fn whoever_goes_on_asking_too_fast_is_read_less() {
        let metrics = Metrics::new();
        let mut delivery = Delivery::new(metrics.deliveries.clone(), metrics.refusals.clone());
        let pace = Pace { per_second: 1024.try_into().unwrap(), burst: u32::try_from(2 * TOO_FAST).unwrap() };
        let (meter, outbox) = (Meter::new(Some(pace)), Outbox::new(1000, 1000, metrics.deliveries.waiting.clone()));
        delivery.open(SessionId(1), Form::JsonLine, Arc::new(outbox), Some(Arc::clone(&meter)));
        let mut refuse = |code| delivery.send(SessionId(1), Event::Refused(Refused::new(code, "")));
        for code in [Code::RateLimited, Code::BadRoom, Code::RateLimited] {
            refuse(code);
            assert_eq!(meter.ahead_until(), None, "a burst of it is free");
        }
        refuse(Code::RateLimited);
        assert!(meter.ahead_until().is_some(), "more is not");
    }

    #[test]
    fn what_is_delivered_and_who_is_too_slow_is_counted() {
        let metrics = Metrics::new();
        let mut delivery = Delivery::new(metrics.deliveries.clone(), metrics.refusals.clone());
        let event = Event::Pong { nonce: Some(1) };
        let len = line(&json::encode_event(&event)).len();
        let room = RoomId(1);
        for (session, form, bytes) in
            [(0, Form::Plain, 1000), (1, Form::JsonLine, 1000), (2, Form::JsonLine, len), (3, Form::Frame, 1000)]
        {
            let outbox = Outbox::new(bytes, bytes, metrics.deliveries.waiting.clone());
            delivery.open(SessionId(session), form, Arc::new(outbox), None);
            delivery.subscribe(SessionId(session), room);
        }
        // The second time, the narrow one is full; the third time, it is on its way out.
        for _ in 0..3 {
            delivery.deliver(room, &event, Some(SessionId(3)));
        }
        delivery.send(SessionId(1), Event::Refused(Refused::new(Code::Busy, "")));
        let text = metrics.render();
        for line in [
            "partyline_deliveries_total{dialect=\"json\",kind=\"other\"} 4",
            "partyline_deliveries_total{dialect=\"ws\",kind=\"other\"} 0",
            "partyline_readers_too_slow_total{dialect=\"json\"} 1",
            "partyline_refusals_total{code=\"busy\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        drop(delivery);
        assert!(metrics.render().contains("partyline_queue_bytes 0\n"), "who is gone has nothing waiting");
    }
}
