//! What can be done with a message. There is one toolbar, which is put into the message that is pointed at or has the
//! keyboard: one in each of hundreds would be most of the page.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use partyline_engine::Saying;
use partyline_shared::Message;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlTextAreaElement};

use crate::components::composer::COMPOSER;
use crate::components::icon::Icon;
use crate::components::timeline::{Watch, seq_of};
use crate::words::tr;
use crate::{clipboard, page, route};

/// Something that can be done with a message. More of them will have their place here: to answer, to react, to edit, to
/// delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MessageAction {
    /// Quote it in what one writes.
    Quote,
    /// Copy its address.
    CopyLink,
    /// Copy what was said.
    CopyText,
}

impl MessageAction {
    const ALL: [Self; 3] = [Self::Quote, Self::CopyLink, Self::CopyText];

    fn label(self) -> String {
        match self {
            Self::Quote => tr!("timeline-quote"),
            Self::CopyLink => tr!("timeline-copy-link"),
            Self::CopyText => tr!("timeline-copy-text"),
        }
    }

    fn icon(self) -> Icon {
        match self {
            Self::Quote => Icon::Quote,
            Self::CopyLink => Icon::Link,
            Self::CopyText => Icon::Copy,
        }
    }

    fn test_id(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::CopyLink => "copy-link",
            Self::CopyText => "copy-text",
        }
    }
}

/// The toolbar.
#[component]
pub(crate) fn Actions(watch: Watch) -> impl IntoView {
    let button = |(at, action): (usize, MessageAction)| {
        view! {
            <button
                class="icon-button small"
                type="button"
                tabindex=if at == 0 { "0" } else { "-1" }
                data-testid=action.test_id()
                aria-label=move || action.label()
                title=move || action.label()
                on:click=move |_| watch.act_on(action)
            >
                {action.icon().draw()}
            </button>
        }
    };
    view! {
        <div class="actions-store" hidden>
            <div
                class="actions"
                role="toolbar"
                data-testid="actions"
                aria-label=move || tr!("timeline-actions")
                node_ref=watch.toolbar
            >
                {MessageAction::ALL.into_iter().enumerate().map(button).collect_view()}
            </div>
        </div>
    }
}

impl Watch {
    /// Offers what can be done with the message in a row.
    pub(crate) fn offer_actions(self, row: &Element) {
        let Some(toolbar) = self.toolbar.get_untracked() else { return };
        let offered = toolbar.parent_element();
        if offered.as_ref() == Some(row) {
            return;
        }
        self.withdraw_actions();
        // What is on its way has what can be done with it beside it.
        if seq_of(row).is_some() {
            let _ = row.class_list().add_1("active");
            let _ = row.set_attribute("tabindex", "0");
            let _ = row.append_child(&toolbar);
        }
    }

    /// Offers nothing any more.
    pub(crate) fn withdraw_actions(self) {
        let Some(toolbar) = self.toolbar.get_untracked() else { return };
        if let Some(row) = toolbar.parent_element().filter(|row| seq_of(row).is_some()) {
            let _ = row.class_list().remove_1("active");
            let _ = row.set_attribute("tabindex", "-1");
            toolbar.remove();
        }
    }

    /// The keyboard goes from a message to what can be done with it.
    pub(crate) fn enter_toolbar(self, row: &Element, event: &KeyboardEvent) {
        // A mouse that lies where other rows have come to be may have it elsewhere.
        self.offer_actions(row);
        let first = self.toolbar.get_untracked().and_then(|toolbar| toolbar.first_element_child());
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            event.prevent_default();
            let _ = first.focus();
        }
    }

    /// A key was pressed in the toolbar: the arrows go round in it (ARIA's pattern for toolbars).
    pub(crate) fn key_in_toolbar(self, event: &KeyboardEvent) {
        let Some(toolbar) = self.toolbar.get_untracked() else { return };
        let buttons = toolbar.children();
        let count = buttons.length();
        let active = document().active_element();
        let Some(at) = (0..count).find(|at| buttons.item(*at) == active) else { return };
        let next = match event.key().as_str() {
            "ArrowRight" => (at + 1) % count,
            "ArrowLeft" => (at + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        for other in 0..count {
            let Some(button) = buttons.item(other).and_then(|button| button.dyn_into::<HtmlElement>().ok()) else {
                continue;
            };
            let _ = button.set_attribute("tabindex", if other == next { "0" } else { "-1" });
            if other == next {
                let _ = button.focus();
            }
        }
    }

    fn act_on(self, action: MessageAction) {
        let row = self.toolbar.get_untracked().and_then(|toolbar| toolbar.parent_element());
        let Some(message) = row.and_then(|row| self.driver.message(seq_of(&row)?)) else { return };
        match action {
            MessageAction::Quote => quote(&message),
            MessageAction::CopyLink => {
                self.copy(route::link_to(&message.room, message.seq), tr!("timeline-link-copied"));
            }
            MessageAction::CopyText => self.copy(message.text, tr!("timeline-text-copied")),
        }
    }

    /// Copies a text, and says that it did, or that it can't.
    fn copy(self, text: String, done: String) {
        let driver = self.driver;
        leptos::task::spawn_local(async move {
            if clipboard::copy(&text).await {
                driver.tell_briefly(done);
            } else {
                driver.tell(Saying::Words(tr!("timeline-not-copied", text = text)), true);
            }
        });
    }
}

/// Puts what was said into the composer, after what is there already. The composer hears of it like of any typing.
fn quote(message: &Message) {
    let field = document().get_element_by_id(COMPOSER).and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
    let Some(field) = field else { return };
    field.set_value(&with_quote(&field.value(), &message.text));
    page::focus(COMPOSER);
    let end = field.value().encode_utf16().count();
    let end = u32::try_from(end).ok();
    let _ = field.set_selection_start(end);
    let _ = field.set_selection_end(end);
    let options = web_sys::EventInit::new();
    options.set_bubbles(true);
    if let Ok(event) = web_sys::Event::new_with_event_init_dict("input", &options) {
        let _ = field.dispatch_event(&event);
    }
}

/// A draft, and after it a text as a quote, ready to be answered.
fn with_quote(draft: &str, text: &str) -> String {
    let mut quoted = draft.trim_end().to_owned();
    if !quoted.is_empty() {
        quoted += "\n\n";
    }
    for line in text.lines() {
        quoted += if line.is_empty() { ">" } else { "> " };
        quoted += line;
        quoted.push('\n');
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_stands_after_the_draft_each_line_of_it() {
        assert_eq!(with_quote("", "one\n\ntwo"), "> one\n>\n> two\n");
        assert_eq!(with_quote("so \n", "one"), "so\n\n> one\n");
    }
}
