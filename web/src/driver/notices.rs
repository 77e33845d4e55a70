//! What the person alone is told.

use leptos::prelude::*;
use partyline_engine::Saying;
use partyline_shared::Code;

use super::Driver;
use crate::view::Notice;

/// Most notices at a time; the oldest goes.
const NOTICES: usize = 4;

impl Driver {
    /// Takes a notice away.
    pub(crate) fn dismiss(self, id: u64) {
        self.view.notices.update(|notices| notices.retain(|notice| notice.id != id));
    }

    /// Tells the person something. That they can't be called what they asked for, they are told where they typed it.
    pub(crate) fn tell(self, text: Saying, error: bool) {
        if let Saying::Refused(refused) = &text
            && matches!(refused.code, Code::NickTaken | Code::BadNick)
            && self.view.asked_nick.with_untracked(Option::is_some)
        {
            self.view.nick_refused.set(Some(refused.code));
            self.view.renaming.set(true);
            return;
        }
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
}
