//! Reading what is to be imported: every line is held to what a server would have written.

use std::io::{self, BufRead, Read};

use partyline_shared::{Limits, RoomName, Seq, Text, clean};
use serde::de::DeserializeOwned;

use crate::log::record::{FORMAT, Header, Record};

/// The highest number, and the latest time: what a JavaScript number holds.
const HIGHEST: u64 = (1 << 53) - 1;

/// The longest name of a kind or of a door.
const LONGEST_WORD: usize = 32;

/// Why a line won't do.
#[derive(Debug)]
pub(super) enum BadLine {
    /// It can't be read.
    Unreadable(io::Error),
    /// It isn't what it should be.
    Wrong {
        /// Counted from 1.
        line: usize,
        /// Why not.
        why: String,
    },
}

/// The lines after the first one.
#[derive(Debug)]
pub(super) struct Lines<'a, R> {
    from: R,
    limits: &'a Limits,
    /// What was read last.
    line: usize,
    head: Seq,
    last: Option<Seq>,
    /// The line itself, kept for the next one's sake.
    bytes: Vec<u8>,
}

impl<'a, R: BufRead> Lines<'a, R> {
    /// Reads the first line.
    pub(super) fn begin(from: R, limits: &'a Limits) -> Result<Self, BadLine> {
        let mut lines = Self { from, limits, line: 0, head: Seq(0), last: None, bytes: Vec::new() };
        let header: Option<Header> = lines.parse("the first line of a room that was exported")?;
        match header {
            Some(header) if header.partyline_room != FORMAT => {
                let found = header.partyline_room;
                Err(lines.wrong(format!("this is version {found} of the format, and this partylined knows {FORMAT}")))
            }
            Some(header) if header.head.0 > HIGHEST => Err(lines.wrong("head is too high".to_owned())),
            Some(header) => {
                lines.head = header.head;
                Ok(lines)
            }
            None => {
                lines.line = 1;
                Err(lines.wrong("there is nothing, not even the first line of a room that was exported".to_owned()))
            }
        }
    }

    /// The room's highest number.
    pub(super) fn head(&self) -> Seq {
        self.head
    }

    /// The number of the line that was read last.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// The next entry; `None` at the end, which comes with the room's highest number.
    pub(super) fn next(&mut self) -> Result<Option<Record>, BadLine> {
        let Some(mut record) = self.parse::<Record>("an entry")? else {
            return match self.last {
                Some(last) if last != self.head => {
                    let why = format!("it ends with number {last} and should with {}: it was cut off", self.head);
                    Err(self.wrong(why))
                }
                _ => Ok(None),
            };
        };
        match self.check(&mut record) {
            Ok(()) => {
                self.last = Some(record.seq);
                Ok(Some(record))
            }
            Err(why) => Err(self.wrong(why)),
        }
    }

    fn check(&self, record: &mut Record) -> Result<(), String> {
        let Record { seq, at, from, kind, text, via, .. } = record;
        match self.last {
            None if *seq == Seq(0) => return Err("numbers begin with 1".to_owned()),
            Some(last) if *seq != last.next() => {
                return Err(format!(
                    "number {seq} follows {last}: numbers have no gaps and are in order (what is to be \
                                    left out can be given another text)"
                ));
            }
            _ => {}
        }
        if *seq > self.head {
            return Err(format!("number {seq} is higher than the head {} that the first line names", self.head));
        }
        if at.0 > HIGHEST {
            return Err("at is too late: it is in milliseconds since 1970".to_owned());
        }
        check_nick(&from.nick)?;
        for (field, word) in [("kind", &*kind), ("via", &*via)] {
            let is_word = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if word.is_empty() || word.len() > LONGEST_WORD || !is_word {
                return Err(format!("{field} must be a word such as those that export writes"));
            }
        }
        // What acts on a terminal is taken out, as it is of what somebody says.
        *text = if matches!(kind.as_str(), "text" | "action") {
            Text::new(text, self.limits).map_err(|error| format!("{error} (--message-chars)"))?.as_str().to_owned()
        } else {
            // A kind that isn't known here may do without.
            clean(text)
        };
        if text.chars().count() > self.limits.message_chars {
            return Err(format!("the text is longer than {} characters (--message-chars)", self.limits.message_chars));
        }
        Ok(())
    }

    /// The next line as what it should be; `None` at the end.
    fn parse<T: DeserializeOwned>(&mut self, what: &str) -> Result<Option<T>, BadLine> {
        // As much as a text can take when each character is escaped, and the rest of a line.
        let most = self.limits.message_chars.saturating_mul(12).saturating_add(8192);
        self.bytes.clear();
        let mut line = (&mut self.from).take(most as u64);
        let read = line.read_until(b'\n', &mut self.bytes).map_err(BadLine::Unreadable)?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if !self.bytes.ends_with(b"\n") && read == most {
            return Err(self.wrong(format!("it has more than {most} bytes")));
        }
        match serde_json::from_slice(&self.bytes) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(self.wrong(format!("it isn't {what}: {}", plain(&error)))),
        }
    }

    fn wrong(&self, why: String) -> BadLine {
        BadLine::Wrong { line: self.line, why }
    }
}

