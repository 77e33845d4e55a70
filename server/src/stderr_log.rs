//! The server's own log, on stderr: stdout is for what scripts read.
//!
//! Obligation: a line of it is one event's, and acts on nothing that shows it. What strangers send may be part of an
//! event (an address, an error of a library's, at `trace` the bytes themselves), so what could act is written as what it
//! is, after the event was put together: no macro call and no library can forget.

use std::fmt::Write as _;
use std::io::{self, Write};

use tracing_subscriber::EnvFilter;

use crate::{Config, LogFormat};

/// Starts it, for this process.
///
/// # Errors
/// Where there is one already.
pub fn start_log(config: &Config) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // It was checked when the configuration was read.
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    // Colours are escape sequences: with them, a line of the log could not be told from one that was made up.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| OneLine(io::stderr())).with_ansi(false);
    match config.log_format {
        LogFormat::Text => log.try_init()?,
        LogFormat::Json => log.json().try_init()?,
    }
    Ok(())
}

/// Writes events, each with one call, as one line each.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        if text.strip_suffix('\n').is_some_and(|line| !line.chars().any(acts)) {
            self.0.write_all(event)?;
        } else {
            let mut line = escaped(text.strip_suffix('\n').unwrap_or(&text));
            line.push('\n');
            self.0.write_all(line.as_bytes())?;
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Whether a character could do something to a terminal or a pager, end the line, or show it in another order:
/// controls, line and paragraph separators, what directs bidirectional text, and what isn't seen.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// In JSON's notation, which people read as well, and which is right in an event that is JSON: there, such characters
/// stand nowhere but in texts.
fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    for c in line.chars() {
        if acts(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // A String takes everything.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(event: &str) -> String {
        let mut out = Vec::new();
        OneLine(&mut out).write_all(event.as_bytes()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_could_act_is_written_as_what_it_is() {
        for (event, line) in [
            ("all is well: 中文 é 👩\n", "all is well: 中文 é 👩\n"),
            ("red \u{1b}[31m\n", "red \\u001b[31m\n"),
            ("one\ntwo\r\n", "one\\u000atwo\\u000d\n"),
            ("a\u{9b}31mb\u{202e}c\u{2066}\u{85}\u{2028}\n", "a\\u009b31mb\\u202ec\\u2066\\u0085\\u2028\n"),
            ("tag \u{e0041}\n", "tag \\udb40\\udc41\n"),
            ("no end", "no end\n"),
            ("\n", "\n"),
        ] {
            assert_eq!(written(event), line, "{event:?}");
        }
    }

    #[test]
    fn json_stays_json_and_says_the_same() {
        let said = "x\u{9b}31m\u{202e}y\u{e0041}\u{7f}";
        let event = serde_json::json!({ "message": said }).to_string() + "\n";
        let line = written(&event);
        assert!(line.is_ascii(), "{line}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap()["message"], said);
    }

    proptest! {
        #[test]
        fn an_event_is_one_line(event in "(?s).+") {
            let line = written(&event);
            prop_assert!(line.ends_with('\n'));
            prop_assert!(!line[..line.len() - 1].chars().any(acts));
        }
    }
}
