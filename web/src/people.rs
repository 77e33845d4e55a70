//! In which order people are thought of.

use std::collections::HashSet;

/// Those of a room, the likeliest to be meant first: members who spoke lately, then the other members, then those who
/// spoke and are gone. Oneself is never meant.
pub(crate) fn likeliest<'a>(
    spoke: impl IntoIterator<Item = &'a str>,
    members: impl IntoIterator<Item = &'a str>,
    me: Option<&str>,
) -> Vec<String> {
    let mut seen = HashSet::new();
    let members: Vec<_> = members.into_iter().filter(|nick| Some(*nick) != me).collect();
    let here: HashSet<_> = members.iter().copied().collect();
    let spoke: Vec<_> = spoke.into_iter().filter(|nick| Some(*nick) != me && seen.insert(*nick)).collect();
    let (speakers, gone): (Vec<_>, Vec<_>) = spoke.into_iter().partition(|nick| here.contains(nick));
    let others = members.into_iter().filter(|nick| !seen.contains(nick));
    speakers.into_iter().chain(others).chain(gone).map(str::to_owned).collect()
}

/// A nick like one that is taken, and that nobody of these has.
pub(crate) fn like(taken: &str, longest: usize, others: &[String]) -> Option<String> {
    // A number of two digits at most follows.
    let stem: String = taken.chars().take(longest.saturating_sub(2)).collect();
    (2..100).map(|n| format!("{stem}{n}")).find(|nick| !others.iter().any(|other| other.eq_ignore_ascii_case(nick)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_spoke_lately_comes_first_and_who_is_gone_last() {
        let spoke = ["bob", "zoe", "me", "bob", "ann"];
        let order = likeliest(spoke, ["adam", "ann", "bob", "me"], Some("me"));
        assert_eq!(order, ["bob", "ann", "adam", "zoe"]);
    }

    #[test]
    fn a_nick_like_a_taken_one_fits_and_is_free() {
        assert_eq!(like("ann", 32, &["ann".into(), "Ann2".into()]), Some("ann3".into()));
        assert_eq!(like("annabel", 7, &[]), Some("annab2".into()));
        let all: Vec<_> = (0..100).map(|n| format!("a{n}")).collect();
        assert_eq!(like("a", 32, &all), None);
    }
}
