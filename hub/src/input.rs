//! What the hub is told.

use partyline_shared::{Bye, Command, MemberId, Seq, Token, Via};

use crate::{AppendId, Committed, LogError, Outcome, ReadId};

/// One connection, numbered by whoever accepts it. A number is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// Something said by somebody who isn't there, numbered by whoever brings it. A number is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PostId(pub u64);

/// Everything that can wake the hub.
#[derive(Debug)]
pub enum Input {
    /// A connection wants to talk.
    Open {
        /// Its number.
        session: SessionId,
        /// The door it came through.
        via: Via,
        /// 128 fresh random bits: the member's secret, should this be a newcomer.
        token: Token,
    },
    /// A connection said something.
    Command {
        /// Which.
        session: SessionId,
        /// What.
        command: Command,
    },
    /// A connection won't say anything more, but still listens: it ends once it has its answers.
    HalfClose {
        /// Which.
        session: SessionId,
    },
    /// A connection is gone.
    Close {
        /// Which.
        session: SessionId,
    },
    /// Somebody who isn't there says something in the default room: a datagram. Answered with
    /// [`crate::Effect::Posted`], once.
    Post {
        /// Its number.
        post: PostId,
        /// Who says it: an identity that no token stands for.
        author: MemberId,
        /// The door it came through.
        via: Via,
        /// What is said.
        text: String,
    },
    /// The log answered an [`crate::Effect::Append`]. Within a stream these come in the order of the appends.
    Committed {
        /// Which.
        append: AppendId,
        /// The number, or why there is none.
        outcome: Result<Committed, LogError>,
    },
    /// The log answered an [`crate::Effect::Read`].
    Read {
        /// Which.
        read: ReadId,
        /// What was read, or why nothing was.
        outcome: Result<Outcome, LogError>,
    },
    /// The log has removed the oldest entries of a room, which aren't to be kept any longer.
    Trimmed {
        /// The room, by what it is compared by.
        key: String,
        /// The lowest number that is still there; one past the head where nothing is.
        first: Seq,
    },
    /// It is [`crate::Hub::next_deadline`].
    Wake,
    /// The server stops: everybody is told this, and nobody may come in any more.
    Stop(Bye),
}
