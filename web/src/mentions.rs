//! What is said to the person in particular: by their nick, or in private.

use std::collections::BTreeMap;

use partyline_engine::{Model, Room};
use partyline_shared::light::lower;
use partyline_shared::{Kind, Message, Seq};

/// Whether a text names somebody: their nick as a word, however it is capitalised, with or without an `@`.
pub(crate) fn names(text: &str, nick: &str) -> bool {
    let (text, nick) = (lower(text), lower(nick));
    let (Some(first), Some(last)) = (nick.chars().next(), nick.chars().next_back()) else { return false };
    // Where words aren't set apart, a nick of one character is in half of all words.
    let alone = nick.chars().nth(1).is_none();
    text.match_indices(&nick).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + nick.len()..].chars().next();
        let called = before == Some('@');
        let starts = before.is_none_or(|before| !goes_on(before, first, alone));
        let ends = after.is_none_or(|after| !goes_on(after, last, alone && !called));
        starts && ends
    })
}

/// Whether the character beside a nick makes it a part of a longer word.
fn goes_on(beside: char, edge: char, alone: bool) -> bool {
    let is_name = beside.is_alphanumeric() || beside == '-' || beside == '_';
    is_name && (alone || !(is_unspaced(beside) || is_unspaced(edge)))
}

