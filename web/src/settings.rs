//! What the person has set. It is kept in this browser and applied at once, in all its tabs.
//!
//! A browser may refuse to keep anything: then it holds as long as the tab.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use leptos::ev;
use leptos::prelude::*;

use crate::boxed::{effect, effect_since};
use crate::words::{self, Language};
use crate::{page, storage};

/// All settings, as signals. Copies of it are the same ones.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    /// The language; `None` for the browser's.
    pub(crate) language: RwSignal<Option<Language>>,
    /// Light or dark.
    pub(crate) theme: RwSignal<Theme>,
    /// How the time of day is written.
    pub(crate) clock: RwSignal<Clock>,
    /// How close rows are.
    pub(crate) density: RwSignal<Density>,
    /// Mentions and private messages are notified of while the page is hidden.
    pub(crate) notify: RwSignal<bool>,
    /// They can be heard.
    pub(crate) sounds: RwSignal<bool>,
    /// Others are told that one types.
    pub(crate) tell_typing: RwSignal<bool>,
    /// The names on the wire of the rooms that are to be quiet.
    pub(crate) muted: RwSignal<BTreeSet<String>>,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system is.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How the time of day is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Clock {
    /// As the language has it.
    #[default]
    Auto,
    /// 1 to 12, twice a day.
    Twelve,
    /// 0 to 23.
    TwentyFour,
}

/// How close rows are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Density {
    /// With room to breathe.
    #[default]
    Comfortable,
    /// As much on a page as can be read.
    Compact,
}

thread_local! {
    // Not a context: the clock and the driver ask where there is none.
    static SETTINGS: OnceCell<Settings> = const { OnceCell::new() };
}

/// The settings of this page. [`start`] comes first; the signals live as long as who called that.
pub(crate) fn use_settings() -> Settings {
    SETTINGS.with(|settings| *settings.get_or_init(Settings::new))
}

/// Reads what is kept, applies it, and keeps to it from now on.
pub(crate) fn start() {
    let settings = use_settings();
    untrack(|| settings.apply());
    effect(move || settings.apply());
    keep(LANGUAGE, settings.language);
    keep(THEME, settings.theme);
    keep(CLOCK, settings.clock);
    keep(DENSITY, settings.density);
    keep(NOTIFY, settings.notify);
    keep(SOUNDS, settings.sounds);
    keep(TELL_TYPING, settings.tell_typing);
    keep(MUTED, settings.muted);
    // Another tab has changed something. The page lives as long as the window, so this is never taken back.
    let _ = window_event_listener(ev::storage, move |_| settings.read_again());
}

const LANGUAGE: &str = "partyline.language";
const THEME: &str = "partyline.theme";
const CLOCK: &str = "partyline.clock";
const DENSITY: &str = "partyline.density";
const NOTIFY: &str = "partyline.notify";
const SOUNDS: &str = "partyline.sounds";
const TELL_TYPING: &str = "partyline.tell-typing";
const MUTED: &str = "partyline.muted";

/// Most rooms that stay muted: the first by name are kept. It is far more than anybody is in.
const MOST_MUTED: usize = 500;

impl Settings {
    fn new() -> Self {
        Self {
            language: RwSignal::new(read(LANGUAGE, None)),
            theme: RwSignal::new(read(THEME, Theme::default())),
            clock: RwSignal::new(read(CLOCK, Clock::default())),
            density: RwSignal::new(read(DENSITY, Density::default())),
            notify: RwSignal::new(read(NOTIFY, false)),
            sounds: RwSignal::new(read(SOUNDS, false)),
            tell_typing: RwSignal::new(read(TELL_TYPING, true)),
            muted: RwSignal::new(read(MUTED, BTreeSet::new())),
        }
    }

    fn read_again(self) {
        put(self.language, read(LANGUAGE, None));
        put(self.theme, read(THEME, Theme::default()));
        put(self.clock, read(CLOCK, Clock::default()));
        put(self.density, read(DENSITY, Density::default()));
        put(self.notify, read(NOTIFY, false));
        put(self.sounds, read(SOUNDS, false));
        put(self.tell_typing, read(TELL_TYPING, true));
        put(self.muted, read(MUTED, BTreeSet::new()));
    }

    /// Follows what every row depends on, so that they can be drawn anew.
    pub(crate) fn follow(self) {
        words::language();
        self.clock.track();
    }

    /// Whether a room is to be quiet.
    pub(crate) fn is_muted(self, room: &str) -> bool {
        self.muted.with(|muted| muted.contains(room))
    }

