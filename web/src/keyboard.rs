//! The keyboard: one table of shortcuts, which the page acts on and the help shows.
//!
//! What a browser or a screen reader does with a key stays theirs: nothing here is Ctrl+Shift with a letter, Alt with a
//! letter, F6 alone, or a key that a screen reader listens to with its own modifier. A key that an input method takes is
//! never looked at.

mod chord;

pub(crate) use chord::{Chord, Press, is_mac};

use crate::words::tr;

/// What a shortcut does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Opens the list of all places to go to.
    Switch,
    /// Shows the room above.
    PreviousRoom,
    /// Shows the room below.
    NextRoom,
    /// Shows the next room above where something is new.
    PreviousUnread,
    /// Shows the next room below where something is new.
    NextUnread,
    /// Leads the keyboard to the next part of the page.
    NextPane,
    /// Leads it to the part before.
    PreviousPane,
    /// Closes what is open; otherwise goes to the end, and to where one types.
    Back,
    /// Scrolls up by what is in view.
    PageUp,
    /// Scrolls down by that.
    PageDown,
    /// Goes to the first message that is here.
    Start,
    /// Goes to the latest message.
    End,
    /// Shows this table.
    Help,
}

/// Where a shortcut holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Everywhere; what writes something, where nobody is typing.
    Anywhere,
    /// In the composer, unless its text is so long that the keys scroll it.
    Composer,
    /// In the composer while it is empty.
    EmptyComposer,
    /// What is pressed there is acted on by the field itself.
    Field,
}

/// What shortcuts are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// To get somewhere.
    Go,
    /// To read.
    Read,
    /// To write.
    Write,
}

impl Group {
    /// All of them, in the order they are shown in.
    pub(crate) const ALL: [Self; 3] = [Self::Go, Self::Read, Self::Write];

    /// What to call it.
    pub(crate) fn title(self) -> String {
        match self {
            Self::Go => tr!("keys-group-go"),
            Self::Read => tr!("keys-group-read"),
            Self::Write => tr!("keys-group-write"),
        }
    }
}

/// A line of the table.
pub(crate) struct Shortcut {
    /// What it is for.
    pub(crate) group: Group,
    /// The keys, any of which will do.
    pub(crate) chords: &'static [Chord],
    /// Where it holds.
    pub(crate) place: Place,
    /// What it does; `None` where the field does it.
    pub(crate) command: Option<Command>,
    /// What it does, in words.
    pub(crate) what: fn() -> String,
}

impl Shortcut {
    const fn new(group: Group, place: Place, command: Command, chords: &'static [Chord], what: fn() -> String) -> Self {
        Self { group, chords, place, command: Some(command), what }
    }

    const fn of_field(group: Group, chords: &'static [Chord], what: fn() -> String) -> Self {
        Self { group, chords, place: Place::Field, command: None, what }
    }
}

/// All shortcuts, in the order they are shown in.
pub(crate) static SHORTCUTS: [Shortcut; 16] = {
    use Command as C;
    use Group::{Go, Read, Write};
    use Place::{Anywhere, Composer, EmptyComposer};
    [
        Shortcut::new(Go, Anywhere, C::Switch, &[Chord::primary("k")], || tr!("keys-switch")),
        Shortcut::new(Go, Anywhere, C::PreviousRoom, &[Chord::alt("ArrowUp")], || tr!("keys-previous-room")),
        Shortcut::new(Go, Anywhere, C::NextRoom, &[Chord::alt("ArrowDown")], || tr!("keys-next-room")),
        Shortcut::new(Go, Anywhere, C::PreviousUnread, &[Chord::alt("ArrowUp").shift()], || {
            tr!("keys-previous-unread")
        }),
        Shortcut::new(Go, Anywhere, C::NextUnread, &[Chord::alt("ArrowDown").shift()], || tr!("keys-next-unread")),
        Shortcut::new(Go, Anywhere, C::NextPane, &[Chord::primary("F6")], || tr!("keys-next-pane")),
        Shortcut::new(Go, Anywhere, C::PreviousPane, &[Chord::primary("F6").shift()], || tr!("keys-previous-pane")),
        Shortcut::new(Go, Anywhere, C::Help, &[Chord::plain("?"), Chord::primary("/")], || tr!("keys-help")),
        Shortcut::new(Read, Anywhere, C::Back, &[Chord::plain("Escape")], || tr!("keys-back")),
        Shortcut::new(Read, Composer, C::PageUp, &[Chord::plain("PageUp")], || tr!("keys-page-up")),
        Shortcut::new(Read, Composer, C::PageDown, &[Chord::plain("PageDown")], || tr!("keys-page-down")),
        Shortcut::new(Read, EmptyComposer, C::Start, &[Chord::plain("Home")], || tr!("keys-start")),
        Shortcut::new(Read, EmptyComposer, C::End, &[Chord::plain("End")], || tr!("keys-end")),
        Shortcut::of_field(Write, &[Chord::plain("Enter")], || tr!("keys-send")),
        Shortcut::of_field(Write, &[Chord::plain("Enter").shift()], || tr!("keys-line")),
        Shortcut::of_field(Write, &[Chord::plain("Tab")], || tr!("keys-complete")),
    ]
};

