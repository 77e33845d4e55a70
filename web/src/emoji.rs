//! Emoji by their names. The list is a file of its own, fetched when it is first wanted: most visits never want it.

use std::collections::HashMap;

use leptos::prelude::*;
use partyline_shared::light;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// Where the list is.
const ADDRESS: &str = "/emoji.txt";

/// How many were chosen lately and are kept at hand: three rows of the picker.
pub(crate) const RECENT: usize = 24;

/// An emoji.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Emoji {
    /// It.
    pub(crate) glyph: &'static str,
    /// What is typed between colons for it; a space between them.
    names: &'static str,
    /// What it is found by besides.
    more: &'static str,
    /// Its group, by place in [`Catalogue::groups`].
    pub(crate) group: usize,
}

impl Emoji {
    /// The name that it is shown by.
    pub(crate) fn name(&self) -> &'static str {
        self.names.split(' ').next().unwrap_or_default()
    }
}

/// All emoji.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    /// The names of the groups.
    pub(crate) groups: Vec<&'static str>,
    /// The emoji, group by group.
    pub(crate) emoji: Vec<Emoji>,
    by_name: HashMap<&'static str, usize>,
}

impl Catalogue {
    /// Reads the list: a line each, the emoji and its names, after `|` more words; `=` starts a group. The first line
    /// says where it is from.
    fn read(list: &'static str) -> Self {
        let mut catalogue = Self::default();
        for line in list.lines().skip(1) {
            if let Some(group) = line.strip_prefix('=') {
                catalogue.groups.push(group);
            } else if let Some((glyph, words)) = line.split_once(' ') {
                let (names, more) = words.split_once('|').unwrap_or((words, ""));
                let at = catalogue.emoji.len();
                catalogue.by_name.extend(names.split(' ').map(|name| (name, at)));
                let group = catalogue.groups.len().saturating_sub(1);
                catalogue.emoji.push(Emoji { glyph, names, more, group });
            }
        }
        catalogue
    }

    /// The emoji of a name, whatever its case.
    pub(crate) fn named(&self, name: &str) -> Option<Emoji> {
        self.by_name.get(name.to_ascii_lowercase().as_str()).map(|at| self.emoji[*at])
    }

    /// The emoji itself, as somebody chose it before.
    pub(crate) fn find(&self, glyph: &str) -> Option<Emoji> {
        self.emoji.iter().find(|emoji| emoji.glyph == glyph).copied()
    }

    /// Those that all typed words lead to, the nearest first; and the name that does.
    pub(crate) fn search(&self, typed: &str, most: usize) -> Vec<(Emoji, &'static str)> {
        let typed = light::lower(typed);
        let words: Vec<_> = typed.split_whitespace().map(|word| word.trim_matches(':')).collect();
        if words.iter().all(|word| word.is_empty()) {
            return Vec::new();
        }
        let rank = |emoji: &Emoji| {
            let ranks = words.iter().map(|word| rank(emoji, word)).collect::<Option<Vec<_>>>()?;
            ranks.into_iter().max_by_key(|(rank, _)| *rank)
        };
        let mut found: Vec<_> = self.emoji.iter().filter_map(|emoji| Some((rank(emoji)?, emoji))).collect();
        found.sort_by_key(|((rank, name), _)| (*rank, name.len()));
        found.into_iter().map(|((_, name), emoji)| (*emoji, name)).take(most).collect()
    }
}

/// How near a word leads to an emoji, and by which name. A name is found by its parts as well, but not by what is in
/// the middle of a word: `:dd` is no teddy bear.
fn rank(emoji: &Emoji, word: &str) -> Option<(u8, &'static str)> {
    let by_name = emoji.names.split(' ').filter_map(|name| {
        let rank = if name == word {
            0
        } else if name.starts_with(word) {
            1
        } else if name.split('_').any(|part| part.starts_with(word)) {
            2
        } else {
            return None;
        };
        Some((rank, name))
    });
    let by_more = || {
        let of_more = emoji.more.split(' ').any(|more| more.starts_with(word));
        // Chinese has no spaces between words.
        (of_more || (!word.is_ascii() && emoji.more.contains(word))).then_some((3, emoji.name()))
    };
    by_name.min_by_key(|(rank, _)| *rank).or_else(by_more)
}

