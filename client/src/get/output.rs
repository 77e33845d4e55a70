//! Where an answer goes: to a terminal, into a pipe, or its body into a file.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use super::body::Piece;
use super::error::GetError;
use super::head::Head;
use super::media::Media;
use crate::raw::Cleaner;

/// Writes an answer as it comes. No more of it is kept than a character or an escape sequence that isn't whole yet.
pub(crate) struct Output<W> {
    out: W,
    /// `out` is one: all that goes there is cleaned.
    terminal: bool,
    file: Option<(PathBuf, File)>,
    screen: Screen,
}

impl Output<io::Stdout> {
    /// To stdout; the body to `file`, where one is named.
    ///
    /// # Errors
    /// The file can't be made.
    pub(crate) fn new(head: &Head, file: Option<PathBuf>) -> Result<Self, GetError> {
        let out = io::stdout();
        Self::start(out.is_terminal(), out, head, file)
    }
}

impl<W: Write> Output<W> {
    fn start(terminal: bool, out: W, head: &Head, file: Option<PathBuf>) -> Result<Self, GetError> {
        let create = |path: PathBuf| match File::create(&path) {
            Ok(file) => Ok((path, file)),
            Err(error) => Err(GetError::File(path, error)),
        };
        Ok(Self { out, terminal, file: file.map(create).transpose()?, screen: Screen::new(Media::of(head)) })
    }

    /// A part of the head.
    ///
    /// # Errors
    /// Whoever read stdout has gone.
    pub(crate) fn head(&mut self, part: &[u8]) -> Result<(), GetError> {
        if self.terminal {
            let mut cleaner = Cleaner::default();
            let text = cleaner.feed(part) + &cleaner.finish();
            self.write(text.as_bytes())
        } else {
            self.write(part)
        }
    }

    /// The next piece of the body.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn body(&mut self, piece: Piece<'_>) -> Result<(), GetError> {
        match (&mut self.file, piece) {
            (Some((path, file)), Piece::Content(bytes)) => {
                file.write_all(bytes).map_err(|error| GetError::File(path.clone(), error))
            }
            (Some(_), Piece::Framing(_) | Piece::Trailer(_)) => Ok(()),
            (None, piece) if self.terminal => {
                let text = self.screen.piece(piece);
                self.write(text.as_bytes())
            }
            (None, Piece::Content(bytes) | Piece::Framing(bytes) | Piece::Trailer(bytes)) => self.write(bytes),
        }
    }

    /// That was all, and so much of it was content. Gives what there is to say about it.
    ///
    /// # Errors
    /// It can't be written.
    pub(crate) fn finish(&mut self, content: u64) -> Result<Option<String>, GetError> {
        if let Some((path, _)) = &self.file {
            return Ok(Some(format!("{content} bytes of the body are in {}", path.display())));
        }
        if !self.terminal {
            return Ok(None);
        }
        let text = self.screen.finish();
        self.write(text.as_bytes())?;
        let why = match self.screen.media {
            Media::Encoded => "is compressed",
            Media::Text | Media::Other => "isn't text",
        };
        let hidden = || format!("the body ({content} bytes) {why}, and isn't shown: -o FILE saves it");
        Ok(self.screen.hidden.then(hidden))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), GetError> {
        // What came can be seen at once.
        self.out.write_all(bytes).and_then(|()| self.out.flush()).map_err(GetError::Output)
    }
}

/// What a terminal shows of a body.
struct Screen {
    media: Media,
    content: Cleaner,
    /// The sizes of chunks may stand in the middle of a character: that is put together all the same.
    framing: Cleaner,
    /// It turned out not to be text.
    hidden: bool,
    /// The last line has no end.
    unfinished: bool,
}

impl Screen {
    fn new(media: Media) -> Self {
        let (content, framing) = (Cleaner::default(), Cleaner::default());
        Self { media, content, framing, hidden: false, unfinished: false }
    }

    fn piece(&mut self, piece: Piece<'_>) -> String {
        let text = match piece {
            Piece::Content(bytes) if self.hidden || !self.media.is_readable(bytes) => {
                self.hidden = true;
                String::new()
            }
            Piece::Content(bytes) => self.content.feed(bytes),
            Piece::Framing(bytes) | Piece::Trailer(bytes) => self.framing.feed(bytes),
        };
        self.shown(if self.hidden { String::new() } else { text })
    }

    /// What was kept back, and the end of the last line.
    fn finish(&mut self) -> String {
        let rest = if self.hidden { String::new() } else { self.content.finish() + &self.framing.finish() };
        let mut text = self.shown(rest);
        if std::mem::take(&mut self.unfinished) {
            text.push('\n');
        }
        text
    }

    fn shown(&mut self, text: String) -> String {
        if !text.is_empty() {
            self.unfinished = !text.ends_with('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(terminal: bool, headers: &str, file: Option<PathBuf>) -> Output<Vec<u8>> {
        let head = Head::parse(format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n").as_bytes()).unwrap().unwrap();
        Output::start(terminal, Vec::new(), &head, file).unwrap()
    }

    /// What was written, and what was said about it.
    fn written(mut output: Output<Vec<u8>>, pieces: &[Piece<'_>]) -> (String, Option<String>) {
        output.head(b"A: \x1b[2Jb\r\n").unwrap();
        for piece in pieces {
            output.body(*piece).unwrap();
        }
        let note = output.finish(9).unwrap();
        (String::from_utf8(output.out).unwrap(), note)
    }

    const CHUNKS: [Piece<'_>; 6] = [
        Piece::Framing(b"3\r"),
        Piece::Framing(b"\n"),
        Piece::Content(b"\x1b[2"),
        Piece::Framing(b"\r\n2\r\n"),
        Piece::Content(b"Jx"),
        Piece::Trailer(b"\r\n"),
    ];

    #[test]
    fn into_a_pipe_all_goes_as_it_came() {
        let (text, note) = written(output(false, "A: b", None), &CHUNKS);
        assert_eq!((text.as_str(), note), ("A: \x1b[2Jb\r\n3\r\n\x1b[2\r\n2\r\nJx\r\n", None));
    }

    #[test]
    fn on_a_terminal_nothing_acts() {
        let (text, note) = written(output(true, "A: b", None), &CHUNKS);
        assert_eq!((text.as_str(), note), ("A: b\n3\n\n2\nx\n", None));
        let (text, _) = written(output(true, "A: b", None), &[Piece::Content("没".as_bytes()), Piece::Content(b"x")]);
        assert_eq!(text, "A: b\n没x\n", "the prompt gets a line of its own");
    }

    #[test]
    fn on_a_terminal_what_isnt_text_is_counted() {
        let pieces = [Piece::Content(b"\x89PNG\0"), Piece::Content(b"text"), Piece::Framing(b"\r\n")];
        let (text, note) = written(output(true, "Content-Type: image/png", None), &pieces);
        assert_eq!(text, "A: b\n");
        assert_eq!(note.unwrap(), "the body (9 bytes) isn't text, and isn't shown: -o FILE saves it");
        let (_, note) = written(output(true, "Content-Encoding: gzip", None), &[Piece::Content(b"x")]);
        assert!(note.unwrap().contains("is compressed"));
    }

    #[test]
    fn into_a_file_goes_the_content_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("body");
        let (text, note) = written(output(true, "A: b", Some(path.clone())), &CHUNKS);
        assert_eq!(text, "A: b\n");
        assert_eq!(std::fs::read(&path).unwrap(), b"\x1b[2Jx");
        assert!(note.unwrap().starts_with("9 bytes of the body are in "));
    }
}
