//! What one said that has no number yet, kept for the next run and taken over from an earlier one.
//!
//! It is sent again under its old reference. The server knows that for as long as it keeps the message, so one that had
//! arrived after all stays one message, however often and from wherever it is sent again.

use partyline_shared::{ClientRef, Timestamp};
use serde::{Deserialize, Serialize};

use crate::engine::Engine;
use crate::outputs::Outputs;
use crate::pending::MOST_PENDING;
use crate::{Change, Connection, Pending, PendingState, Saying};

/// What has waited longer than this, in milliseconds, isn't sent unasked: the talk has gone on without it, and a server
/// that keeps little may have let go of it and its reference.
const FRESH_MS: u64 = 24 * 3600 * 1000;

/// Something that one said and that has no number yet, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The name of the attempt.
    #[serde(rename = "ref")]
    pub reference: ClientRef,
    /// The room or conversation; `None` for what is told by nick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// What the one is called that it is told to, in private.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What.
    pub text: String,
    /// Done rather than said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub action: bool,
    /// When it was said.
    pub at: Timestamp,
    /// It failed: it isn't sent again unasked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

impl Unsent {
    fn of(pending: &Pending, room: Option<String>, to: Option<String>) -> Self {
        let Pending { reference, text, action, at, state } = pending.clone();
        let failed = matches!(state, PendingState::Failed(_));
        Self { reference, room, to, text, action, at, failed }
    }
}

impl Engine {
    /// All that has no number yet, what failed included: to be kept whenever [`crate::Output::Keep`] says that it is
    /// something else. At most 200 messages a room, and 200 that are told by nick.
    pub fn unsent_messages(&self) -> Vec<Unsent> {
        let in_rooms = self.model.rooms.values().flat_map(|room| {
            let to = room.private.then(|| room.title.clone());
            room.pending.iter().map(move |pending| Unsent::of(pending, Some(room.name.clone()), to.clone()))
        });
        in_rooms.chain(self.sends.tells().map(|(to, pending)| Unsent::of(pending, None, Some(to.clone())))).collect()
    }

    /// Takes over what an earlier run left.
    pub(crate) fn take_over(&mut self, messages: Vec<Unsent>, now: Timestamp, out: &mut Outputs) {
        for Unsent { reference, room, to, text, action, at, failed } in messages {
            if self.has_pending(&reference) {
                continue;
            }
            let old = now.since(at) > FRESH_MS;
            let queued = !failed && !old;
            let state = if queued { PendingState::Queued } else { PendingState::Failed(Saying::NotSentBefore) };
            let pending = Pending { reference: reference.clone(), text, action, at, state };
            let Some(name) = room else {
                if let Some(to) = to.filter(|_| queued) {
                    self.sends.queue_tell(to, pending);
                }
                continue;
            };
            let name = self.find_room(&name).unwrap_or(name);
            if !self.model.rooms.contains_key(&name) && !name.starts_with('@') {
                self.want(&name, false);
            }
            let (room, _) = self.room_or_new(&name, out);
            if room.pending.len() >= MOST_PENDING {
                continue;
            }
            if let Some(to) = to.filter(|_| room.title == room.name) {
                room.title = to;
            }
            room.pending.push(pending);
            if queued {
                self.sends.queue(reference, &name);
            }
            out.changed(Change::Timeline(name));
        }
        if self.model.connection == Connection::Online {
            self.ask_for_wanted(out);
        }
        self.sends.changed = true;
    }

    fn has_pending(&self, reference: &ClientRef) -> bool {
        let is_it = |pending: &Pending| pending.reference == *reference;
        self.sends.tells().any(|(_, pending)| is_it(pending))
            || self.model.rooms.values().any(|room| room.pending.iter().any(is_it))
    }
}
