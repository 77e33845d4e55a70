//! A room or private conversation, as a client has it.

use std::collections::VecDeque;

use partyline_shared::{MemberRef, Message, Seq, Timestamp};

use crate::Pending;

/// Somebody who is typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypingMember {
    /// Who.
    pub member: MemberRef,
    /// When that is no longer true unless they go on.
    pub until: Timestamp,
}

/// A room or private conversation, as a client has it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own: any of them goes with any other")]
pub struct Room {
    /// Its name on the wire: a room's name, or `@` and the other member's id.
    pub name: String,
    /// What to call it on a screen: the room's name, or the other member's nick.
    pub title: String,
    /// Another spelling that it was asked for under, which only the server can tell is the same.
    pub asked: Option<String>,
    /// It is a private conversation.
    pub private: bool,
    /// The server counts one in. False until `joined`, and after a drop.
    pub joined: bool,
    /// Who is here; at most 500 of `count`. Sorted by nick. In a crowd (more than `crowd` of the limits) some of those
    /// who were here when they were listed last.
    pub members: Vec<MemberRef>,
    /// How many are here.
    pub count: usize,
    /// A window of what was said, in order and without a gap: at most [`crate::Settings::window`] messages, and twice
    /// as many while the person reads up. A message of an unknown kind is among them, since it has a number, and is
    /// not to be shown.
    pub messages: VecDeque<Message>,
    /// What one said that has no number yet, in the order it was said.
    pub pending: Vec<Pending>,
    /// The highest number known.
    pub head: Seq,
    /// There are messages before the window.
    pub has_older: bool,
    /// Older messages have been asked for.
    pub loading: bool,
    /// The last number that the person has seen.
    pub read: Seq,
    /// How many messages of others came after it.
    pub unread: usize,
    /// Who is typing.
    pub typing: Vec<TypingMember>,
}

impl Room {
    /// A room that nothing is known of yet.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            asked: None,
            private: name.starts_with('@'),
            joined: false,
            members: Vec::new(),
            count: 0,
            messages: VecDeque::new(),
            pending: Vec::new(),
            head: Seq(0),
            has_older: false,
            loading: false,
            read: Seq(0),
            unread: 0,
            typing: Vec::new(),
        }
    }

    /// Things can be said here over the connection that there is: one is in the room, or needn't be.
    pub(crate) fn is_open(&self) -> bool {
        self.joined || self.private
    }
}
