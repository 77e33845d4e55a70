//! What the person alone is told.

use leptos::prelude::*;
use partyline_shared::{Code, Refused};

use super::Driver;
use crate::view::Notice;
use crate::words::tr;

/// Most notices at a time; the oldest goes.
const NOTICES: usize = 4;

impl Driver {
    /// Takes a notice away.
    pub(crate) fn dismiss(self, id: u64) {
        self.view.notices.update(|notices| notices.retain(|notice| notice.id != id));
    }

    /// Tells the person something.
    pub(crate) fn tell(self, text: String, error: bool) {
        let core = self.core();
        let mut core = core.borrow_mut();
        core.notices += 1;
        let id = core.notices;
        drop(core);
        self.view.notices.update(|notices| {
            notices.push(Notice { id, text, error });
            let surplus = notices.len().saturating_sub(NOTICES);
            notices.drain(..surplus);
        });
    }

    /// The person can't be called what they asked for. Whoever has just typed it is told where they did.
    pub(super) fn nick_refused(self, refused: &Refused) {
        let view = self.view;
        if view.asked_nick.with_untracked(Option::is_some) {
            view.nick_refused.set(Some(refused.code));
            view.renaming.set(true);
        } else {
            let text = if refused.code == Code::NickTaken { tr!("nick-taken-notice") } else { refused.text.clone() };
            self.tell(text, true);
        }
    }
}
