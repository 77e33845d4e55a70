//! Saying something without being there: what a datagram brings.
//!
//! No session, no membership, no presence: one message in the default room, and one answer. It takes the same way as
//! everything that is said, so it has a number before anybody is shown it. A room that nobody is in is loaded for
//! it, so that whoever enters meanwhile finds a page and what follows on it, without a gap.

use partyline_shared::{Code, Kind, MemberId, MemberRef, Refused, RoomName, Sent, Text, Via};

use crate::joining::bad_room;
use crate::rooms::RoomState;
use crate::speaking::{Asker, PendingAppend};
use crate::{Effect, Hub, PostId, RoomId, Stream};

/// Digits of its author's id that a nick holds.
const DIGITS: usize = 4;

/// Something to be said once its room is loaded.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) id: PostId,
    from: MemberRef,
    via: Via,
    text: String,
}

impl Hub {
    pub(crate) fn post(&mut self, id: PostId, author: MemberId, via: Via, text: &str) {
        self.posts += 1;
        let (room, text) = match self.check_post(text) {
            Ok(checked) => checked,
            Err(refused) => return self.answer_post(id, Err(refused)),
        };
        let post = Post { id, from: MemberRef { id: author, nick: nick(via, author) }, via, text };
        let room = self.rooms.find(&room.key()).unwrap_or_else(|| self.fetch(room));
        match self.rooms.get_mut(room).map(|room| &mut room.state) {
            Some(RoomState::Loading { posts, .. }) => posts.push(post),
            _ => self.append_post(room, post),
        }
    }

    /// Its room is known.
    pub(crate) fn append_post(&mut self, id: RoomId, post: Post) {
        let Some(room) = self.rooms.get_mut(id) else { return };
        room.appending += 1;
        let stream = Stream::Room(room.name.clone());
        let Post { id: post, from, via, text } = post;
        let (asker, room, to, kind, reference) = (Asker::Post(post), Some(id), None, Kind::Text, None);
        self.write(stream, PendingAppend { asker, room, from, to, kind, text, amended: false, via, reference });
    }

    /// Tells whoever brought it what came of it.
    pub(crate) fn answer_post(&mut self, post: PostId, outcome: Result<Sent, Refused>) {
        self.posts -= 1;
        self.effects.push(Effect::Posted { post, outcome });
    }

    /// `posts` counts this one already.
    fn check_post(&self, text: &str) -> Result<(RoomName, String), Refused> {
        if let Some(bye) = &self.stopped {
            return Err(Refused::new(Code::Busy, bye.text.clone()));
        }
        if self.posts > self.settings.posts_at_once {
            let text = "the server has more to write than it can: try again in a moment";
            return Err(Refused::new(Code::Busy, text).retry_after(1000));
        }
        let limits = &self.settings.limits;
        let text = Text::new(text, limits).map_err(|error| Refused::new(Code::BadText, error.to_string()))?;
        let name = &self.settings.default_room;
        let room = RoomName::new(name, limits).map_err(|error| bad_room(name, &error))?;
        Ok((room, text.into_string()))
    }
}

/// `udp.4f1c`: the same for whatever one author says. No member can be called that, as a dot can't be in a nick,
/// so nobody passes for somebody else either way.
fn nick(via: Via, author: MemberId) -> String {
    let door = match via {
        Via::Udp => "udp",
        Via::Unix => "unix",
        Via::Tcp | Via::Json | Via::Ws | Via::Unknown => "outside",
    };
    format!("{door}.{}", &author.to_string()[..DIGITS])
}

#[cfg(test)]
mod tests {
    use super::*;
    use partyline_shared::{Limits, Nick};

    #[test]
    fn no_member_can_be_called_what_a_poster_is() {
        let nick = nick(Via::Udp, MemberId([0x4f; 16]));
        assert_eq!(nick, "udp.4f4f");
        assert!(Nick::new(&nick, &Limits::default()).is_err());
    }
}
