//! Leptos' effects, memos and lists, compiled once instead of for each closure that is given to them. The page is small
//! before it is fast: a call through a pointer is nothing beside a change of the document.

use leptos::prelude::*;

/// Runs now, and again whenever something that it read has changed.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    boxed_effect(Box::new(run));
}

fn boxed_effect(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_| run());
}

/// The same, for what has to know what it returned the last time.
pub(crate) fn effect_since<T: 'static>(mut run: impl FnMut(Option<T>) -> T + 'static) {
    let mut last = None;
    effect(move || last = Some(run(last.take())));
}

/// A value that is worked out again whenever something that it was made of has changed, and tells of it only where it is
/// another one.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(get: impl Fn() -> T + Send + Sync + 'static) -> Memo<T> {
    boxed_memo(Box::new(get))
}

fn boxed_memo<T: PartialEq + Send + Sync + 'static>(get: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| get())
}

/// An entry of a [`list`].
pub(crate) struct Entry {
    key: String,
    draw: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Entry {
    /// An entry is drawn once: whatever changes how it looks is part of its key, or a signal.
    pub(crate) fn new(key: String, draw: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        Self { key, draw: Box::new(draw) }
    }
}

/// A list of which only those entries are drawn that weren't there before. Each key stands for one of them.
pub(crate) fn list(entries: impl Fn() -> Vec<Entry> + Send + 'static) -> AnyView {
    boxed_list(Box::new(entries))
}

fn boxed_list(entries: Box<dyn Fn() -> Vec<Entry> + Send>) -> AnyView {
    view! {
        <For each=entries key=|entry| entry.key.clone() let:entry>
            {(entry.draw)()}
        </For>
    }
    .into_any()
}
