//! How often a member may ask for something, other than to say something: what a request costs, and whether it is paid.

use partyline_shared::{Command, MemberId, Timestamp};

use crate::hub::Settings;
use crate::{Hub, SessionId};

/// A new nick is told to everybody in up to 50 rooms: with a burst of 100 and 20 a second, five at once and then one a
/// second.
const NICK: u32 = 20;
/// Typing is told to a room, and isn't worth more: four a second. A client that tells it every three seconds, as the
/// engine does, never gets there.
const TYPING: u32 = 5;
/// Told to a few sessions of the same member.
const MARK: u32 = 1;
/// A page may hold 1.6 MB; the list of rooms takes a look at all of them.
const PAGE: u32 = 4;
/// Told to a room, with a page and a list of members for whoever enters, and that list again for whoever asks. All the
/// rooms that one may be in can be entered at once.
const ROOM: u32 = 2;
/// A nick that can't be had.
const MISS: u32 = 2;

impl Hub {
    /// Takes what the command costs from what the member may ask for.
    ///
    /// # Errors
    /// In how many milliseconds it can be paid for, where it can't now.
    pub(crate) fn pay(
        &mut self,
        session: SessionId,
        member: MemberId,
        command: &Command,
        now: Timestamp,
    ) -> Result<(), u64> {
        let cost = match command {
            // Messages have a rate of their own. The rest of these end by themselves, or are answered with a line.
            Command::Say(_) | Command::Tell { .. } | Command::Ping { .. } | Command::Quit | Command::Hello(_) => 0,
            // Paid for on entering: nobody is kept in a room that they want to leave.
            Command::Part { room } if self.room_of(session, room).is_some() => 0,
            Command::Join(_) | Command::Part { .. } | Command::Who { .. } => ROOM,
            Command::History(_) | Command::Rooms => PAGE,
            Command::Typing { .. } => TYPING,
            Command::Read { .. } => MARK,
            // Told to nobody: whoever looks for one that isn't taken may try a few.
            Command::Nick { nick } if self.free_nick(nick, Some(member)).is_err() => MISS,
            Command::Nick { .. } => NICK,
        };
        let Settings { request_burst, requests_per_second, .. } = self.settings;
        match self.members.get_mut(member) {
            Some(member) if cost > 0 => member.requests.take_several(cost, request_burst, requests_per_second, now),
            _ => Ok(()),
        }
    }
}
