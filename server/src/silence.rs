//! Connections that have said nothing yet. Bounded in number: beyond the bound the oldest is hung up on, since a
//! new one is more likely to be somebody.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

#[derive(Debug, Default)]
struct State {
    waiting: BTreeMap<u64, CancellationToken>,
    last: u64,
}

/// Those who have said nothing, oldest first.
#[derive(Debug)]
pub(crate) struct Silence {
    state: Mutex<State>,
    max: usize,
}

/// A place among them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    silence: Arc<Silence>,
    number: u64,
    hung_up: CancellationToken,
}

impl Silence {
    /// Room for so many.
    pub(crate) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), max })
    }

    /// Takes a place; whoever has waited longest loses theirs where there is none left.
    pub(crate) fn enter(self: &Arc<Self>) -> Place {
        let hung_up = CancellationToken::new();
        let mut state = self.state();
        state.last += 1;
        let number = state.last;
        state.waiting.insert(number, hung_up.clone());
        if state.waiting.len() > self.max
            && let Some((_, oldest)) = state.waiting.pop_first()
        {
            oldest.cancel();
        }
        drop(state);
        Place { silence: Arc::clone(self), number, hung_up }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing awaits under it, and what a panic leaves is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Waits until the place is lost.
    pub(crate) async fn lost(&self) {
        self.hung_up.cancelled().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.silence.state().waiting.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let silence = Silence::new(2);
        let places: Vec<_> = (0..3).map(|_| silence.enter()).collect();
        let lost: Vec<_> = places.iter().map(|place| place.hung_up.is_cancelled()).collect();
        assert_eq!(lost, [true, false, false]);
        drop(places);
        assert!(silence.state().waiting.is_empty());
    }
}
