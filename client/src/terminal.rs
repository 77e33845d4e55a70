//! A terminal: what comes in is shown above the line that one is typing.

use std::io::{self, Write};

use rustyline_async::{Readline, ReadlineError, ReadlineEvent, SharedWriter};

use crate::screen::{Screen, Typed};

/// A terminal in raw mode, until it is dropped.
pub(crate) struct Terminal {
    readline: Readline,
    writer: SharedWriter,
    place: String,
}

impl Terminal {
    /// Takes the terminal over. `echo`: a line stays on the screen when it was typed. Without it, whoever takes the
    /// line shows it when it is said.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn new(echo: bool) -> io::Result<Self> {
        let (mut readline, writer) = Readline::new("> ".to_owned()).map_err(to_io)?;
        readline.should_print_line_on(echo, false);
        Ok(Self { readline, writer, place: String::new() })
    }
}

impl Screen for Terminal {
    fn show(&mut self, text: &str) -> io::Result<()> {
        // One write for all: the writer's queue counts writes.
        self.writer.write_all(format!("{text}\n").as_bytes())
    }

    fn place(&mut self, place: &str) -> io::Result<()> {
        if self.place != place {
            place.clone_into(&mut self.place);
            self.readline.update_prompt(&format!("{place}> ")).map_err(to_io)?;
        }
        Ok(())
    }

    async fn typed(&mut self, _wanted: bool) -> io::Result<Typed> {
        match self.readline.readline().await {
            Ok(ReadlineEvent::Line(line)) => {
                if !line.trim().is_empty() {
                    self.readline.add_history_entry(line.clone());
                }
                Ok(Typed::Line(line))
            }
            Ok(ReadlineEvent::Eof) => Ok(Typed::End),
            Ok(ReadlineEvent::Interrupted) => Ok(Typed::Leave),
            Err(error) => Err(to_io(error)),
        }
    }

    fn attended(&self) -> bool {
        true
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // What was shown last is still in the queue. The terminal may be gone; there is nobody to tell then.
        let _ = self.readline.flush();
    }
}

fn to_io(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::IO(error) => error,
        other @ ReadlineError::Closed => io::Error::other(other),
    }
}
