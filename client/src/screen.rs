//! What `chat` needs of a screen.

use std::io;

/// What the person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// A line.
    Line(String),
    /// The end: no more lines will come.
    End,
    /// They want out, at once.
    Leave,
}

/// Shows lines and takes lines. What is shown is clean already.
pub(crate) trait Screen {
    /// Shows a line, or several.
    fn show(&mut self, text: &str) -> io::Result<()>;

    /// Where the person is, to be shown beside what they type.
    fn place(&mut self, place: &str) -> io::Result<()>;

    /// Waits for the person. May be given up and called again. A screen that has lines ready at any time keeps them
    /// back while `wanted` is false; one that a person types on may ignore that.
    async fn typed(&mut self, wanted: bool) -> io::Result<Typed>;

    /// Somebody is there to see what happens, and to do something about it.
    fn attended(&self) -> bool;
}