/// What was a nick once. The characters of a name, and of who isn't there, such as `udp.4f1c`; not what a server lets
/// newcomers be called today, which may be stricter than it was.
fn check_nick(nick: &str) -> Result<(), String> {
    let limits = Limits { room_chars: 256, ..Limits::default() };
    let is_name = |part: &str| RoomName::new(part, &limits).is_ok_and(|name| name.as_str() == part);
    let parts = nick.split_once('.');
    if is_name(nick) || parts.is_some_and(|(door, id)| is_name(door) && is_name(id)) {
        Ok(())
    } else {
        Err("nobody can be called what nick says".to_owned())
    }
}

/// What is wrong, without the place: serde counts lines of its own.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.find(" at line ").unwrap_or(text.len());
    partyline_shared::clean_line(&text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = r#"{"partyline_room":1,"room":"lobby","epoch":"e","head":4,"exported_at":7}"#;

    fn entry(seq: u64, rest: &str) -> String {
        let from = r#""from":{"id":"00000000000000000000000000000001","nick":"ann"}"#;
        format!(r#"{{"seq":{seq},"at":5,{from},"kind":"text","via":"tcp",{rest}}}"#)
    }

    fn read(lines: &[&str]) -> Result<Vec<Record>, (usize, String)> {
        let (text, limits) = (lines.join("\n"), Limits::default());
        let why = |error| match error {
            BadLine::Wrong { line, why } => (line, why),
            BadLine::Unreadable(error) => panic!("{error}"),
        };
        let mut lines = Lines::begin(text.as_bytes(), &limits).map_err(why)?;
        let mut records = Vec::new();
        while let Some(record) = lines.next().map_err(why)? {
            records.push(record);
        }
        Ok(records)
    }

    #[test]
    fn what_was_exported_is_read_also_from_the_middle_on() {
        let records = read(&[HEADER, &entry(3, r#""text":"three","ref":"r""#), &entry(4, r#""text":"four""#)]).unwrap();
        assert_eq!(records.iter().map(|record| record.seq.0).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(records[0].reference.as_ref().unwrap().as_str(), "r");
        assert_eq!(read(&[HEADER]).unwrap(), [], "nothing of it was kept");
    }

    #[test]
    fn what_acts_on_a_terminal_is_taken_out() {
        let records = read(&[HEADER, &entry(4, r#""text":"\u001b[31mred\u202e""#)]).unwrap();
        assert_eq!(records[0].text, "red");
    }

    #[test]
    fn what_is_not_known_here_is_kept_as_it_is() {
        let line = entry(4, r#""text":"""#).replace("\"text\",\"via\":\"tcp\"", "\"reaction\",\"via\":\"irc\"");
        let records = read(&[HEADER, &line]).unwrap();
        assert_eq!((&*records[0].kind, &*records[0].via, &*records[0].text), ("reaction", "irc", ""));
    }

    #[test]
    fn a_bad_line_is_named_with_what_is_wrong() {
        let long = entry(4, &format!(r#""text":"{}""#, "x".repeat(4001)));
        let endless = format!("{{\"seq\":{}", "1".repeat(100_000));
        let good = entry(3, r#""text":"x""#);
        let nick = entry(4, r#""text":"x""#).replace("ann", "a b");
        let kind = entry(4, r#""text":"x""#).replace("\"kind\":\"text\"", "\"kind\":\"No!\"");
        let cases: [(&[&str], usize, &str); 15] = [
            (&[], 1, "there is nothing"),
            (&["hello"], 1, "isn't the first line of a room"),
            (&[&HEADER.replace("room\":1", "room\":9")], 1, "version 9 of the format"),
            (&[HEADER, "{}"], 2, "isn't an entry: missing field"),
            (&[HEADER, &entry(4, r#""text":"x","colour":1"#)], 2, "unknown field `colour`"),
            (&[HEADER, &entry(0, r#""text":"x""#)], 2, "numbers begin with 1"),
            (&[HEADER, &entry(5, r#""text":"x""#)], 2, "higher than the head 4"),
            (&[HEADER, &good, &good], 3, "number 3 follows 3"),
            (&[HEADER, &entry(2, r#""text":"x""#), &entry(4, r#""text":"x""#)], 3, "number 4 follows 2"),
            (&[HEADER, &good], 2, "it was cut off"),
            (&[HEADER, &entry(4, r#""text":" \u001b[1m""#)], 2, "nothing to say"),
            (&[HEADER, &long], 2, "--message-chars"),
            (&[HEADER, &nick], 2, "nobody can be called"),
            (&[HEADER, &kind], 2, "kind must be a word"),
            (&[HEADER, &endless], 2, "more than 56192 bytes"),
        ];
        for (lines, line, part) in cases {
            let (at, why) = read(lines).unwrap_err();
            assert!(at == line && why.contains(part), "line {at}: {why}, instead of line {line}: {part}");
        }
    }

    #[test]
    fn who_was_not_there_has_a_nick_too() {
        let line = entry(4, r#""text":"x""#).replace("ann", "udp.4f1c");
        assert_eq!(read(&[HEADER, &line]).unwrap()[0].from.nick, "udp.4f1c");
    }
}
