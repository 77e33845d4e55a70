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

/// What of history has been asked for, for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loading {
    /// What comes before the window.
    Older,
    /// What comes after it.
    Newer,
    /// A message that isn't in it, and what stands around that.
    Around(Seq),
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
    /// A window of what was said, in order and without a gap: at most [`crate::Settings::window`] messages. A message of
    /// an unknown kind is among them, since it has a number, and is not to be shown.
    pub messages: VecDeque<Message>,
    /// The latest messages, at most a quarter of a window, where the window lies further up. See [`Room::live`].
    pub(crate) ahead: VecDeque<Message>,
    /// What one said that has no number yet, in the order it was said.
    pub pending: Vec<Pending>,
    /// The highest number known.
    pub head: Seq,
    /// There are messages before the window.
    pub has_older: bool,
    /// There are messages after the window: it doesn't follow what is said.
    pub has_newer: bool,
    /// Messages have been asked for.
    pub loading: Option<Loading>,
    /// The person follows what is said, or isn't here: the window goes on and lets go of its beginning. Otherwise it stays
    /// as it is once it is full.
    pub followed: bool,
    /// The last number that the person has seen.
    pub read: Seq,
    /// That is so because the person was here, in this or another session. Otherwise nobody knows, and what was said before
    /// the room was entered is taken for read.
    pub marked: bool,
    /// How many messages of others came after it.
    pub unread: usize,
    /// Who is typing.
    pub typing: Vec<TypingMember>,
}

impl Room {
    /// A room that nothing is known of yet.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            asked: None,
            private: name.starts_with('@'),
            joined: false,
            members: Vec::new(),
            count: 0,
            messages: VecDeque::new(),
            ahead: VecDeque::new(),
            pending: Vec::new(),
            head: Seq(0),
            has_older: false,
            has_newer: false,
            loading: None,
            followed: true,
            read: Seq(0),
            marked: false,
            unread: 0,
            typing: Vec::new(),
        }
    }

    /// The latest messages, wherever the window lies: those that notifications and announcements are about.
    pub fn live(&self) -> &VecDeque<Message> {
        if self.has_newer { &self.ahead } else { &self.messages }
    }

    /// It is known what was said here last.
    pub fn is_there(&self) -> bool {
        self.is_open() && !self.live().is_empty()
    }

    /// Things can be said here over the connection that there is: one is in the room, or needn't be.
    pub(crate) fn is_open(&self) -> bool {
        self.joined || self.private
    }
}
