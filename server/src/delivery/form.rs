//! The forms that events take on their way to a reader.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use partyline_shared::Event;
use partyline_shared::codec::{json, plain};
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::metrics::Deliveries;
use crate::outbox::{Item, size};

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

impl Form {
    /// All of them, in the order of their [`Form::index`].
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::JsonLine, Self::Frame];

    /// Its place among all of them.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Plain => 0,
            Self::JsonLine => 1,
            Self::Frame => 2,
        }
    }
}

/// An event that a room is shown. It is encoded by whoever needs it first in a form, and at most once: as text for people,
/// and as JSON, which the line and the frame share.
#[derive(Debug)]
pub(crate) struct Said {
    event: Event,
    counts: Arc<Deliveries>,
    text: OnceLock<Bytes>,
    /// The frame's header, the JSON, the end of the line.
    json: OnceLock<(Bytes, usize)>,
}

impl Said {
    /// An event, not encoded yet. That it is, is counted with these.
    pub(crate) fn new(event: Event, counts: Arc<Deliveries>) -> Self {
        Self { event, counts, text: OnceLock::new(), json: OnceLock::new() }
    }

    /// Whether it is a message, and not one of the things that are told beside them.
    pub(crate) fn is_message(&self) -> bool {
        matches!(self.event, Event::Message(_))
    }

    /// As it goes to the sockets of readers that take this form; empty where they aren't shown it.
    pub(crate) fn encoded(&self, form: Form) -> &[u8] {
        match form {
            Form::Plain => self.text.get_or_init(|| {
                self.counts.texts_encoded.inc();
                plain::render(&self.event).unwrap_or_default().into()
            }),
            Form::JsonLine => {
                let (bytes, start) = self.json();
                &bytes[*start..]
            }
            Form::Frame => {
                let (bytes, _) = self.json();
                &bytes[..bytes.len() - 1]
            }
        }
    }

    fn json(&self) -> &(Bytes, usize) {
        self.json.get_or_init(|| {
            self.counts.json_encoded.inc();
            framed_line(&json::encode_event(&self.event))
        })
    }
}

/// What whoever enters a room is told by the thread that writes to many, in bytes; to wake its own task for less costs more
/// than the encoding. Longer ones, and all that is asked for in a loop, are encoded by the reader's own task: the other
/// readers would wait meanwhile.
const AT_ONCE: usize = 8 * 1024;

/// An event for one reader, in the form it takes.
pub(crate) fn item(form: Form, event: Event) -> Item {
    match (form, &event) {
        (Form::Plain, _) | (_, Event::History(_)) => Item::Event(Box::new(event)),
        (_, Event::Joined(_)) if size(&event) > AT_ONCE => Item::Event(Box::new(event)),
        (Form::JsonLine, _) => Item::Bytes(line(&event)),
        (Form::Frame, _) => Item::Bytes(frame(&event)),
    }
}

/// An event as a line of JSON.
pub(crate) fn line(event: &Event) -> Bytes {
    let mut line = json::encode_event(event).into_bytes();
    line.push(b'\n');
    line.into()
}

/// An event as a WebSocket frame.
pub(crate) fn frame(event: &Event) -> Bytes {
    let (mut bytes, _) = framed_line(&json::encode_event(event));
    bytes.truncate(bytes.len() - 1);
    bytes
}

/// JSON as a frame of its own and as a line, one inside the other, and where the line starts.
fn framed_line(json: &str) -> (Bytes, usize) {
    let header = FrameHeader { opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
    let len = json.len() as u64;
    let start = header.len(len);
    let mut bytes = Vec::with_capacity(start + json.len() + 1);
    // Only writing fails, which a Vec doesn't.
    let _ = header.format(len, &mut bytes);
    bytes.extend_from_slice(json.as_bytes());
    bytes.push(b'\n');
    (bytes.into(), start)
}
