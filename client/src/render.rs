//! Messages as lines. Everything that is shown goes through `clean`: a server may be hostile, and a terminal obeys.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use partyline_shared::{Kind, Message, Timestamp, clean, clean_line};

/// Turns messages into lines, and says when a new day begins.
#[derive(Debug)]
pub(crate) struct Renderer {
    zone: TimeZone,
    day: Option<Date>,
}

impl Renderer {
    /// Times are shown as they are in this zone.
    pub(crate) fn new(zone: TimeZone) -> Self {
        Self { zone, day: None }
    }

    /// A message, in as many lines as it has, with its day before it where that is news. `mark` says where it was
    /// said, if that isn't plain.
    pub(crate) fn message(&mut self, message: &Message, mark: &str) -> Option<String> {
        let nick = clean_line(&message.from.nick);
        let who = match message.kind {
            Kind::Text => format!("{nick}: "),
            Kind::Action => format!("* {nick} "),
            Kind::Unknown => return None,
        };
        let text = clean(&message.text);
        let mut lines = text.lines();
        let mut shown = self.day(message.at);
        shown.push_str(&format!("{} {mark}{who}{}", self.time(message.at), lines.next().unwrap_or_default()));
        for line in lines {
            // As wide as the time, so that it can't pass for a message of its own.
            shown.push_str(&format!("\n    | {line}"));
        }
        Some(shown)
    }

    /// The line of a new day, with its line break; empty on the same day.
    fn day(&mut self, at: Timestamp) -> String {
        let Some(day) = self.local(at).map(|time| time.date()).filter(|day| self.day != Some(*day)) else {
            return String::new();
        };
        self.day = Some(day);
        format!("-- {}\n", day.strftime("%A, %Y-%m-%d"))
    }

    fn time(&self, at: Timestamp) -> String {
        self.local(at).map_or_else(|| "--:--".to_owned(), |time| time.strftime("%H:%M").to_string())
    }

    fn local(&self, at: Timestamp) -> Option<jiff::Zoned> {
        let millis = i64::try_from(at.0).ok()?;
        jiff::Timestamp::from_millisecond(millis).ok().map(|time| time.to_zoned(self.zone.clone()))
    }
}

/// Something that isn't a message: `--` for what is worth knowing, `!!` for what went wrong, before each line, so that
/// no line of it can pass for a message.
pub(crate) fn notice(text: &str, error: bool) -> String {
    let mark = if error { "!!" } else { "--" };
    clean(text).lines().map(|line| format!("{mark} {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use partyline_shared::{MemberId, MemberRef, Seq, Via};

    const NOON: u64 = 1_700_000_000_000;

    fn message(at: u64, kind: Kind, nick: &str, text: &str) -> Message {
        let (room, text, seq, via) = ("lobby".to_owned(), text.to_owned(), Seq(1), Via::Tcp);
        let from = MemberRef { id: MemberId([0; 16]), nick: nick.to_owned() };
        Message { room, seq, at: Timestamp(at), from, to: None, kind, text, via }
    }

    fn check(messages: &[Message], lines: &str) {
        let mut renderer = Renderer::new(TimeZone::fixed(jiff::tz::offset(1)));
        let shown: Vec<_> = messages.iter().filter_map(|message| renderer.message(message, "")).collect();
        assert_eq!(shown.join("\n"), lines);
    }

    #[test]
    fn messages_have_a_time_and_days_a_line() {
        let messages = [
            message(NOON, Kind::Text, "ann", "hi"),
            message(NOON + 60_000, Kind::Action, "bob", "waves"),
            message(NOON + 60_000, Kind::Unknown, "bob", "?"),
            message(NOON + 3_600_000, Kind::Text, "ann", "late"),
        ];
        check(
            &messages,
            "-- Tuesday, 2023-11-14\n23:13 ann: hi\n23:14 * bob waves\n-- Wednesday, 2023-11-15\n00:13 ann: late",
        );
    }

    #[test]
    fn further_lines_cannot_pass_for_messages() {
        check(
            &[message(NOON, Kind::Text, "ann", "one\n23:14 bob: two\n\nfour")],
            "-- Tuesday, 2023-11-14\n23:13 ann: one\n    | 23:14 bob: two\n    | \n    | four",
        );
        assert_eq!(notice("one\n23:14 bob: two", true), "!! one\n!! 23:14 bob: two");
    }

    #[test]
    fn nothing_acts_on_the_terminal() {
        check(
            &[message(NOON, Kind::Text, "a\u{1b}[2Jnn\nx", "\u{1b}]0;title\u{7}red\u{202e}\u{9b}31m")],
            "-- Tuesday, 2023-11-14\n23:13 ann x: red",
        );
        assert_eq!(notice("\u{1b}[31mred", false), "-- red");
    }

    #[test]
    fn a_time_beyond_all_calendars_is_no_time() {
        check(&[message(u64::MAX, Kind::Text, "ann", "hi")], "--:-- ann: hi");
    }
}
