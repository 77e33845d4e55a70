//! A room as rows: day dividers, messages grouped by author, what is still on its way.

use partyline_engine::{Clock, Pending, PendingState, Room};
use partyline_shared::{Kind, MemberId, MemberRef, Message, Seq, Timestamp, Via};

/// Within this long, what somebody adds to what they said stands under one name.
const GROUP_MS: u64 = 5 * 60 * 1000;

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// A new day starts.
    Day {
        /// Which, as days since 1970.
        day: i64,
        /// When its first message was said.
        at: Timestamp,
        /// How many days ago that is.
        days_ago: i64,
    },
    /// What comes after this is new to the person.
    New,
    /// A message with a number.
    Said {
        /// The message.
        message: Message,
        /// It starts a group: who said it is shown.
        head: bool,
    },
    /// What one said that has no number yet.
    Pending {
        /// It.
        pending: Pending,
        /// Who says it: oneself.
        from: MemberRef,
        /// It starts a group.
        head: bool,
    },
}

impl Row {
    /// The number of the message that it is.
    pub(crate) fn seq(&self) -> Option<Seq> {
        if let Self::Said { message, .. } = self { Some(message.seq) } else { None }
    }

    /// What tells this row apart from others of its room. A row is drawn once: whatever changes how it looks is part of
    /// its key.
    pub(crate) fn key(&self) -> String {
        let head = |head: &bool| if *head { "head" } else { "" };
        match self {
            Self::Day { day, days_ago, .. } => format!("day {day} {days_ago}"),
            Self::New => "new".to_owned(),
            Self::Said { message, head: is_head } => format!("{} {}", message.seq, head(is_head)),
            Self::Pending { pending, head: is_head, .. } => {
                let state = match &pending.state {
                    PendingState::Failed(why) => format!("failed {why}"),
                    PendingState::RetryAt(_) => "waits".to_owned(),
                    PendingState::Queued | PendingState::Sent => String::new(),
                };
                format!("pending {} {} {state}", pending.reference.as_str(), head(is_head))
            }
        }
    }
}

/// What the rows depend on beside the room.
pub(crate) struct Reader<'a> {
    /// Who reads.
    pub(crate) me: Option<&'a MemberRef>,
    /// What came after this number is marked as new.
    pub(crate) new_after: Option<Seq>,
    /// The local day of an instant.
    pub(crate) day_of: &'a dyn Fn(Timestamp) -> i64,
    /// The local day that it is, by the server's clock.
    pub(crate) today: i64,
    /// The server's clock: all times are of that.
    pub(crate) clock: Clock,
}

/// Lays a room out.
pub(crate) fn lay_out(room: &Room, reader: &Reader<'_>) -> Vec<Row> {
    let mut rows = Vec::with_capacity(room.messages.len() + room.pending.len() + 8);
    let mut new_after = reader.new_after;
    let mut day = None;
    let mut last: Option<Last<'_>> = None;
    for message in room.messages.iter().filter(|message| message.kind != Kind::Unknown) {
        // Numbers decide what comes first. A server's clock may have been set back meanwhile, but no day comes twice, and
        // none is yet to come.
        let its_day = (reader.day_of)(message.at).min(reader.today).max(day.unwrap_or(i64::MIN));
        if day.replace(its_day) != Some(its_day) {
            rows.push(Row::Day { day: its_day, at: message.at, days_ago: reader.today - its_day });
            last = None;
        }
        let of_another = reader.me.is_none_or(|me| me.id != message.from.id);
        if of_another && new_after.is_some_and(|seen| message.seq > seen) {
            new_after = None;
            rows.push(Row::New);
            last = None;
        }
        let this = Last::of(message);
        let head = this.starts_group(last.as_ref());
        rows.push(Row::Said { message: message.clone(), head });
        last = Some(this);
    }
    // What is on its way stands at the end, and belongs nowhere else.
    let Some(me) = reader.me.filter(|_| !room.has_newer) else { return rows };
    for pending in &room.pending {
        let at = reader.clock.server(pending.at);
        let this = Last { from: me.id, nick: &me.nick, at, action: pending.action, via: Via::Ws };
        let head = this.starts_group(last.as_ref());
        rows.push(Row::Pending { pending: Pending { at, ..pending.clone() }, from: me.clone(), head });
        last = Some(this);
    }
    rows
}

/// What grouping compares.
struct Last<'a> {
    from: MemberId,
    nick: &'a str,
    at: Timestamp,
    action: bool,
    via: Via,
}

impl<'a> Last<'a> {
    fn of(message: &'a Message) -> Self {
        let Message { from, at, kind, via, .. } = message;
        Self { from: from.id, nick: &from.nick, at: *at, action: *kind == Kind::Action, via: *via }
    }