/// The list, as far as it is here. Copies of it are the same one.
#[derive(Clone, Copy)]
pub(crate) struct Shelf {
    state: RwSignal<State>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Unwanted,
    Coming,
    Here(&'static Catalogue),
    Failed,
}

impl Shelf {
    /// Nothing is here, and nothing on its way.
    pub(crate) fn new() -> Self {
        Self { state: RwSignal::new(State::Unwanted) }
    }

    /// The list, once it is here.
    pub(crate) fn get(self) -> Option<&'static Catalogue> {
        match self.state.get() {
            State::Here(catalogue) => Some(catalogue),
            _ => None,
        }
    }

    /// The list, if it is here, for whoever doesn't wait for it.
    pub(crate) fn get_untracked(self) -> Option<&'static Catalogue> {
        untrack(|| self.get())
    }

    /// It could not be fetched.
    pub(crate) fn failed(self) -> bool {
        matches!(self.state.get(), State::Failed)
    }

    /// Sees to it that the list comes.
    pub(crate) fn want(self) {
        if matches!(self.state.get_untracked(), State::Unwanted | State::Failed) {
            self.state.set(State::Coming);
            wasm_bindgen_futures::spawn_local(async move {
                let list = fetch().await;
                // Read once for as long as the page lives, and every emoji in it is lent out.
                let catalogue = list.map(|list| &*Box::leak(Box::new(Catalogue::read(String::leak(list)))));
                self.state.set(catalogue.map_or(State::Failed, State::Here));
            });
        }
    }
}

async fn fetch() -> Option<String> {
    let response = JsFuture::from(window().fetch_with_str(ADDRESS)).await.ok()?;
    let response = response.dyn_into::<Response>().ok().filter(Response::ok)?;
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}

/// Puts an emoji first among those that were chosen lately.
pub(crate) fn recent_with(mut recent: Vec<String>, glyph: &str) -> Vec<String> {
    recent.retain(|other| other != glyph);
    recent.insert(0, glyph.to_owned());
    recent.truncate(RECENT);
    recent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        Catalogue::read(include_str!("../emoji/emoji.txt"))
    }

    fn found(typed: &str) -> Vec<&'static str> {
        catalogue().search(typed, 8).into_iter().map(|(emoji, _)| emoji.glyph).collect()
    }

    #[test]
    fn the_list_that_is_served_can_be_read() {
        let catalogue = catalogue();
        assert_eq!(catalogue.groups.len(), 9);
        assert!(catalogue.emoji.len() > 1500 && catalogue.emoji.len() < 2500);
        assert_eq!(catalogue.named("smile").unwrap().glyph, "😄");
        assert_eq!(catalogue.named("THUMBSUP").unwrap().glyph, "👍");
        assert!(catalogue.named("hash").is_some_and(|emoji| emoji.glyph.starts_with('#')), "a keycap is no group");
        assert!(catalogue.named("no such").is_none() && catalogue.named("").is_none());
        assert!(catalogue.find("👍").is_some_and(|emoji| emoji.name() == "+1"));
    }

    #[test]
    fn the_nearest_comes_first() {
        assert_eq!(found("smile")[0], "😄");
        assert_eq!(found("thumbs")[..2], ["👍", "👎"]);
        assert_eq!(found("100"), ["💯"]);
        assert_eq!(found("red heart")[0], "❤️");
        assert_eq!(found("赞")[0], "👍");
        assert_eq!(found("蛋糕")[0], "🎂");
        assert!(found("dd").is_empty() && found("pp").is_empty() && found(" ").is_empty());
        assert_eq!(found("a").len(), 8);
    }

    #[test]
    fn what_was_chosen_lately_is_kept_up_to_a_bound() {
        let mut recent = Vec::new();
        for n in 0..100 {
            recent = recent_with(recent, &n.to_string());
        }
        assert_eq!((recent.len(), recent[0].as_str()), (RECENT, "99"));
        assert_eq!(recent_with(recent, "98")[..3], ["98", "99", "97"]);
    }
}