/// A character of a script that sets no space between words: kana, Chinese characters, Thai, Lao, Khmer, Burmese.
fn is_unspaced(char: char) -> bool {
    matches!(char, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A message that the person should hear of wherever they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct News {
    /// The name on the wire of the room that it was said in.
    pub(crate) room: String,
    /// What that is called.
    pub(crate) title: String,
    /// It was said in private.
    pub(crate) private: bool,
    /// Who said it.
    pub(crate) from: String,
    /// What.
    pub(crate) text: String,
}

/// How much of what is unread in each room is meant for the person.
#[derive(Debug, Default)]
pub(crate) struct Tallies(BTreeMap<String, Tally>);

#[derive(Debug, Default)]
struct Tally {
    /// What was read when this was counted.
    read: Seq,
    /// The last message that was looked at.
    seen: Seq,
    mentions: usize,
}

impl Tallies {
    /// Counts what has come since the last time, and says what of it is news: of each room the latest that is meant for
    /// the person and unread.
    pub(crate) fn look(&mut self, model: &Model) -> Vec<News> {
        self.0.retain(|name, _| model.rooms.contains_key(name));
        let Some(me) = &model.me else { return Vec::new() };
        let mut news = Vec::new();
        for (name, room) in &model.rooms {
            let concerns = |message: &&Message| {
                let said = message.kind != Kind::Unknown && message.from.id != me.id;
                said && (room.private || names(&message.text, &me.nick))
            };
            let tally = self.0.entry(name.clone()).or_default();
            let last = room.live().back().map_or(Seq(0), |message| message.seq);
            // A room that starts again at a lower number is of another log.
            let restarted = room.head < tally.seen;
            if room.unread == 0 || room.read != tally.read || restarted {
                let seen = if restarted { Seq(0) } else { tally.seen };
                *tally = Tally { read: room.read, seen, mentions: 0 };
                if room.unread > 0 {
                    tally.mentions =
                        since(room, room.read).filter(|message| message.seq <= seen).filter(concerns).count();
                }
            }
            let mut fresh = since(room, tally.seen.max(room.read)).filter(concerns).peekable();
            if let Some(message) = fresh.peek() {
                news.push(News {
                    room: name.clone(),
                    title: room.title.clone(),
                    private: room.private,
                    from: message.from.nick.clone(),
                    text: message.text.clone(),
                });
            }
            tally.mentions += fresh.count();
            tally.seen = tally.seen.max(last);
        }
        news
    }

    /// How many unread messages of a room are meant for the person.
    pub(crate) fn of(&self, room: &str) -> usize {
        self.0.get(room).map_or(0, |tally| tally.mentions)
    }
}

/// What was said after a number, the latest first.
fn since(room: &Room, after: Seq) -> impl Iterator<Item = &Message> {
    room.live().iter().rev().take_while(move |message| message.seq > after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use partyline_engine::{Engine, Settings};
    use partyline_shared::{MemberId, MemberRef, Timestamp, Via};

    #[test]
    fn a_nick_is_meant_where_it_is_a_word() {
        for text in ["ann", "@ann", "hi Ann!", "(ANN)", "ann: look", "thanks,ann.", "小明和ann在吗"] {
            assert!(names(text, "Ann"), "{text}");
        }
        for text in ["", "anna", "joann", "ann-marie", "ann_2", "@anna", "an n"] {
            assert!(!names(text, "ann"), "{text}");
        }
        assert!(names("小明你好", "小明") && names("@小明你好", "小明") && !names("小红", "小明"));
        assert!(names("@明 你好", "明") && names("@明你好", "明") && names("明，在吗", "明"));
        assert!(!names("明天见", "明"), "half of all words have it");
        assert!(names("ask ann, not anna", "ann") && names("anna, ann", "ann"), "any of several places");
    }

    fn member(id: u8, nick: &str) -> MemberRef {
        MemberRef { id: MemberId([id; 16]), nick: nick.into() }
    }

    fn say(model: &mut Model, name: &str, from: &MemberRef, text: &str) {
        let room = model.rooms.get_mut(name).unwrap();
        room.head = room.head.next();
        room.unread += usize::from(from.nick != "ann");
        room.messages.push_back(Message {
            room: name.into(),
            seq: room.head,
            at: Timestamp(0),
            from: from.clone(),
            to: None,
            kind: Kind::Text,
            text: text.into(),
            via: Via::Ws,
        });
    }

    #[test]
    fn what_is_meant_for_one_is_news_once_and_counts_until_it_is_read() {
        let settings = Settings { nick: None, identity: None, rooms: Vec::new(), entropy: 1, window: 400 };
        let mut model = Engine::new(settings).model().clone();
        let (ann, bob) = (member(1, "ann"), member(2, "bob"));
        model.me = Some(ann.clone());
        model.rooms.insert("lobby".into(), Room::new("lobby"));
        let mut tallies = Tallies::default();
        say(&mut model, "lobby", &bob, "hello ann");
        say(&mut model, "lobby", &bob, "hello all");
        say(&mut model, "lobby", &ann, "ann is me");
        say(&mut model, "lobby", &bob, "ann?");
        let news = tallies.look(&model);
        assert_eq!(news.iter().map(|news| news.text.as_str()).collect::<Vec<_>>(), ["ann?"], "the latest of a room");
        assert_eq!(tallies.of("lobby"), 2);
        assert_eq!(tallies.look(&model), [], "once");

        // Another session of hers has read some of it.
        let lobby = model.rooms.get_mut("lobby").unwrap();
        (lobby.read, lobby.unread) = (Seq(1), 2);
        assert_eq!(tallies.look(&model), []);
        assert_eq!(tallies.of("lobby"), 1);
        let lobby = model.rooms.get_mut("lobby").unwrap();
        (lobby.read, lobby.unread) = (Seq(4), 0);
        tallies.look(&model);
        assert_eq!(tallies.of("lobby"), 0);

        // In private all of it is meant for her, from the first message on.
        model.rooms.insert("@02".into(), Room::new("@02"));
        say(&mut model, "@02", &bob, "psst");
        let news = tallies.look(&model);
        assert!(news.len() == 1 && news[0].private && news[0].room == "@02");
        assert_eq!(tallies.of("@02"), 1);

        // The log is a new one: its numbers start again.
        let lobby = model.rooms.get_mut("lobby").unwrap();
        *lobby = Room::new("lobby");
        say(&mut model, "lobby", &bob, "ann!");
        assert_eq!(tallies.look(&model).len(), 1);
    }
}
