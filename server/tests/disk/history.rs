//! What clients saw, held against what the log says in the end.

use std::collections::BTreeMap;

/// What one client was told. Messages go by their references, which are also their texts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The number that each of its own messages was acknowledged with.
    pub(crate) acknowledged: BTreeMap<String, u64>,
    /// What it was shown, its own included.
    pub(crate) shown: BTreeMap<u64, String>,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It was acknowledged, and isn't in the log.
    Lost(String),
    /// It was acknowledged with a number, and has another.
    Renumbered { reference: String, was: u64, is: u64 },
    /// Somebody was shown something under this number that isn't there.
    Gone(u64),
    /// The log has no such number, but higher ones.
    Gap(u64),
    /// It is in the log twice.
    Twice(String),
    /// It stands behind a later one of the same writer.
    Disordered(String),
}

/// All that is wrong. The log is in the order of its numbers; a reference is a writer's name, `-`, and a number that
/// grows with each message.
pub(crate) fn check(log: &[(u64, String)], seen: &[&Seen]) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
    let mut latest: BTreeMap<&str, u64> = BTreeMap::new();
    let mut next = 1;
    for (seq, reference) in log {
        broken.extend((next..*seq).map(Broken::Gap));
        next = seq + 1;
        if numbers.insert(reference, *seq).is_some() {
            broken.push(Broken::Twice(reference.clone()));
        }
        let (writer, number) = reference.split_once('-').unwrap();
        let number = number.parse().unwrap();
        if latest.insert(writer, number).is_some_and(|before| before > number) {
            broken.push(Broken::Disordered(reference.clone()));
        }
    }
    let log: BTreeMap<_, _> = log.iter().map(|(seq, reference)| (seq, reference)).collect();
    for Seen { acknowledged, shown } in seen {
        for (reference, &was) in acknowledged {
            match numbers.get(reference.as_str()) {
                None => broken.push(Broken::Lost(reference.clone())),
                Some(&is) if is != was => {
                    broken.push(Broken::Renumbered { reference: reference.clone(), was, is });
                }
                Some(_) => {}
            }
        }
        broken.extend(shown.iter().filter(|(seq, text)| log.get(seq) != Some(text)).map(|(&seq, _)| Broken::Gone(seq)));
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(texts: &[(u64, &str)]) -> Vec<(u64, String)> {
        texts.iter().map(|(seq, text)| (*seq, (*text).to_owned())).collect()
    }

    fn seen(acknowledged: &[(&str, u64)], shown: &[(u64, &str)]) -> Seen {
        Seen {
            acknowledged: acknowledged.iter().map(|(text, seq)| ((*text).to_owned(), *seq)).collect(),
            shown: shown.iter().map(|(seq, text)| (*seq, (*text).to_owned())).collect(),
        }
    }

    #[test]
    fn every_broken_promise_is_noticed() {
        let good = log(&[(1, "a-0"), (2, "b-0"), (3, "a-1")]);
        let client = seen(&[("a-0", 1), ("a-1", 3)], &[(1, "a-0"), (2, "b-0"), (3, "a-1")]);
        assert_eq!(check(&good, &[&client, &client]), []);
        let lost = check(&good[..2], &[&client]);
        assert_eq!(lost, [Broken::Lost("a-1".to_owned()), Broken::Gone(3)]);
        let swapped = check(&log(&[(1, "b-0"), (2, "a-0"), (3, "a-1")]), &[&seen(&[("a-0", 1)], &[])]);
        assert_eq!(swapped, [Broken::Renumbered { reference: "a-0".to_owned(), was: 1, is: 2 }]);
        assert_eq!(check(&good, &[&seen(&[], &[(2, "c-0")])]), [Broken::Gone(2)]);
        assert_eq!(check(&good[1..], &[]), [Broken::Gap(1)]);
        assert_eq!(check(&log(&[(1, "a-0"), (2, "a-0")]), &[]), [Broken::Twice("a-0".to_owned())]);
        assert_eq!(check(&log(&[(1, "a-1"), (2, "a-0")]), &[]), [Broken::Disordered("a-0".to_owned())]);
    }
}