/// Where the keyboard is when a key is pressed.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and a test sets them one by one")]
pub(crate) struct Focus {
    /// In something that one types into.
    pub(crate) field: bool,
    /// In the composer.
    pub(crate) composer: bool,
    /// The composer is empty.
    pub(crate) empty: bool,
    /// The composer's text is longer than what shows of it.
    pub(crate) scrolls: bool,
}

/// What a press asks for.
pub(crate) fn command(press: &Press, focus: Focus) -> Option<Command> {
    let holds = |place| match place {
        Place::Anywhere => true,
        Place::Composer => focus.composer && !focus.scrolls,
        Place::EmptyComposer => focus.composer && focus.empty,
        Place::Field => false,
    };
    if focus.field && press.types() {
        return None;
    }
    let asked = |shortcut: &&Shortcut| holds(shortcut.place) && shortcut.chords.iter().any(|chord| chord.is(press));
    SHORTCUTS.iter().find(asked)?.command
}

fn chord_of(command: Command) -> Option<Chord> {
    // The last one holds everywhere.
    SHORTCUTS.iter().find(|shortcut| shortcut.command == Some(command))?.chords.last().copied()
}

/// The keys of a command, for `aria-keyshortcuts`.
pub(crate) fn aria(command: Command) -> Option<String> {
    chord_of(command).map(|chord| chord.aria(is_mac()))
}

/// What a button does, and the keys that do it too.
pub(crate) fn hint(command: Command, what: String) -> String {
    match chord_of(command) {
        Some(chord) => format!("{what} ({})", chord.caps(is_mac()).join(" ")),
        None => what,
    }
}

/// The room that is so many steps from the one that is shown, round the end; with `unread`, the next one of those
/// where something is new. `rooms` are names and whether something is new there.
pub(crate) fn neighbour<'a>(rooms: &[(&'a str, bool)], current: &str, down: bool, unread: bool) -> Option<&'a str> {
    let count = rooms.len();
    // From nowhere, down leads to the first one and up to the last one.
    let start = rooms.iter().position(|(name, _)| *name == current);
    let at = |step: usize| match (start, down) {
        (Some(start), true) => (start + step) % count,
        (Some(start), false) => (start + count - step % count) % count,
        (None, true) => step - 1,
        (None, false) => count - step,
    };
    (1..=count).map(|step| rooms[at(step)]).find(|(name, new)| *name != current && (*new || !unread)).map(|room| room.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: Focus = Focus { field: true, composer: false, empty: false, scrolls: false };
    const EMPTY: Focus = Focus { field: true, composer: true, empty: true, scrolls: false };
    const PAGE: Focus = Focus { field: false, composer: false, empty: false, scrolls: false };

    #[test]
    fn each_shortcut_of_the_table_is_acted_on_and_by_one_line_of_it() {
        for mac in [false, true] {
            for shortcut in &SHORTCUTS {
                for chord in shortcut.chords {
                    let focus = match shortcut.place {
                        Place::Anywhere => PAGE,
                        Place::Composer | Place::EmptyComposer | Place::Field => EMPTY,
                    };
                    assert_eq!(command(&chord.press(mac), focus), shortcut.command, "{chord:?}");
                }
            }
        }
    }

    #[test]
    fn what_one_types_with_stays_with_the_field() {
        let press = |chord: Chord| chord.press(false);
        assert_eq!(command(&press(Chord::plain("?")), FIELD), None);
        assert_eq!(command(&press(Chord::plain("?")), PAGE), Some(Command::Help));
        assert_eq!(command(&press(Chord::plain("PageUp")), FIELD), None);
        assert_eq!(command(&press(Chord::plain("Home")), Focus { empty: false, ..EMPTY }), None);
        assert_eq!(command(&press(Chord::plain("PageUp")), Focus { scrolls: true, ..EMPTY }), None);
        assert_eq!(command(&press(Chord::plain("PageUp")), Focus { empty: false, ..EMPTY }), Some(Command::PageUp));
        assert_eq!(command(&press(Chord::plain("k")), EMPTY), None);
    }

    #[test]
    fn the_next_room_is_the_one_below_round_the_end() {
        let rooms = [("a", false), ("b", true), ("c", false)];
        let next = |current, down, unread| neighbour(&rooms, current, down, unread);
        assert_eq!(next("a", true, false), Some("b"));
        assert_eq!(next("c", true, false), Some("a"));
        assert_eq!(next("a", false, false), Some("c"));
        assert_eq!(next("b", false, false), Some("a"));
        assert_eq!((next("", true, false), next("", false, false)), (Some("a"), Some("c")));
        assert_eq!((next("c", true, true), next("c", false, true)), (Some("b"), Some("b")));
        assert_eq!(next("b", true, true), None, "the one that is shown isn't the next one");
        assert_eq!(neighbour(&[], "a", true, false), None);
        assert_eq!(neighbour(&[("a", true)], "a", false, false), None);
    }
}
