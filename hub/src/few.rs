//! Sets of few: the rooms of a session, the sessions of a member.

/// A set that mostly holds one or two, and fifty at most: a sorted vector, which takes the memory of what it holds, and
/// none while it is empty. A tree takes a node of eleven for the first.
#[derive(Clone, Debug)]
pub(crate) struct Few<T>(Vec<T>);

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy + Ord> Few<T> {
    /// Adds one; `false` where it was there.
    pub(crate) fn insert(&mut self, one: T) -> bool {
        let Err(at) = self.0.binary_search(&one) else { return false };
        if self.0.is_empty() {
            // A vector takes room for four otherwise.
            self.0.reserve_exact(1);
        }
        self.0.insert(at, one);
        true
    }

    /// Takes one out; `false` where it wasn't there.
    pub(crate) fn remove(&mut self, one: T) -> bool {
        let Ok(at) = self.0.binary_search(&one) else { return false };
        self.0.remove(at);
        if self.0.is_empty() {
            self.0 = Vec::new();
        }
        true
    }

    pub(crate) fn contains(&self, one: T) -> bool {
        self.0.binary_search(&one).is_ok()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = T> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_in_it_once_and_in_order() {
        let mut few = Few::default();
        assert_eq!([3, 1, 2, 3, 1].map(|one| few.insert(one)), [true, true, true, false, false]);
        assert_eq!(few.iter().collect::<Vec<_>>(), [1, 2, 3]);
        assert!(few.remove(2) && !few.remove(2) && few.contains(3) && !few.contains(2));
        assert_eq!((few.len(), few.is_empty()), (2, false));
    }

    #[test]
    fn it_takes_the_memory_of_what_it_holds() {
        let mut few = Few::default();
        assert!(few.insert(1));
        assert_eq!(few.0.capacity(), 1);
        assert!(few.insert(2) && few.remove(1) && few.remove(2));
        assert_eq!(few.0.capacity(), 0);
    }
}
