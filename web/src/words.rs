//! Every text that a person reads, in the language they read.
//!
//! The texts stand in `web/locales`, a folder for each language, a file for each area, in Fluent's format. The build
//! stops where the languages don't have the same texts with the same arguments, and [`tr!`] doesn't compile for a key
//! or an argument that isn't there.

use std::borrow::Cow;

use leptos::prelude::*;
use leptos::reactive::graph::Observer;

mod pattern;
pub(crate) mod problems;
pub(crate) mod sayings;

use pattern::Piece;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// A language that the page speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Its tag (BCP 47), as for `<html lang>`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// What it calls itself: whoever looks for it may read no other.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    /// The language of a tag, whatever its region: a reader of traditional characters is nearer to simplified ones
    /// than to English.
    pub(crate) fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag()[..2].eq_ignore_ascii_case(primary))
    }

    /// The first of these tags that the page speaks; English if there is none.
    pub(crate) fn first_of<T: AsRef<str>>(tags: impl IntoIterator<Item = T>) -> Self {
        tags.into_iter().find_map(|tag| Self::of(tag.as_ref())).unwrap_or(Self::English)
    }

    fn table(self) -> &'static Table {
        match self {
            Self::English => &ENGLISH,
            Self::Chinese => &CHINESE,
        }
    }
}

/// The texts of a language, in the order of their keys.
struct Table {
    texts: &'static str,
    /// Where in `texts` each one ends.
    ends: &'static [usize],
}

impl Table {
    fn pattern(&self, id: usize) -> &'static str {
        let start = id.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(id).and_then(|end| self.texts.get(start..*end)).unwrap_or_default()
    }
}

thread_local! {
    // Not a signal of some owner's: texts are made wherever something happens.
    static LANGUAGE: ArcRwSignal<Language> = ArcRwSignal::new(Language::English);
}

/// The language that the page speaks now. What reads it where signals are followed is made anew when it changes.
pub(crate) fn language() -> Language {
    // Much is said once, in answer to an event. That is no mistake that the console should be told of.
    let follow = Observer::get().is_some();
    LANGUAGE.with(|language| if follow { language.get() } else { language.get_untracked() })
}

/// Speaks another language from now on.
pub(crate) fn speak(other: Language) {
    LANGUAGE.with(|language| {
        if language.get_untracked() != other {
            language.set(other);
        }
    });
}

/// The text of a key in the language of the page, as a `String`: `tr!("key")`, `tr!("key", name = value, …)`. Values
/// are texts and whole numbers. It follows the language, so where it must change without a reload it stands in a closure.
macro_rules! tr {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::words::text(
            const { $crate::words::id($key, &[$(stringify!($name)),*]) },
            &[$((const { $crate::words::place($key, stringify!($name)) }, &$value as &dyn $crate::words::Argument)),*],
        )
    };
}

/// The same with something drawn in the place of a name: `tr_view!("key", name = view! { … }, …)` gives a view.
macro_rules! tr_view {
    ($key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::words::view(
            const { $crate::words::id($key, &[$(stringify!($name)),*]) },
            vec![$((
                const { $crate::words::place($key, stringify!($name)) },
                leptos::prelude::IntoAny::into_any($value),
            )),*],
        )
    };
}

pub(crate) use {tr, tr_view};

/// What can stand in a text.
pub(crate) trait Argument {
    /// It, to be read.
    fn text(&self) -> Cow<'_, str>;

    /// The number that a plural goes by.
    fn count(&self) -> Option<u64> {
        None
    }
}

impl Argument for str {
    fn text(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl Argument for String {
    fn text(&self) -> Cow<'_, str> {
        self.into()
    }
}

impl<T: Argument + ?Sized> Argument for &T {
    fn text(&self) -> Cow<'_, str> {
        (**self).text()
    }

    fn count(&self) -> Option<u64> {
        (**self).count()
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Argument for $number {
            fn text(&self) -> Cow<'_, str> {
                self.to_string().into()
            }

            fn count(&self) -> Option<u64> {
                u64::try_from(*self).ok()
            }
        }
    )*};
}

numbers!(u8 u32 i32 u64 i64 usize);

/// What [`tr!`] comes to.
pub(crate) fn text(id: usize, arguments: &[(usize, &dyn Argument)]) -> String {
    let mut text = String::new();
    let find = |place| arguments.iter().find(|(its, _)| *its == place).map(|(_, argument)| *argument);
    let language = language();
    let count = |place| find(place).and_then(Argument::count);
    pattern::write(language.table().pattern(id), language, &count, &mut |piece| match piece {
        Piece::Text(part) => text.push_str(part),
        Piece::Argument(place) => text.push_str(&find(place).map(Argument::text).unwrap_or_default()),
    });
    text
}

/// What [`tr_view!`] comes to.
pub(crate) fn view(id: usize, mut arguments: Vec<(usize, AnyView)>) -> Vec<AnyView> {
    let mut views = Vec::new();
    let language = language();
    pattern::write(language.table().pattern(id), language, &|_| None, &mut |piece| match piece {
        Piece::Text(part) => views.push(part.to_owned().into_any()),
        Piece::Argument(place) => {
            if let Some(at) = arguments.iter().position(|(its, _)| *its == place) {
                views.push(arguments.swap_remove(at).1);
            }
        }
    });
    views
}

/// The place of a key in the tables. Evaluated where the page is compiled: what isn't there doesn't compile.
pub(crate) const fn id(key: &str, names: &[&str]) -> usize {
    let mut id = 0;
    while id < KEYS.len() && !same(KEYS[id].0, key) {
        id += 1;
    }
    assert!(id < KEYS.len(), "there is no such key in web/locales");
    assert!(KEYS[id].1.len() == names.len(), "the text of this key has other arguments in web/locales");
    id
}

/// The place of an argument among those of a key.
pub(crate) const fn place(key: &str, name: &str) -> usize {
    let mut id = 0;
    while id < KEYS.len() && !same(KEYS[id].0, key) {
        id += 1;
    }
    assert!(id < KEYS.len(), "there is no such key in web/locales");
    let mut place = 0;
    while place < KEYS[id].1.len() && !same(KEYS[id].1[place], name) {
        place += 1;
    }
    assert!(place < KEYS[id].1.len(), "the text of this key has no such argument in web/locales");
    place
}

/// `==` for strings isn't `const`.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

#[cfg(test)]
mod tests;
