//! The browser's tab: its title and its icon say what is unread, and whether some of it is meant for the person.

use leptos::prelude::*;

use crate::boxed::{effect, effect_since, memo};
use crate::page;
use crate::settings::use_settings;
use crate::view::View;

/// The icon of the tab, as a file that the page holds itself.
const ICON: &str = include_str!("../icon.svg");

/// What is added to it where somebody wants something of the person.
const BADGE: &str = r##"<circle cx="24" cy="8" r="8" fill="#fff"/><circle cx="24" cy="8" r="6.2" fill="#d92d20"/>"##;

/// Keeps title and icon to what is unread. Muted rooms don't count.
pub(crate) fn keep(view: View) {
    let settings = use_settings();
    let unread = memo(move || {
        view.rooms.with(|rooms| {
            let heard = rooms.iter().filter(|room| !settings.is_muted(&room.name));
            heard.fold((0, 0), |(unread, mentions), room| (unread + room.unread, mentions + room.mentions))
        })
    });
    effect(move || {
        let (title, private) = view.room.with(|room| {
            room.as_ref().map_or_else(|| (String::new(), false), |room| (room.title.clone(), room.private))
        });
        let (unread, mentions) = unread.get();
        document().set_title(&self::title(unread, mentions, &title, private));
    });
    let wanted = memo(move || unread.get().1 > 0);
    let plain = page::icon();
    effect_since(move |before: Option<bool>| {
        let wanted = wanted.get();
        if before.unwrap_or_default() != wanted {
            page::set_icon(&if wanted { badged() } else { plain.clone().unwrap_or_default() });
        }
        wanted
    });
}

/// How much is unread, and of that how much is meant for the person; where one is; what this is.
fn title(unread: usize, mentions: usize, room: &str, private: bool) -> String {
    let count = match (unread, mentions) {
        (0, _) => String::new(),
        (unread, 0) => format!("({unread}) "),
        (unread, mentions) => format!("({unread}, @{mentions}) "),
    };
    match (room, private) {
        ("", _) => format!("{count}Partyline"),
        (room, true) => format!("{count}{room} · Partyline"),
        (room, false) => format!("{count}#{room} · Partyline"),
    }
}

/// The icon with the badge. A `data:` address holds what it shows, so nothing is fetched for it when it is wanted.
fn badged() -> String {
    let svg = ICON.replace("</svg>", &format!("{BADGE}</svg>"));
    let mut address = "data:image/svg+xml,".to_owned();
    for char in svg.chars() {
        match char {
            '#' => address.push_str("%23"),
            '<' => address.push_str("%3C"),
            '>' => address.push_str("%3E"),
            '"' => address.push('\''),
            '\n' => address.push(' '),
            char => address.push(char),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_says_what_is_unread_and_where_one_is() {
        assert_eq!(title(3, 0, "lobby", false), "(3) #lobby · Partyline");
        assert_eq!(title(3, 1, "lobby", false), "(3, @1) #lobby · Partyline");
        assert_eq!(title(0, 0, "ann", true), "ann · Partyline");
        assert_eq!(title(0, 0, "", false), "Partyline");
    }

    #[test]
    fn the_badge_is_in_the_icon_and_the_icon_is_an_address() {
        let address = badged();
        assert!(address.contains("%23d92d20") && address.ends_with("%3C/svg%3E "), "{address}");
        assert!(!address.contains(['#', '<', '>', '"', '\n', '%'].map(|c| if c == '%' { '\0' } else { c })));
        assert_eq!(address.matches("%3Csvg").count(), 1);
    }
}
