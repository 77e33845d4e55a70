//! A typed line: the command that it is, and the text and the names in it, made harmless.

use partyline_shared::codec::plain::{receipt, render};
use partyline_shared::{
    Event, Kind, Limits, Line, MemberId, MemberRef, Message, Nick, RoomName, Seq, Target, Text, Timestamp, Via, clean,
    clean_line, parse_line,
};

pub(crate) fn check(data: &[u8]) {
    let line = String::from_utf8_lossy(data);
    match parse_line(&line) {
        Ok(Line::Say { text, action }) => said(&text, if action { Kind::Action } else { Kind::Text }),
        Ok(Line::Tell { to, text }) => {
            named(&to);
            said(&text, Kind::Text);
        }
        Ok(Line::Nick(name) | Line::Join(name) | Line::Part(Some(name)) | Line::Who(Some(name))) => named(&name),
        Ok(Line::History(Some(count))) => assert_ne!(count, 0),
        Ok(_) => {}
        Err(error) => assert_shown(&error.to_string(), &[]),
    }
    assert_shown(&clean_line(&line), &[]);
}

/// Nothing that acts on a terminal or hides, and no line break where none belongs.
fn assert_shown(text: &str, allowed: &[char]) {
    let acts = |c: char| (c.is_control() && !allowed.contains(&c)) || ('\u{202a}'..='\u{202e}').contains(&c);
    let hides = |c: char| matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{3164}' | '\u{feff}');
    assert!(!text.contains(|c: char| acts(c) || hides(c)), "{text:?}");
    let mut piled = 0;
    for c in text.chars() {
        piled = if ('\u{300}'..='\u{36f}').contains(&c) { piled + 1 } else { 0 };
        assert!(piled <= 8, "{text:?}");
    }
}

fn said(raw: &str, kind: Kind) {
    let limits = Limits::default();
    let Ok(text) = Text::new(raw, &limits) else { return };
    assert_shown(text.as_str(), &['\n', '\t']);
    assert_eq!(Text::new(text.as_str(), &limits).as_ref(), Ok(&text), "what was accepted is accepted again as it is");
    let from = MemberRef { id: MemberId([1; 16]), nick: "ann".into() };
    let message = Message {
        room: "lobby".into(),
        seq: Seq(1),
        at: Timestamp(0),
        from,
        to: None,
        kind,
        text: text.as_str().to_owned(),
        via: Via::Tcp,
    };
    let shown = render(&Event::Message(message)).expect("a message is shown");
    let start = if kind == Kind::Action { "* ann " } else { "ann: " };
    assert!(shown.starts_with(start) && shown.ends_with('\n'), "{shown:?}");
    assert!(shown.lines().skip(1).all(|line| line.starts_with("  | ")), "a line could be somebody else's: {shown:?}");
    // As the receipt is written: of what was sent, before it was accepted.
    let receipt = receipt(clean(raw).trim_end());
    assert_shown(&receipt, &['\n', '\t']);
    assert!(receipt.lines().skip(1).all(|line| line.starts_with("  | ")), "{receipt:?}");
}

fn named(raw: &str) {
    let limits = Limits::default();
    if let Ok(nick) = Nick::new(raw, &limits) {
        assert_shown(nick.as_str(), &[]);
        assert!(!nick.as_str().contains(char::is_whitespace) && !nick.as_str().starts_with('-'), "{nick:?}");
        assert!(nick.as_str().chars().count() <= limits.nick_chars);
        assert_eq!(Nick::new(nick.as_str(), &limits).as_ref(), Ok(&nick), "a name is a name");
        if let Ok(folded) = Nick::new(&nick.key(), &limits) {
            assert_eq!(folded.key(), nick.key(), "two spellings of one name");
        }
    }
    if let Ok(room) = RoomName::new(raw, &limits) {
        assert_eq!(RoomName::new(room.as_str(), &limits).as_ref(), Ok(&room));
    }
    if let Ok(target) = Target::new(raw, &limits) {
        assert_eq!(Target::new(&target.to_string(), &limits), Ok(target));
    }
}
