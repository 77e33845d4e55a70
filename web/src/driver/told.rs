//! What was said to somebody in private.

use partyline_engine::Room;
use partyline_shared::light::same_name;

use super::{Driver, Step};

impl Driver {
    /// Goes to the private conversation with whoever was told something.
    pub(super) fn follow_told(self) {
        let Some(told) = self.core().borrow().told.clone() else { return };
        let conversation = self.with_engine(|engine| {
            let model = engine.model();
            let with_them = |room: &&Room| room.private && same_name(&room.title, &told);
            model.rooms.values().find(with_them).map(|room| room.name.clone())
        });
        if let Some(name) = conversation.flatten() {
            self.core().borrow_mut().told = None;
            self.show(&name, Step::New);
        }
    }
}
