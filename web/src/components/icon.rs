//! The icons: one stroke width, the colour of the text around them.

use leptos::prelude::*;

/// An icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Icon {
    /// Opens the list of rooms.
    Menu,
    /// Members.
    People,
    /// Adds.
    Plus,
    /// Takes away.
    Close,
    /// Sends.
    Send,
    /// Changes.
    Pencil,
    /// Goes to the end.
    Down,
    /// A room.
    Hash,
    /// A private conversation.
    At,
    /// Looks for something.
    Search,
    /// The keyboard.
    Keyboard,
    /// Emoji.
    Smile,
    /// Quotes.
    Quote,
    /// An address.
    Link,
    /// Copies.
    Copy,
    /// Settings.
    Settings,
    /// A room that can be heard.
    Bell,
    /// A room that is muted.
    BellOff,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Menu => "M4 7h16M4 12h16M4 17h10",
            Self::People => {
                "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5c.6-3.3 3.2-5 6.5-5s5.9 1.7 6.5 5M16 11.3a3.3 3.3 0 0 0 0-6.6M18 14.8c1.9.7 3.1 2.3 3.5 4.7"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Send => "M5 12h13M12.5 6l6 6-6 6",
            Self::Pencil => "M4.5 19.5l1-4L16 5l3 3L8.5 18.5l-4 1ZM13.5 7.5l3 3",
            Self::Down => "M12 5v14M6 13l6 6 6-6",
            Self::Hash => "M9.5 4.5l-2 15M16.5 4.5l-2 15M4.5 9.2h16M3.5 14.8h16",
            Self::Search => "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.3 15.3L20 20",
            Self::Keyboard => {
                "M4.5 6.5h15a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 16V8a1.5 1.5 0 0 1 1.5-1.5ZM6.5 10h.01M10.2 10h.01M13.9 10h.01M17.5 10h.01M8 14h8"
            }
            Self::Smile => {
                "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM8.5 14c.7 1.3 2 2 3.5 2s2.8-.7 3.5-2M9.2 9.5v.4M14.8 9.5v.4"
            }
            Self::Quote => "M5 6v12M9.5 7.5h9.5M9.5 12h9.5M9.5 16.5h6",
            Self::Link => {
                "M10 13.5a4 4 0 0 0 5.7.3l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 10.5a4 4 0 0 0-5.7-.3l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2"
            }
            Self::Copy => "M9 9h10v10H9zM5 15V5h10",
            Self::Settings => {
                "M4 7h9M19 7h1M4 17h1M11 17h9M16 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z"
            }
            Self::Bell => "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15L6 16.5ZM10 20.5h4",
            Self::BellOff => "M6 16.5V11c0-1 .3-2 .7-2.8M9 5.8A6 6 0 0 1 18 11v4M4.5 18H16M10 20.5h4M4 4l16 16",
            Self::At => {
                "M12 15.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM15.5 8.5v4.8c0 1.3.9 2.2 2.2 2.2 1.8 0 2.8-1.6 2.8-3.5a8.5 8.5 0 1 0-3.6 7"
            }
        }
    }

    /// Draws it. It is for the eye: what it stands for is in the name of the button around it.
    pub(crate) fn draw(self) -> impl IntoView {
        view! {
            <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d=self.path() />
            </svg>
        }
    }
}
