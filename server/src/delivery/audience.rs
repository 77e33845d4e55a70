//! The readers of one room among those of a shard, and what they are about to be shown.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::form::{Form, Said};
use crate::outbox::Outbox;

/// A room's readers, by the form they take.
///
/// A reader's place is what [`Audience::enter`] gave it, or the one of whoever left last and whose place it was told to take:
/// whoever passes one on knows that somebody sits there.
#[derive(Debug, Default)]
pub(super) struct Audience {
    groups: [Group; 3],
}

/// The readers of one form.
#[derive(Debug, Default)]
struct Group {
    seats: Vec<Seat>,
    /// What was said since the last time that all of them were given what there is.
    pending: BytesMut,
    /// Messages and other things in it.
    messages: u64,
    others: u64,
}

/// A reader's place in a group.
#[derive(Debug)]
struct Seat {
    /// The reader, as its shard numbers it.
    reader: usize,
    /// Here too, so that it is found without a detour: with a thousand readers each step of the way to it is a wait for
    /// memory.
    outbox: Arc<Outbox>,
    /// How much of what is pending it has been given already, or isn't to be given.
    given: usize,
}

/// What a group is to be given, all at once.
#[derive(Debug)]
pub(super) struct Share<'a> {
    /// What was said.
    pub(super) bytes: Bytes,
    /// Messages and other things in it.
    pub(super) messages: u64,
    /// The others.
    pub(super) others: u64,
    seats: &'a mut [Seat],
}

impl Audience {
    /// Whether nobody is there.
    pub(super) fn is_empty(&self) -> bool {
        self.groups.iter().all(|group| group.seats.is_empty())
    }

    /// Whether nothing is pending.
    pub(super) fn is_quiet(&self) -> bool {
        self.groups.iter().all(|group| group.pending.is_empty())
    }

    /// How many are to be given something.
    pub(super) fn awaiting(&self) -> usize {
        self.groups.iter().filter(|group| !group.pending.is_empty()).map(|group| group.seats.len()).sum()
    }

    /// Seats a reader: it is shown what is said from now on. Returns its place.
    pub(super) fn enter(&mut self, form: Form, reader: usize, outbox: Arc<Outbox>) -> usize {
        let group = &mut self.groups[form.index()];
        group.seats.push(Seat { reader, outbox, given: group.pending.len() });
        group.seats.len() - 1
    }

    /// Takes a seat away. Returns the reader that has its place now, if another one does.
    pub(super) fn leave(&mut self, form: Form, place: usize) -> Option<usize> {
        let seats = &mut self.groups[form.index()].seats;
        seats.swap_remove(place);
        seats.get(place).map(|moved| moved.reader)
    }

    /// Adds what is said to what is pending. Returns how much that is, of the form of which it is most.
    pub(super) fn say(&mut self, said: &Said) -> usize {
        let mut most = 0;
        for (group, form) in self.groups.iter_mut().zip(Form::ALL) {
            if group.seats.is_empty() {
                continue;
            }
            let bytes = said.encoded(form);
            if !bytes.is_empty() {
                group.pending.extend_from_slice(bytes);
                if said.is_message() {
                    group.messages += 1;
                } else {
                    group.others += 1;
                }
            }
            most = most.max(group.pending.len());
        }
        most
    }

    /// Leaves what is pending out for one reader, since it was given it or isn't to be given it.
    pub(super) fn skip(&mut self, form: Form, place: usize) {
        let Group { seats, pending, .. } = &mut self.groups[form.index()];
        seats[place].given = pending.len();
    }

    /// What one reader has yet to be given, if anything: it is given that now, ahead of the others.
    pub(super) fn take_ahead(&mut self, form: Form, place: usize) -> Option<Bytes> {
        let Group { seats, pending, .. } = &mut self.groups[form.index()];
        let rest = &pending[seats[place].given..];
        let ahead = (!rest.is_empty()).then(|| Bytes::copy_from_slice(rest));
        seats[place].given = pending.len();
        ahead
    }

    /// Takes what is pending for the readers of a form.
    pub(super) fn take(&mut self, form: Form) -> Option<Share<'_>> {
        let Group { seats, pending, messages, others } = &mut self.groups[form.index()];
        if pending.is_empty() {
            return None;
        }
        // The whole buffer goes with it: a room that has gone quiet holds none.
        let bytes = std::mem::take(pending).freeze();
        let (messages, others) = (std::mem::take(messages), std::mem::take(others));
        Some(Share { bytes, messages, others, seats })
    }
}

impl Share<'_> {
    /// Goes through the readers, with what of it each has yet to be given. Returns to how many of them it was given.
    pub(super) fn give(self, mut put: impl FnMut(usize, &Outbox, &Bytes) -> bool) -> u64 {
        let Self { bytes, seats, .. } = self;
        let mut given = 0;
        for Seat { reader, outbox, given: already } in seats {
            let is_put = match std::mem::take(already) {
                0 => put(*reader, outbox, &bytes),
                already if already < bytes.len() => put(*reader, outbox, &bytes.slice(already..)),
                _ => false,
            };
            given += u64::from(is_put);
        }
        given
    }
}
