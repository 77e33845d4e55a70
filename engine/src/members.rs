//! Who is in a room.

use partyline_shared::light::lower;
use partyline_shared::{MemberId, MemberRef};

use crate::Room;

/// Most members that are kept by name; the rest is only counted.
const MOST_LISTED: usize = 500;

/// Nicks are sorted as people read them, whatever their case; the rest makes the order total.
fn order(member: &MemberRef) -> (String, &str, MemberId) {
    (lower(&member.nick), &member.nick, member.id)
}

impl Room {
    /// The server says who is here.
    pub(crate) fn set_members(&mut self, mut members: Vec<MemberRef>, count: usize) {
        members.sort_by(|a, b| order(a).cmp(&order(b)));
        members.truncate(MOST_LISTED);
        self.count = count.max(members.len());
        self.members = members;
    }

    /// Somebody came.
    pub(crate) fn member_came(&mut self, member: &MemberRef) {
        if self.remove_member(member.id).is_none() {
            self.count += 1;
        }
        if self.members.len() < MOST_LISTED {
            self.insert_member(member.clone());
        }
    }

    /// Somebody left.
    pub(crate) fn member_left(&mut self, id: MemberId) {
        // Who isn't listed can only have left if more are here than are listed.
        if self.remove_member(id).is_some() || self.count > self.members.len() {
            self.count = self.count.saturating_sub(1);
        }
        self.typing.retain(|typing| typing.member.id != id);
    }

    /// Somebody is called something else.
    pub(crate) fn member_renamed(&mut self, member: &MemberRef) {
        if self.remove_member(member.id).is_some() {
            self.insert_member(member.clone());
        }
        for typing in self.typing.iter_mut().filter(|typing| typing.member.id == member.id) {
            typing.member.nick.clone_from(&member.nick);
        }
    }

    fn remove_member(&mut self, id: MemberId) -> Option<MemberRef> {
        let at = self.members.iter().position(|member| member.id == id)?;
        Some(self.members.remove(at))
    }

    fn insert_member(&mut self, member: MemberRef) {
        let at = self.members.partition_point(|other| order(other) < order(&member));
        self.members.insert(at, member);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(number: u16, nick: &str) -> MemberRef {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        MemberRef { id: MemberId(id), nick: nick.to_owned() }
    }

    fn check(room: &Room, nicks: &[&str], count: usize) {
        assert_eq!(room.members.iter().map(|m| m.nick.as_str()).collect::<Vec<_>>(), nicks);
        assert_eq!(room.count, count);
    }

    #[test]
    fn members_are_sorted_as_people_read() {
        let mut room = Room::new("lobby");
        room.set_members(vec![member(1, "bob"), member(2, "Ann")], 2);
        check(&room, &["Ann", "bob"], 2);
        room.member_came(&member(3, "Bea"));
        room.member_came(&member(3, "Bea"));
        check(&room, &["Ann", "Bea", "bob"], 3);
        room.member_renamed(&member(2, "zoe"));
        check(&room, &["Bea", "bob", "zoe"], 3);
        room.member_left(member(1, "").id);
        room.member_left(member(9, "").id);
        check(&room, &["Bea", "zoe"], 2);
    }

    #[test]
    fn a_crowd_is_counted_beyond_what_is_listed() {
        let mut room = Room::new("lobby");
        room.set_members((0..500).map(|n| member(n, "x")).collect(), 600);
        room.member_came(&member(700, "late"));
        assert_eq!((room.members.len(), room.count), (500, 601));
        room.member_left(member(800, "").id);
        assert_eq!((room.members.len(), room.count), (500, 600));
    }
}
