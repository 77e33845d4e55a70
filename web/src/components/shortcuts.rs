//! All shortcuts, for whoever asks.

use leptos::prelude::*;

use crate::components::dialog::Dialog;
use crate::components::icon::Icon;
use crate::driver::use_driver;
use crate::keyboard::{Chord, Group, SHORTCUTS, Shortcut, is_mac};
use crate::words::tr;

/// The dialog that shows the table of shortcuts.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let open = use_driver().view.helping;
    // It is drawn when it is asked for: most visits never do.
    let table = move || open.get().then(|| Group::ALL.map(group).collect_view());
    view! {
        <Dialog open labelled_by="shortcuts-title" closable=true>
            <div class="card">
                <div class="card-head">
                    <h2 id="shortcuts-title" class="card-title">
                        {move || tr!("keys-title")}
                    </h2>
                    <button
                        class="icon-button"
                        type="button"
                        data-testid="shortcuts-close"
                        aria-label=move || tr!("keys-close")
                        on:click=move |_| open.set(false)
                    >
                        {Icon::Close.draw()}
                    </button>
                </div>
                <div data-testid="shortcuts">{table}</div>
            </div>
        </Dialog>
    }
}

fn group(group: Group) -> impl IntoView {
    let lines = SHORTCUTS.iter().filter(move |shortcut| shortcut.group == group).map(line).collect_view();
    view! {
        <h3 class="section-title">{group.title()}</h3>
        <dl class="shortcuts">{lines}</dl>
    }
}

fn line(shortcut: &Shortcut) -> impl IntoView + use<> {
    let keys = shortcut.chords.iter().map(|chord| view! { <dd>{keys(*chord)}</dd> }).collect_view();
    view! {
        <div>
            <dt>{(shortcut.what)()}</dt>
            {keys}
        </div>
    }
}

fn keys(chord: Chord) -> impl IntoView {
    chord.caps(is_mac()).into_iter().map(|cap| view! { <kbd>{cap}</kbd> }).collect_view()
}