    /// Makes a room quiet, or lets it be heard again.
    pub(crate) fn set_muted(self, room: &str, quiet: bool) {
        self.muted.update(|muted| {
            if quiet {
                muted.insert(room.to_owned());
            } else {
                muted.remove(room);
            }
            while muted.len() > MOST_MUTED {
                muted.pop_last();
            }
        });
    }

    /// Makes the document what the settings say. What isn't set isn't there: the style sheet knows.
    fn apply(self) {
        let language = self.language.get().unwrap_or_else(|| Language::first_of(page::languages()));
        words::speak(language);
        page::set_root("lang", Some(language.tag()));
        let theme = Some(self.theme.get()).filter(|theme| *theme != Theme::System).map(Theme::name);
        page::set_root("data-theme", theme);
        page::set_theme_colour(theme);
        page::set_root(
            "data-density",
            Some(self.density.get()).filter(|density| *density != Density::Comfortable).map(Density::name),
        );
    }
}

/// A setting as it is kept.
pub(crate) trait Kept: Clone + PartialEq + Send + Sync + 'static {
    /// From what was kept; `None` for what no version that is known here has kept.
    fn from_text(text: &str) -> Option<Self>;

    /// To be kept.
    fn to_text(&self) -> String;
}

/// A choice among a few.
pub(crate) trait Choice: Copy + PartialEq + Send + Sync + 'static {
    /// All there are, in the order that they are offered in.
    const ALL: &'static [Self];

    /// What it is called where it is kept.
    fn name(self) -> &'static str;
}

impl Choice for Theme {
    const ALL: &'static [Self] = &[Self::System, Self::Light, Self::Dark];

    fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Choice for Clock {
    const ALL: &'static [Self] = &[Self::Auto, Self::TwentyFour, Self::Twelve];

    fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Twelve => "12",
            Self::TwentyFour => "24",
        }
    }
}

impl Choice for Density {
    const ALL: &'static [Self] = &[Self::Comfortable, Self::Compact];

    fn name(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Compact => "compact",
        }
    }
}

impl Choice for Option<Language> {
    const ALL: &'static [Self] = &[None, Some(Language::English), Some(Language::Chinese)];

    fn name(self) -> &'static str {
        self.map_or("browser", Language::tag)
    }
}

impl Choice for bool {
    const ALL: &'static [Self] = &[false, true];

    fn name(self) -> &'static str {
        if self { "on" } else { "off" }
    }
}

impl<T: Choice> Kept for T {
    fn from_text(text: &str) -> Option<Self> {
        T::ALL.iter().copied().find(|choice| choice.name() == text)
    }

    fn to_text(&self) -> String {
        self.name().to_owned()
    }
}

impl Kept for BTreeSet<String> {
    fn from_text(text: &str) -> Option<Self> {
        // No name has white space in it.
        Some(text.split_whitespace().take(MOST_MUTED).map(str::to_owned).collect())
    }

    fn to_text(&self) -> String {
        self.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

fn read<T: Kept>(key: &str, otherwise: T) -> T {
    storage::read(key).and_then(|text| T::from_text(&text)).unwrap_or(otherwise)
}

/// Keeps a setting whenever it changes.
fn keep<T: Kept>(key: &'static str, signal: RwSignal<T>) {
    effect_since(move |before: Option<T>| {
        let now = signal.get();
        if before.is_some_and(|before| before != now) {
            storage::write(key, &now.to_text());
        }
        now
    });
}

fn put<T: Kept>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comes_back<T: Kept + std::fmt::Debug>(value: T) {
        assert_eq!(T::from_text(&value.to_text()), Some(value));
    }

    #[test]
    fn what_is_kept_comes_back() {
        <Option<Language>>::ALL.iter().copied().for_each(comes_back);
        Theme::ALL.iter().copied().for_each(comes_back);
        Clock::ALL.iter().copied().for_each(comes_back);
        Density::ALL.iter().copied().for_each(comes_back);
        bool::ALL.iter().copied().for_each(comes_back);
        comes_back(BTreeSet::new());
        comes_back(BTreeSet::from(["lobby".to_owned(), "@00".to_owned(), "小屋".to_owned()]));
    }

    #[test]
    fn what_nobody_kept_is_as_if_nothing_was() {
        assert_eq!(Theme::from_text("solarized"), None);
        assert_eq!(<Option<Language>>::from_text("tlh"), None);
        assert_eq!(bool::from_text(""), None);
        let many: Vec<_> = (0..2 * MOST_MUTED).map(|n| n.to_string()).collect();
        assert_eq!(BTreeSet::from_text(&many.join(" ")).unwrap().len(), MOST_MUTED);
    }
}