    /// An action names its author itself, so it starts a group and ends one. Another door may be another program
    /// of the same member, so it starts one too.
    fn starts_group(&self, last: Option<&Self>) -> bool {
        let continues = |last: &Self| {
            let same = last.from == self.from && last.nick == self.nick && last.via == self.via;
            // What a pending message has of a time is an estimate: it may be before or after.
            same && !last.action && !self.action && last.at.0.abs_diff(self.at.0) < GROUP_MS
        };
        !last.is_some_and(continues)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    use partyline_shared::ClientRef;

    const DAY: u64 = 86_400_000;

    fn member(id: u8, nick: &str) -> MemberRef {
        MemberRef { id: MemberId([id; 16]), nick: nick.into() }
    }

    fn message(seq: u64, at: u64, from: &MemberRef, kind: Kind) -> Message {
        let text = format!("text {seq}");
        Message {
            room: "lobby".into(),
            seq: Seq(seq),
            at: Timestamp(at),
            from: from.clone(),
            to: None,
            kind,
            text,
            via: Via::Tcp,
        }
    }

    fn room(messages: Vec<Message>, pending: Vec<Pending>) -> Room {
        let mut room = Room::new("lobby");
        (room.messages, room.pending) = (VecDeque::from(messages), pending);
        room
    }

    /// The layout, a letter a row: D day, N new, H head, m more of a group, P and p the same, pending.
    fn shape(room: &Room, me: &MemberRef, new_after: Option<Seq>) -> String {
        let day_of = |at: Timestamp| i64::try_from(at.0 / DAY).unwrap();
        let rows =
            lay_out(room, &Reader { me: Some(me), new_after, day_of: &day_of, today: 1, clock: Clock::default() });
        let letters = rows.iter().map(|row| match row {
            Row::Day { .. } => 'D',
            Row::New => 'N',
            Row::Said { head, .. } => {
                if *head {
                    'H'
                } else {
                    'm'
                }
            }
            Row::Pending { head, .. } => {
                if *head {
                    'P'
                } else {
                    'p'
                }
            }
        });
        letters.collect()
    }

    #[test]
    fn one_author_is_named_once_within_five_minutes() {
        let (ann, bob) = (member(1, "ann"), member(2, "bob"));
        let said = vec![
            message(1, 0, &ann, Kind::Text),
            message(2, GROUP_MS - 1, &ann, Kind::Text),
            message(3, GROUP_MS, &bob, Kind::Text),
            message(4, 3 * GROUP_MS, &bob, Kind::Text),
            message(5, 3 * GROUP_MS, &bob, Kind::Action),
            message(6, 3 * GROUP_MS, &bob, Kind::Text),
            message(7, 3 * GROUP_MS, &bob, Kind::Unknown),
            message(8, 3 * GROUP_MS, &member(2, "robert"), Kind::Text),
        ];
        assert_eq!(shape(&room(said, Vec::new()), &ann, None), "DHmHHHHH");
    }

    #[test]
    fn days_and_what_is_new_start_groups() {
        let (ann, bob) = (member(1, "ann"), member(2, "bob"));
        let said = vec![
            message(1, DAY - 2, &bob, Kind::Text),
            message(2, DAY - 1, &bob, Kind::Text),
            message(3, DAY, &bob, Kind::Text),
            message(4, DAY, &ann, Kind::Text),
            message(5, DAY, &bob, Kind::Text),
            message(6, DAY, &bob, Kind::Text),
        ];
        let room = room(said, Vec::new());
        assert_eq!(shape(&room, &ann, Some(Seq(3))), "DHmDHHNHm", "one's own message isn't new");
        assert_eq!(shape(&room, &ann, Some(Seq(6))), "DHmDHHHm");
    }

    #[test]
    fn no_day_comes_twice_or_is_yet_to_come() {
        let ann = member(1, "ann");
        let at = [0, 5 * DAY, DAY, DAY + 1, 0].into_iter().zip(1..);
        let said = at.map(|(at, seq)| message(seq, at, &ann, Kind::Text)).collect();
        // The server's clock was ahead for a while, and then behind.
        assert_eq!(shape(&room(said, Vec::new()), &ann, None), "DHDHHmH");
    }

    #[test]
    fn what_is_on_its_way_follows_what_was_said() {
        let ann = member(1, "ann");
        let pending = |at| Pending {
            reference: ClientRef::try_from(format!("r{at}")).unwrap(),
            text: "hi".into(),
            action: false,
            at: Timestamp(at),
            state: PendingState::Queued,
        };
        let said = Message { via: Via::Ws, ..message(1, 50, &ann, Kind::Text) };
        assert_eq!(shape(&room(vec![said], vec![pending(10), pending(GROUP_MS + 10)]), &ann, None), "DHpP");
    }
}
