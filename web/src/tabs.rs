//! What is typed and has no number yet outlives the tab: each tab keeps its own, and the next one takes over what a tab
//! left that is gone.
//!
//! Each load of the page is a tab with a name of its own, so that no two write under one name. Who is still there is
//! found out by calling over a broadcast channel and waiting for a moment: what belongs to whoever doesn't answer is
//! taken over. A tab that is asleep may not answer, and send its own again when it wakes: under the same reference, so
//! it stays one message.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::set_timeout;
use partyline_engine::Unsent;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::{kept, page, storage};

/// What a tab hasn't sent is kept under this and its name.
const UNSENT: &str = "partyline.unsent.";
const CHANNEL: &str = "partyline.tabs";
/// Asks who is there; the answer is the name.
const ROLL_CALL: &str = "?";
/// How long an answer may take.
const ANSWER: Duration = Duration::from_millis(300);

/// This load of the page. Copies of it are the same one.
#[derive(Clone)]
pub(crate) struct Tab {
    name: Rc<str>,
    /// `None` where the browser has none: then everybody else is taken for gone.
    channel: Option<BroadcastChannel>,
    /// Those who answered the last call.
    here: Rc<RefCell<BTreeSet<String>>>,
}

impl Tab {
    /// Listens for those who call.
    pub(crate) fn new() -> Self {
        let tab = Self {
            name: format!("{:016x}", page::entropy()).into(),
            channel: BroadcastChannel::new(CHANNEL).ok(),
            here: Rc::default(),
        };
        if let Some(channel) = tab.channel.clone() {
            let tab = tab.clone();
            let heard =
                Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| match event.data().as_string() {
                    Some(text) if text == ROLL_CALL => tab.post(&tab.name),
                    Some(name) => {
                        tab.here.borrow_mut().insert(name);
                    }
                    None => {}
                });
            channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
            // It is heard for as long as the page lives.
            heard.forget();
        }
        tab
    }

    /// Keeps what this tab hasn't sent.
    pub(crate) fn keep(&self, messages: &[Unsent]) {
        let key = format!("{UNSENT}{}", self.name);
        match serde_json::to_string(messages) {
            Ok(text) if !messages.is_empty() => storage::write(&key, &text),
            _ => storage::remove(&key),
        }
    }

    /// Takes over what tabs that are gone have left, in a moment and if there is anything.
    pub(crate) fn take_over(&self, take: impl FnOnce(Vec<Unsent>) + 'static) {
        if self.others().is_empty() {
            return;
        }
        self.here.borrow_mut().clear();
        self.post(ROLL_CALL);
        let tab = self.clone();
        let claim = move || {
            let left = tab.others().into_iter().filter(|name| !tab.here.borrow().contains(name));
            let mut messages: Vec<Unsent> = Vec::new();
            for key in left.map(|name| format!("{UNSENT}{name}")) {
                // Removed at once: another tab may have heard the same silence.
                let text = storage::read(&key).unwrap_or_default();
                storage::remove(&key);
                messages.extend(kept::unsent(&text));
            }
            if !messages.is_empty() {
                messages.sort_by_key(|message| message.at);
                take(messages);
            }
        };
        if self.channel.is_some() { set_timeout(claim, ANSWER) } else { claim() }
    }

    /// The names of other tabs that have something unsent.
    fn others(&self) -> Vec<String> {
        let keys = storage::keys(UNSENT).into_iter();
        keys.map(|key| key[UNSENT.len()..].to_owned()).filter(|name| **name != *self.name).collect()
    }

    fn post(&self, text: &str) {
        if let Some(channel) = &self.channel {
            // It fails only for what can't be copied.
            let _ = channel.post_message(&JsValue::from_str(text));
        }
    }
}
