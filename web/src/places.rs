//! The places that one can go to, and which of them somebody means by what they typed.

use partyline_shared::light::{check_name, lower, same_name};
use partyline_shared::{Limits, MemberId, MemberRef};

use crate::view::RoomLine;

/// Most places that are offered at a time: nobody reads more before typing a letter more.
const MOST: usize = 50;

/// Somewhere to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A room, or a conversation, that one is in.
    Room(RoomLine),
    /// Somebody in the room that is shown, to write to in private.
    Person(MemberRef),
    /// A room that one isn't in, to be entered or made.
    New(String),
}

/// What there is to choose from.
pub(crate) struct Choice<'a> {
    /// Rooms and conversations, in the order of the list.
    pub(crate) rooms: &'a [RoomLine],
    /// Those in the room that is shown.
    pub(crate) members: &'a [MemberRef],
    /// Oneself.
    pub(crate) me: Option<MemberId>,
    /// The name of the room that is shown.
    pub(crate) current: &'a str,
}

/// The places that `typed` may mean, the likeliest first. `#` in front asks for rooms, `@` for people.
pub(crate) fn find(typed: &str, choice: &Choice<'_>) -> Vec<Place> {
    let typed = typed.trim();
    let (rooms, people, query) = match typed.strip_prefix('#') {
        Some(room) => (true, false, room),
        None => typed.strip_prefix('@').map_or((true, true, typed), |nick| (false, true, nick)),
    };
    let query = lower(query.trim());
    let mut found: Vec<(Rank, Place)> = Vec::new();
    for room in choice.rooms.iter().filter(|room| if room.private { people } else { rooms }) {
        if let Some(closeness) = closeness(&query, &room.title) {
            // Where one is already is the last place to go to.
            let class = if room.name == choice.current { 3 } else { u8::from(room.unread == 0) };
            found.push((Rank { closeness, class }, Place::Room(room.clone())));
        }
    }
    let known = |member: &MemberRef| {
        let conversation = format!("@{}", member.id);
        Some(member.id) == choice.me || choice.rooms.iter().any(|room| room.name == conversation)
    };
    for member in choice.members.iter().filter(|member| people && !known(member)) {
        if let Some(closeness) = closeness(&query, &member.nick) {
            found.push((Rank { closeness, class: 2 }, Place::Person(member.clone())));
        }
    }
    // It keeps the order of what is alike.
    found.sort_by_key(|(rank, _)| *rank);
    found.truncate(MOST);
    let mut places: Vec<Place> = found.into_iter().map(|(_, place)| place).collect();
    places.extend(new_room(typed, choice.rooms).filter(|_| rooms).map(Place::New));
    places
}

/// The room that was typed, where it can be one and isn't there.
fn new_room(typed: &str, rooms: &[RoomLine]) -> Option<String> {
    let name = typed.trim_start_matches('#').trim();
    check_name(name, Limits::default().room_chars).ok()?;
    let same = |room: &RoomLine| !room.private && same_name(&room.title, name);
    (!rooms.iter().any(same)).then(|| name.to_owned())
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    closeness: u8,
    class: u8,
}

/// How near a name is to what was typed (in lower case): 0 it is it, 1 it starts with it, 2 a word in it does, 3 it is in
/// it, 4 its letters are in it in this order; `None` for anything else. Everything is near to nothing.
fn closeness(query: &str, name: &str) -> Option<u8> {
    let name = lower(name);
    if query.is_empty() || name == query {
        return Some(0);
    }
    if name.starts_with(query) {
        return Some(1);
    }
    let mut words = name.split(['-', '_']);
    if words.any(|word| word.starts_with(query)) {
        return Some(2);
    }
    if name.contains(query) {
        return Some(3);
    }
    let mut letters = name.chars();
    query.chars().all(|wanted| letters.any(|letter| letter == wanted)).then_some(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(title: &str, unread: usize) -> RoomLine {
        RoomLine { name: title.into(), title: title.into(), private: false, unread, mentions: 0 }
    }

    fn member(id: u8, nick: &str) -> MemberRef {
        MemberRef { id: MemberId([id; 16]), nick: nick.into() }
    }

    fn conversation(id: u8, nick: &str) -> RoomLine {
        RoomLine { name: format!("@{}", MemberId([id; 16])), title: nick.into(), private: true, unread: 0, mentions: 0 }
    }

    fn names(typed: &str) -> Vec<String> {
        let rooms =
            [room("ann-fans", 0), room("design", 0), room("lobby", 0), room("plans", 2), conversation(1, "ann")];
        let members = [member(1, "ann"), member(2, "anna"), member(9, "me")];
        let choice = Choice { rooms: &rooms, members: &members, me: Some(MemberId([9; 16])), current: "lobby" };
        let name = |place| match place {
            Place::Room(room) if room.private => format!("@{}", room.title),
            Place::Room(room) => room.title,
            Place::Person(member) => format!("+{}", member.nick),
            Place::New(name) => format!("new {name}"),
        };
        find(typed, &choice).into_iter().map(name).collect()
    }

    #[test]
    fn with_nothing_typed_what_is_new_comes_first_and_where_one_is_last() {
        assert_eq!(names(""), ["plans", "ann-fans", "design", "@ann", "+anna", "lobby"]);
    }

    #[test]
    fn the_nearest_comes_first_and_nobody_twice() {
        assert_eq!(names("ann"), ["@ann", "ann-fans", "+anna", "new ann"]);
        assert_eq!(names("FANS"), ["ann-fans", "new FANS"]);
        assert_eq!(names("dsg"), ["design", "new dsg"]);
        assert_eq!(names("lobby"), ["lobby"], "a room that is there isn't new");
        assert_eq!(names("LOBBY"), ["lobby"]);
    }

    #[test]
    fn signs_ask_for_rooms_or_people() {
        assert_eq!(names("#ann"), ["ann-fans", "new ann"]);
        assert_eq!(names("@ann"), ["@ann", "+anna"]);
        assert_eq!(names("@zoe"), [""; 0]);
        assert_eq!(names("no room"), [""; 0], "a name has no spaces");
    }

    #[test]
    fn no_more_are_offered_than_can_be_looked_through() {
        let rooms: Vec<_> = (0..2 * MOST).map(|n| room(&format!("room-{n}"), 0)).collect();
        let choice = Choice { rooms: &rooms, members: &[], me: None, current: "" };
        assert_eq!(find("room", &choice).len(), MOST + 1, "and a new one");
    }
}
